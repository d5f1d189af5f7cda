"""The columns of a look's files."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.programmes.schemas import SUMS
from transforms.reference.clocks import Clock


_COUNT = pa.int32()
_FLOAT = pa.float64()
_SHORT = "the past is too short to tell"

TRACKED = pa.schema(
    [
        column("programme", TEXT, "Programme"),
        column("area", TEXT, "places, or buffers: what lies around them"),
        column("first_month", TEXT, "First month that counts, YYYY-MM"),
        column("last_month", TEXT, "Last month that counts, YYYY-MM"),
        column("months", _COUNT, "Months that count: supplied, and comparable with the forecast"),
        *SUMS,
        column("past_lists", _COUNT, "Past lists of the same rule, with nothing starting"),
        column("past_lists_apart", _COUNT, "Those of them whose windows share no month"),
        column("bias", _FLOAT, "Mean log ratio of past lists", _SHORT),
        column("spread", _FLOAT, "Standard deviation of it", _SHORT),
        column("variance_factor", _FLOAT, "How many times the Poisson variance past lists vary by", _SHORT),
        column("ratio", _FLOAT, "Observed by expected, net of the rest of the force and of the bias", _SHORT),
        column("low", _FLOAT, "Lower end of its 95 % interval", _SHORT),
        column("high", _FLOAT, "Upper end of its 95 % interval", _SHORT),
        column("z", _FLOAT, "Log of the ratio by its standard error", _SHORT),
        column("p_fall", _FLOAT, "Share of past lists that were as low, this one among them", _SHORT),
        column("without", _FLOAT, "Incidents to expect at the places, as such lists do", _SHORT),
        column("prevented", _FLOAT, "Incidents fewer than that", _SHORT),
        column("prevented_low", _FLOAT, "Lower end of its 95 % interval", _SHORT),
        column("prevented_high", _FLOAT, "Upper end of its 95 % interval", _SHORT),
    ]
)  # fmt: skip

TRACKED_PLACES = pa.schema(
    [
        column("place_id", TEXT, "Place of the programme"),
        column("name", TEXT, "Its name", "none named"),
        column("months", _COUNT, "Months that count for it"),
        column("observed", _COUNT, "Incidents in them"),
        column("expected", _FLOAT, "Incidents forecast, times how the rest of the force did"),
        column("low", _COUNT, "Lower end of what 95 of 100 such places have"),
        column("high", _COUNT, "Upper end of it"),
        column("likely", _FLOAT, "Incidents in as long a time again, most likely: the count, drawn to what was expected"),
        column("word", TEXT, "within, below or above that interval"),
        column("before", _COUNT, "Incidents in as many months up to the as-of: chosen because high", "one of them was not supplied"),
        column("left", TEXT, "Day on which it left the programme", "it has not"),
    ]
)  # fmt: skip

_TOO_FEW = "the formula gives none, or there is nothing to divide by"
_NO_ERROR = "the formula gives none"

TEXTBOOK = pa.schema(
    [
        column("formula", TEXT, "Name of the formula"),
        column("about", TEXT, "What it is"),
        column("value", _FLOAT, "What it gives", _TOO_FEW),
        column("low", _FLOAT, "Lower end of its 95 % interval, by Poisson", _NO_ERROR),
        column("high", _FLOAT, "Upper end of it", _NO_ERROR),
        column("z", _FLOAT, "In standard errors, by Poisson", _NO_ERROR),
        column("low_widened", _FLOAT, "Lower end, times the variance factor of past lists", _SHORT),
        column("high_widened", _FLOAT, "Upper end of it", _SHORT),
        column("z_widened", _FLOAT, "In those standard errors", _SHORT),
    ]
)  # fmt: skip

_OF_DAYS = {
    "first_month": column("first_day", TEXT, "First day that counts, YYYY-MM-DD"),
    "last_month": column("last_day", TEXT, "Last day that counts, YYYY-MM-DD"),
    "months": column("days", _COUNT, "Days that count: those supplied"),
    "past_lists_apart": column("past_lists_apart", _COUNT, "Those of them whose windows share no day"),
    "before": column("before", _COUNT, "Incidents in as many days up to the as-of: chosen because high", "one of them was not supplied"),
}  # fmt: skip


def for_clock(schema: pa.Schema, clock: Clock) -> pa.Schema:
    """Those columns, of months or of a force's own days."""
    if clock.unit != "days":
        return schema
    return pa.schema([_OF_DAYS.get(field.name, field) for field in schema])
