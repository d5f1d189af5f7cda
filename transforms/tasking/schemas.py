"""The columns of a pack's tables."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, about, column
from transforms.patrols.schemas import DOSAGE_PLACES, RETURN
from transforms.programmes.schemas import PLACES


_COUNT, _FLOAT = pa.int32(), pa.float64()
_LIKE_A_FORMULA = "it begins like a formula: the document has it"
_NO_NEWS = "no month or day came since"
_NO_LOG = "no log has a day of the fortnight"

PACK_PLACES = pa.schema(
    [
        column("place_id", TEXT, "Place of the programme"),
        column("name", TEXT, "Its name", "none named"),
        column("expected_month", _FLOAT, "Incidents expected in a month: the frozen forecast"),
        column("counted", _COUNT, "Incidents in the months or days that are new since the last pack", _NO_NEWS),
        column("expected", _FLOAT, "Incidents forecast for them, times how the rest of the force did", _NO_NEWS),
        column("low", _COUNT, "Lower end of what 95 of 100 such places have", _NO_NEWS),
        column("high", _COUNT, "Upper end of it", _NO_NEWS),
        column("change", TEXT, "rose or fell: beyond that interval. joined: the list before did not have it", "none of these"),
        column("planned_minutes", _FLOAT, "Minutes of patrol planned in the fortnight", "nothing says what was planned, or no log"),
        column("patrol_minutes", _FLOAT, "Minutes in which anybody was there", _NO_LOG),
        column("officer_hours", _FLOAT, "Minutes of stays times officers, by 60", _NO_LOG),
        column("visits", _COUNT, "Visits", _NO_LOG),
        column("days_without_visit", _COUNT, "Days with a log and without a visit", _NO_LOG),
        column("days", _COUNT, "Days with a log", _NO_LOG),
        column("dose", TEXT, about(DOSAGE_PLACES.field("word"))["description"], _NO_LOG),
        column("next_visits", _COUNT, "Visits planned for the fortnight to come", "no plan yet"),
        column("why", TEXT, "Why there"),
        column("way_of_working", TEXT, "Way of working that fits, by its newest problem profile", "it has none"),
        *(PLACES.field(name) for name in ("lat", "lon")),
    ]
)  # fmt: skip

PACK_SHIFTS = pa.schema(
    [
        column("date", TEXT, "Day on which the shift begins, YYYY-MM-DD"),
        column("shift_id", TEXT, "Shift"),
        column("units", _COUNT, "Units that are out together"),
        column("visits", _COUNT, "Visits planned"),
    ]
)

PACK_TOTALS = pa.schema(
    [
        RETURN.field("measure"),
        RETURN.field("role"),
        column("fortnight", _FLOAT, "Of the fortnight's days with a log", "no log says"),
        column("since_start", _FLOAT, "Of all days with a log since the programme started", "no log says"),
        RETURN.field("unit"),
    ]
)  # fmt: skip

PACK_PROBLEMS = pa.schema(
    [
        column("places", TEXT, "Places of the programme, divided by spaces"),
        column("what", TEXT, "What is tried", _LIKE_A_FORMULA),
        column("who", TEXT, "Team or partner", _LIKE_A_FORMULA),
        column("since", TEXT, "First day"),
        column("until", TEXT, "Last day", "it goes on"),
    ]
)
