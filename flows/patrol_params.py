"""Parameters of the flows of trials and of dosage."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.fields import Address, DayText
from flows.params import Params


if TYPE_CHECKING:
    from transforms.trials.choose import Asked


class TrialDesign(BaseModel):
    """What is to be drawn; what a kind of trial does not take stays empty."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: str = Field("weekly", description="weekly, simple or parallel")
    first_day: date | None = Field(
        None, description="First day; of a weekly or simple trial a Monday"
    )
    weeks: int | None = Field(None, description="weekly, simple: weeks it goes on")
    last_day: date | None = Field(None, description="parallel: last day")
    days_per_week: int | None = Field(
        None, description="weekly: days of patrol at each place"
    )
    capacity: str | None = Field(
        None, description="weekly: places reached on each weekday, as 2,3,3,3,4,5,4"
    )
    strata: str | None = Field(
        None, description="simple: patrolled a day, of how many, as 4/10,3/10"
    )
    primary: str = Field(
        "", description="Crime group that decides; default: the programme's"
    )
    secondary: list[str] = Field(
        default_factory=list,
        description="harm, buffers or crime groups; default: none",
    )
    washout_days: int = Field(
        0, description="Days after a patrol to show without; default: 0"
    )
    looks: int = Field(1, description="Looks, the analysis included; default: 1")
    accept_contact: bool = Field(
        False, description="Try places that are in contact all the same; default: off"
    )

    @property
    def asked(self) -> "Asked":
        """The same for the draw; `UsageError` for lists that are none."""
        from transforms.trials.choose import Asked, parse_capacity, parse_strata

        given = self.model_dump() | {
            "capacity": parse_capacity(self.capacity),
            "strata": parse_strata(self.strata),
        }
        return Asked(**given)


class TrialParams(Params):
    """What to do for which trials; by default what is due on a Friday."""

    step: Literal["design", "issue", "reveal", "analyse"] = Field(
        "issue",
        description="design: draw and seal; issue: write a week's patrols; reveal: open"
        " the seed after the last day; analyse: say what it showed; default: issue",
    )
    programme: str | None = Field(
        None,
        description="Programme by name or id; default, of issue: all that have a trial"
        " with a week to issue",
    )
    trial: str | None = Field(
        None, description="Trial, if the programme has several; default: its only one"
    )
    design: TrialDesign | None = Field(
        None, description="Of design: what is to be drawn; default: none"
    )
    week: DayText = Field(
        None, description="Of issue: Monday of the week; default: this and the coming"
    )
    interim: str | None = Field(
        None,
        description="Of analyse: look before the end, n/N, such as 1/4; default: none",
    )
    days_from: Address = Field(
        None,
        description="Of analyse: home of the force's own feed, which has days; default:"
        " this one, if it is such a home",
    )

    @property
    def what(self) -> str:
        """What the name of the flow run says of these parameters."""
        return f"{self.step} {self.trial or self.programme or 'what is due'}"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.step != "issue" and self.programme is None:
            raise ValueError(f"{self.step} is of one trial: name its programme")
        if (self.step == "design") != (self.design is not None):
            raise ValueError("design: it goes with the step design, and that with it")
        if self.week and self.programme is None:
            raise ValueError("a week is issued of one trial: name its programme")
        return self


class DosageParams(Params):
    """Which patrol logs to take, and which programmes to report."""

    stages: list[Literal["take", "report"]] = Field(
        default=["take", "report"],
        min_length=1,
        description="take: store the visits of logs; report: say what was delivered;"
        " default: both",
    )
    file: Path | None = Field(
        None,
        description="Log to take; default: the new ones of the folders in [patrol] of"
        " hexbeat.toml",
    )
    mapping: Path | None = Field(
        None, description="TOML file that describes its columns; default: none"
    )
    gps_buffer_m: float = Field(
        0.0,
        description="Of pings: metres around a place that count as it; default: 0",
    )
    programme: str | None = Field(
        None, description="Programme to report; default: all that have started"
    )
    start: DayText = Field(
        None, description="First day to report; default: the programme's"
    )
    end: DayText = Field(None, description="Last day; default: the newest with a row")
    planned_minutes: float | None = Field(
        None,
        description="Minutes planned a day at each place; default: [patrol] of"
        " hexbeat.toml",
    )
    planned: Path | None = Field(
        None, description="CSV of place_id, date, planned_minutes; default: none"
    )

    @property
    def what(self) -> str:
        """What the name of the flow run says of these parameters."""
        one = self.programme or (self.file and self.file.name)
        return f"{' and '.join(self.stages)} {one or 'what is new'}"

    @property
    def span(self) -> tuple[date | None, date | None, float | None, Path | None]:
        """Which days are reported, beside what plan."""
        first, last = (
            date.fromisoformat(day) if day else None for day in (self.start, self.end)
        )
        return first, last, self.planned_minutes, self.planned

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.file is None) != (self.mapping is None):
            raise ValueError("a log needs a mapping: give file and mapping")
        return self
