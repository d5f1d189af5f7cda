"""The columns of a dose report's files."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.patrols.mapping import ACTIVITIES, MODES, ROLES


_COUNT = pa.int32()
_FLOAT = pa.float64()
_NO_PLAN = "nothing says what was planned"
_SELDOM = "a unit reported too seldom to class its stays"
_UNSAID = "no log says"
_ROLE_WORDS = {
    "police": "police officers", "pcso": "PCSOs", "special": "special constables",
    "warden": "wardens", "partner": "other partners",
}  # fmt: skip

DOSAGE_DAYS = pa.schema(
    [
        column("place_id", TEXT, "Place of the programme"),
        column("day", pa.date32(), "Supplied day, on the clock in Great Britain"),
        column("source", TEXT, "Where minutes and visits are from: log or pings"),
        column("planned_minutes", _FLOAT, "Minutes of patrol planned", _NO_PLAN),
        column("assigned", pa.bool_(), "Patrol was planned", _NO_PLAN),
        column("visits", _COUNT, "Visits of the programme: stays of 3 minutes or more"),
        column("passes", _COUNT, "Shorter stays"),
        column("patrol_minutes", _FLOAT, "Minutes in which anybody was there; never add them up over places as hours of a grant"),
        column("officer_minutes", _FLOAT, "Minutes of stays times officers: what grants call hours"),
        column("minutes_se", _FLOAT, "Standard error of the minutes, from how seldom units reported", "from a log, or no stay"),
        column("visits_10_plus", _COUNT, "Visits of 10 minutes or more", _SELDOM),
        column("visits_10_20", _COUNT, "Visits of 10 to 20 minutes", _SELDOM),
        column("visits_10_16", _COUNT, "Visits of 10 to 16 minutes", _SELDOM),
        column("mean_minutes", _FLOAT, "Mean length of a visit, minutes", "no visit"),
        column("gap_minutes", _FLOAT, "Mean time between two visits of the day, minutes: intermittency", "fewer than two visits, or no times"),
        column("background_minutes", _FLOAT, "Minutes in which anybody was there for other work"),
        *(column(f"{role}_officer_minutes", _FLOAT, f"Officer-minutes of {_ROLE_WORDS[role]}") for role in ROLES),
        *(column(f"{mode}_officer_minutes", _FLOAT, f"Officer-minutes by {mode}" if mode != "foot" else "Officer-minutes on foot") for mode in MODES),
        *(column(name, _COUNT, name.replace("_", " ").capitalize().replace("Asb", "ASB"), _UNSAID) for name in ACTIVITIES),
    ]
)  # fmt: skip

DOSAGE_PLACES = pa.schema(
    [
        column("place_id", TEXT, "Place of the programme"),
        column("name", TEXT, "Its name", "none named"),
        column("days", _COUNT, "Supplied days on which it was part of the programme"),
        column("planned_minutes", _FLOAT, "Minutes of patrol planned", _NO_PLAN),
        column("patrol_minutes", _FLOAT, "Minutes in which anybody was there"),
        column("delivered_share", _FLOAT, "Patrol minutes of days with a plan, by the minutes planned", _NO_PLAN),
        column("visits", _COUNT, "Visits"),
        column("visits_10_20", _COUNT, "Visits of 10 to 20 minutes", _SELDOM),
        column("officer_minutes", _FLOAT, "Officer-minutes"),
        column("background_minutes", _FLOAT, "Minutes in which anybody was there for other work"),
        column("days_without_visit", _COUNT, "Supplied days without a visit"),
        column("longest_gap_days", _COUNT, "Longest run of supplied days without a visit"),
        column("need_rank", _COUNT, "Rank by incidents expected; 1 is most"),
        column("dose_rank", _COUNT, "Rank by patrol minutes; 1 is most"),
        column("need_share", _FLOAT, "Share of the programme's expected incidents"),
        column("dose_share", _FLOAT, "Share of the programme's patrol minutes", "nobody patrolled"),
        column("word", TEXT, "under, even or over: under half of its share of need, or over twice (a rule of hexbeat's own)", "nobody patrolled"),
    ]
)  # fmt: skip

DOSAGE_HOURS = pa.schema(
    [
        column("weekday", TEXT, "Weekday, on the clock in Great Britain"),
        column("hour", _COUNT, "Hour of the day, 0 to 23"),
        column("patrol_minutes", _FLOAT, "Minutes of the programme's visits in that hour"),
        column("incidents", _FLOAT, "Incidents at the places in the newest 365 days of the feed, by the share of the time in which each may have happened"),
        column("dose_share", _FLOAT, "Share of the week's patrol minutes"),
        column("need_share", _FLOAT, "Share of the week's incidents"),
    ]
)  # fmt: skip

RETURN = pa.schema(
    [
        column("period", TEXT, "Month, YYYY-MM"),
        column("force", TEXT, "Force: its police.uk id"),
        column("programme", TEXT, "Programme"),
        column("place_id", TEXT, "Place, or all"),
        column("measure", TEXT, "What is counted"),
        column("role", TEXT, "Of whom, or all"),
        column("value", _FLOAT, "The number", _UNSAID),
        column("unit", TEXT, "visits, minutes, days or a count"),
        column("source", TEXT, "log, pings, log and pings, or none"),
        column("supplied_days", _COUNT, "Days of the month that the number is of"),
    ]
)  # fmt: skip

MISSING = pa.schema(
    [column("day", TEXT, "Day of which no log has a row: not supplied, and not zero")]
)
