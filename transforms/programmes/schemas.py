"""The columns of a programme's files."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.publications.schemas import HOTSPOTS
from transforms.reference.clocks import Clock


_COUNT = pa.int32()
_FLOAT = pa.float64()

PLACES = pa.schema(
    [
        column("place_id", TEXT, "Place of the programme: p01 is the highest"),
        column("rank", _COUNT, "Rank by score when the list was frozen; 1 is highest"),
        column("name", TEXT, "Most common street or venue of its highest cell; of a polygon, its name in the file", null="none named"),
        column("unit", TEXT, "What the place is: a cell, a hotspot or a polygon of the user's"),
        column("h3_res", _COUNT, "Resolution of its H3 cells"),
        column("h3_cells", TEXT, "H3 cells that the place is, divided by spaces"),
        column("area_m2", _FLOAT, "Area, square metres"),
        *(HOTSPOTS.field(name) for name in ("lat", "lon", "easting", "northing")),
        column("level_month", _FLOAT, "Incidents expected in a month, ignoring the season: the frozen forecast"),
        column("rate_shape", _FLOAT, "Shape of the gamma distribution of the place's monthly rate: mean squared by variance"),
        column("month_size", _FLOAT, "Size of the negative binomial by which a month varies about that rate"),
        column("n_3m", _COUNT, "Incidents in the 3 months to the as-of month", null="no month of them was supplied"),
        column("n_12m", _COUNT, "Incidents in the 12 months to the as-of month", null="no month of them was supplied"),
        column("n_36m", _COUNT, "Incidents in the 36 months to the as-of month", null="no month of them was supplied"),
        column("months_12m", _COUNT, "Supplied months that n_12m is based on (of 12)"),
        column("harm_score", _FLOAT, "Crime harm expected in the month after the as-of month"),
        column("hotspot_id", TEXT, "Hot spot that its highest cell belongs to", null="it belongs to none"),
        column("hotspot_class", TEXT, "Emerging hot spot category of its highest cell", null="fewer than 10 of 12 months were supplied"),
        column("component", _COUNT, "Places in contact have the same number: no more than one scored cell lies between them"),
        column("flags", TEXT, "large, cold, contiguous, thin and excluded-venues, divided by spaces: METHOD.md says what each means"),
    ]
)  # fmt: skip

_OF_DAYS = {
    "n_3m": column("n_28d", _COUNT, "Incidents in the 28 days to the as-of day", null="no day of them was supplied"),
    "n_12m": column("n_91d", _COUNT, "Incidents in the 91 days to the as-of day", null="no day of them was supplied"),
    "n_36m": column("n_365d", _COUNT, "Incidents in the 365 days to the as-of day", null="no day of them was supplied"),
    "months_12m": column("days_365d", _COUNT, "Supplied days that n_365d is based on (of 365)"),
    "harm_score": column("harm_score", _FLOAT, "Crime harm expected in a month"),
    "month_size": column("month_size", _FLOAT, "Size of the negative binomial by which 28 days vary about that rate"),
    "hotspot_class": column("hotspot_class", TEXT, "Emerging hot spot category of its highest cell", null="fewer than 10 of twelve steps of 28 days were supplied in full"),
}  # fmt: skip
_DAY_PLACES = pa.schema([_OF_DAYS.get(field.name, field) for field in PLACES])


def places_schema(clock: Clock) -> pa.Schema:
    """The columns of places, of months or of a force's own days."""
    return _DAY_PLACES if clock.unit == "days" else PLACES


# Every scored cell of the force and group: what the rest of the force was expected to do.
FROZEN_CELLS = pa.schema(
    [
        column("h3_cell", TEXT, "H3 cell of resolution 9"),
        column("level_month", _FLOAT, "Incidents expected in a month, ignoring the season"),
        column("place_id", TEXT, "Place that the cell is", null="it is part of the rest of the force"),
    ]
)  # fmt: skip

BUFFERS = pa.schema(
    [
        column("place_id", TEXT, "Place whose buffer the cell is part of"),
        column("h3_cell", TEXT, "H3 cell of resolution 11"),
        column("level_month", _FLOAT, "Incidents expected in a month, ignoring the season"),
        column("shared", pa.bool_(), "Part of the buffers of several places"),
    ]
)  # fmt: skip

SUMS = [
    column("observed", _FLOAT, "Incidents at the places"),
    column("expected", _FLOAT, "Incidents forecast for them when the list was frozen"),
    column(
        "rest_observed", _FLOAT, "Incidents in the rest of the force's scored cells"
    ),
    column("rest_expected", _FLOAT, "Incidents forecast for those"),
]

CONTEXT = pa.schema(
    [
        column("place_id", TEXT, "Place"),
        column("layer", TEXT, "Layer of the user's"),
        column("inside", _COUNT, "Its shapes inside the place, each as one point"),
        column("within_250m", _COUNT, "Those within 250 m of the place's middle"),
        column("nearest_m", _COUNT, "Metres from there to the nearest"),
        column("quotient", _FLOAT, "Density inside by that in all scored cells of the force", null="these have fewer than five"),
        column("quotient_lo", _FLOAT, "Lower end of its exact 95 % interval", null="as of quotient"),
        column("quotient_hi", _FLOAT, "Upper end of its exact 95 % interval", null="as of quotient"),
    ]
)  # fmt: skip

PAST_LISTS = pa.schema(
    [
        column("force", TEXT, "Force of the past list"),
        column("as_of", TEXT, "As-of month at which the rule chose it, YYYY-MM"),
        column("months", _COUNT, "Months after it that are compared"),
        *SUMS,
        column("before", _FLOAT, "Incidents at its places in as many months up to the as-of", null="one of them was not supplied"),
        column("log_ratio", _FLOAT, "Observed by expected at the places, by the same of the rest, as a log"),
    ]
)  # fmt: skip


_DAY_PAST_LISTS = pa.schema(
    [
        PAST_LISTS.field("force"),
        column("as_of", TEXT, "As-of day at which the rule chose it, YYYY-MM-DD"),
        column("days", _COUNT, "Days after it that are compared: the supplied ones of them"),
        *SUMS,
        column("before", _FLOAT, "Incidents at its places in as many days up to the as-of", null="one of them was not supplied"),
        PAST_LISTS.field("log_ratio"),
    ]
)  # fmt: skip


def cells_schema(clock: Clock) -> pa.Schema:
    """The columns of scored cells, which are smaller in a force's own feed."""
    if clock.unit != "days":
        return FROZEN_CELLS
    cell = column("h3_cell", TEXT, "H3 cell of resolution 10")
    return FROZEN_CELLS.set(0, cell)


def past_lists_schema(clock: Clock) -> pa.Schema:
    """The columns of past lists, of months or of a force's own days."""
    return _DAY_PAST_LISTS if clock.unit == "days" else PAST_LISTS
