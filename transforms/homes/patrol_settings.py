"""What `hexbeat.toml` says of patrols: how they are planned, and days without any."""

from dataclasses import field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from transforms.reference.overrides import CalendarDay, days_from
from transforms.reference.toml_files import STRICT, WHOLE, Text


_Speed = Annotated[float, Field(ge=1, le=130, strict=True)]


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
class PatrolLogs:
    """Folders whose new logs the deployment `dosage` takes."""

    folder: Annotated[Text, "where the files are, as seen from the home"]
    mapping: Annotated[Text, "the TOML file that describes them, likewise"]


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
    visit_minutes: Annotated[
        int, Field(ge=10, le=20), WHOLE, "of a plan: how long a visit is"
    ] = 15
    max_visits_place_shift: Annotated[
        int, Field(ge=1, le=3), WHOLE, "of a plan: most visits of a place in a shift"
    ] = 3
    min_gap_minutes: Annotated[
        int,
        Field(ge=0, le=720),
        WHOLE,
        "of a plan: from the end of a visit to the next at the same place",
    ] = 120
    min_visits_place_week: Annotated[
        int, Field(ge=0, le=21), WHOLE, "of a plan: fewest visits of a place in a week"
    ] = 0
    walk_kmh: Annotated[_Speed, "of a plan: how fast a unit on foot is"] = 4.5
    cycle_kmh: Annotated[_Speed, "of a plan: how fast a unit on cycles is"] = 12.0
    drive_kmh: Annotated[_Speed, "of a plan: how fast a unit in a vehicle is"] = 24.0
    detour: Annotated[
        float,
        Field(ge=1, le=3, strict=True),
        "of a plan: a way by streets, of a straight line",
    ] = 1.3
    shifts: Annotated[
        Text | None, "the file of shifts that a scheduled plan reads, in this folder"
    ] = None
    areas: Annotated[
        Text | None,
        "wards or beats by which a panel's page gives hours, as FILE or FILE:COLUMN,"
        " in this folder; default: towns",
    ] = None
    logs: Annotated[tuple[PatrolLogs, ...], "folders of logs"] = field(
        default_factory=tuple
    )
    days: Annotated[tuple[PatrolDays, ...], "days without patrol"] = field(
        default_factory=tuple
    )
