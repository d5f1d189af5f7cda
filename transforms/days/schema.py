"""The contract of scores on days: a force's own feed, at resolution 10."""

import pyarrow as pa

from transforms.schemas import SCORES, SLUG, TEXT, about


_COUNT = pa.int32()
_NO_DAY = "no day of the window was supplied"


def _field(
    name: str, kind: pa.DataType, description: str, null: str | None = None
) -> pa.Field:
    metadata = {"description": description} | ({"null": null} if null else {})
    return pa.field(name, kind, nullable=null is not None, metadata=metadata)


def _as_of_months(name: str, **other: str) -> pa.Field:
    """A column that says the same of a term of days as it does of a month."""
    field = SCORES.field(other.get("like", name))
    told = about(field)
    words = told["description"]
    for month, days in _WORDS.items():
        words = words.replace(month, days)
    return _field(name, field.type, words, told.get("null"))


_WORDS = {
    "next month's": "the next horizon's",
    "in the next month": "in the next horizon_days",
    "n_12m": "n_365d",
    "harm_12m": "harm_365d",
    "as many months as": "as many days as",
    ", season apart": "",
    "of the months supplied of the last 12": "of the last twelve steps of 28 days",
    "of the monthly mean of": "of the 28-day mean of",
}
_WINDOWS = {"7d": 7, "28d": 28, "91d": 91, "365d": 365}

DAY_SCORES = pa.schema(
    [
        SCORES.field("force"),
        _field("as_of", TEXT, "Newest day the score may know, YYYY-MM-DD"),
        _field("horizon_days", pa.int8(), "Days that are forecast: 1 or 7"),
        SCORES.field("h3_res"),
        SCORES.field("crime_group"),
        SCORES.field("h3_cell"),
        SCORES.field("inputs_sha256"),  # Delta keeps notes on the first 32 columns alone
        *(
            _field(f"n_{name}", _COUNT, f"Incidents in the {n} days to the as-of", _NO_DAY)
            for name, n in _WINDOWS.items()
        ),
        *(
            _field(f"days_{name}", pa.int16(), f"Supplied days that n_{name} rests on (of {n})")
            for name, n in _WINDOWS.items()
        ),
        _field("n_prev_28d", _COUNT, "Incidents in the 28 days before the last 28", _NO_DAY),
        _field("days_prev_28d", pa.int16(), "Supplied days that n_prev_28d rests on (of 28)"),
        _field("harm_365d", pa.float64(), "Crime harm of n_365d, in the unit of the harm weights", _NO_DAY),
        _as_of_months("harm_top_share_365d", like="harm_top_share_12m"),
        *(_as_of_months(name) for name in ("harm_score", "score")),
        _as_of_months("expected_365d", like="expected_12m"),
        *(
            _as_of_months(name)
            for name in (
                "score_lo", "score_hi", "score_rank", "score_pctile", "score_band", "p_top1",
            )
        ),
        _field("hotspot_class", SLUG, "Emerging hot spot category of the last twelve steps of 28 days; a label, never the ranking", "fewer than 10 of them were supplied whole"),
        *(_as_of_months(name) for name in ("gi_star_z", "gi_star_q")),
        *(
            SCORES.field(name)
            for name in ("hotspot_id", "method", "universe_cells", "universe_area_m2")
        ),
    ]
)  # fmt: skip
