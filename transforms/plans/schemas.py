"""The columns of a plan's files."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.patrols.planned import COLUMNS
from transforms.programmes.schemas import PLACES


_COUNT = pa.int32()
_FLOAT = pa.float64()
_PLACE, _DATE, _MINUTES = COLUMNS  # as `dosage report --planned` reads them

VISITS = pa.schema(
    [
        column("shift_id", TEXT, "Shift, as the file of shifts has it"),
        column("date", TEXT, "Day on which the shift begins, YYYY-MM-DD"),
        column("unit", _COUNT, "Unit of the shift, from 1"),
        column("seq", _COUNT, "Which of the unit's visits it is, from 1"),
        column("place_id", TEXT, "Place of the programme"),
        column("name", TEXT, "Its name", "none named"),
        column("start", TEXT, "When the visit begins, on the clock: YYYY-MM-DDTHH:MM"),
        column("minutes", _COUNT, "How long it is"),
        column("window_from", TEXT, "Hour in which the place's busiest hours of the shift begin, HH:MM", "no hours are known"),
        column("window_to", TEXT, "Hour in which they end, HH:MM", "no hours are known"),
        column("value", _FLOAT, "Incidents expected at the place in the shift, by 1, 2 or 3 for its first, second or third visit"),
        column("why", TEXT, "Why there"),
        *(PLACES.field(name) for name in ("lat", "lon")),
    ]
)  # fmt: skip

DROPPED = pa.schema(
    [
        *(VISITS.field(name) for name in ("shift_id", "date", "unit", "place_id")),
        column("value", _FLOAT, "What the visit was worth, as in visits"),
    ]
)

PLANNED = pa.schema(
    [
        column(_PLACE, TEXT, "Place of the programme"),
        column(_DATE, TEXT, "Day on which the shift begins"),
        column(_MINUTES, _COUNT, "Minutes of patrol planned there"),
    ]
)
