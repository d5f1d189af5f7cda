"""What `hexbeat.toml` says of patrols: how much was planned, and days without any."""

from dataclasses import field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from transforms.reference.overrides import CalendarDay, days_from
from transforms.reference.toml_files import STRICT, WHOLE, Text


@dataclass(frozen=True, config=STRICT)
class PatrolDays:
    """Days on which nobody patrolled: else a day without a row is not supplied."""

    first: Annotated[CalendarDay, Field(alias="from"), "YYYY-MM-DD"]
    last: Annotated[CalendarDay, Field(alias="to"), "the same or a later day"]
    verdict: Annotated[Literal["no-patrol"], Field(alias="as"), "nobody patrolled"]
    reason: Annotated[Text, "in words"]

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins")

    def days(self) -> list[date]:
        """From its first to its last."""
        return days_from(self.first, self.last)


@dataclass(frozen=True, config=STRICT)
class PatrolTable:
    """Patrols at the places of programmes."""

    planned_minutes: Annotated[
        float | None,
        Field(gt=0, le=1_440, strict=True),
        "of patrol a day at each place; default unknown",
    ] = None
    ping_days: Annotated[
        int, Field(ge=1, le=366), WHOLE, "how long pings of radios are kept"
    ] = 31
    days: Annotated[tuple[PatrolDays, ...], "days without patrol"] = field(
        default_factory=tuple
    )
