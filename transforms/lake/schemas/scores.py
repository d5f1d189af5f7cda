"""The columns of scores: a row for each cell and crime group of an as-of.

Scores of months and of days have the same columns, made here from one list. Names and
descriptions have placeholders for what differs: `{year}` is the window of labels and
harm, `{term}` the time that is forecast.
"""

from collections.abc import Mapping

import pyarrow as pa

from transforms.lake.schemas.fields import SLUG, TEXT, column


_COUNT = pa.int32()
_FLOAT = pa.float64()

_MONTHS = {
    "period": "month",
    "unit": "months",
    "of_calendar": "calendar months",
    "format": "YYYY-MM",
    "year": "12m",
    "before": "12m",
    "none": "no month of the window was supplied (months before the category began, or before the map points were last renewed, do not count)",
    "term": "month",
    "count": "next month's count",
    "rate": "at the current rate, ignoring seasonality",
    "steps": "the supplied months of the last 12",
    "few_steps": "fewer than 10 of them were supplied since the map points were last renewed",
    "mean": "monthly",
}
_DAYS = {
    "period": "day",
    "unit": "days",
    "of_calendar": "days",
    "format": "YYYY-MM-DD",
    "year": "365d",
    "before": "28d",
    "none": "no day of the window was supplied",
    "term": "horizon_days days",
    "count": "the count of the next horizon_days days",
    "rate": "at the current rate",
    "steps": "the last twelve steps of 28 days",
    "few_steps": "fewer than 10 of them were supplied in full",
    "mean": "28-day",
}
NOT_SUPPLIED = _MONTHS["none"]
_RENEWED = ": those since the category began and, in every window, since the map points were last renewed"
_MARK = column("inputs_sha256", SLUG, "Hash of everything the score is based on")
_HORIZON = column("horizon_days", pa.int8(), "Days that are forecast: 1 or 7")


def _score_schema(
    words: Mapping[str, str], windows: Mapping[str, int], supplied: pa.DataType
) -> pa.Schema:
    """The columns of one clock: `windows` by name in periods, the shortest first.

    `supplied` is the type of the columns that count supplied periods.
    """
    days = words is _DAYS

    def of(
        name: str, kind: pa.DataType, description: str, null: str | None = None
    ) -> pa.Field:
        return column(
            name.format(**words),
            kind,
            description.format(**words),
            null and null.format(**words),
        )

    def counted(name: str, span: str) -> pa.Field:
        return of(f"n_{name}", _COUNT, f"Incidents in the {span}", "{none}")

    def based_on(name: str, periods: int, more: str = "") -> pa.Field:
        among = "0 or 1" if periods == 1 else f"of {periods}"
        said = f"Supplied {{unit}} that n_{name} is based on ({among}){more}"
        return of(f"{{unit}}_{name}", supplied, said)

    before = words["before"]
    length = windows[before]
    longest = max(windows, key=lambda name: windows[name])
    return pa.schema(
        [
            of("force", TEXT, "Force: its police.uk id"),
            of("as_of", TEXT, "As-of {period}: the newest {period} the score uses, {format}"),
            *([_HORIZON] if days else []),
            of("h3_res", pa.int8(), "H3 resolution of the cell"),
            of("crime_group", SLUG, "Crime group"),
            of("h3_cell", pa.int64(), "H3 cell; published as 15 lower-case hexadecimal characters"),
            *([_MARK] if days else []),
            *(
                counted(name, "as-of {period}" if n == 1 else f"{n} {{of_calendar}} to the as-of {{period}}")
                for name, n in windows.items()
            ),
            *(
                based_on(name, n, _RENEWED if name == longest and not days else "")
                for name, n in windows.items()
            ),
            counted(f"prev_{before}", f"{length} {{of_calendar}} before the last {length}"),
            based_on(f"prev_{before}", length),
            of("harm_{year}", _FLOAT, "Crime harm of n_{year}, in the unit of the harm weights" + ("" if days else " (METHOD.md)"), "{none}"),
            of("harm_top_share_{year}", _FLOAT, "Share of harm_{year} that comes from its single most serious incident, 0 to 1", "harm_{year} is 0 or empty"),
            of("harm_score", _FLOAT, "Crime harm expected in the next {term}, in the unit of the harm weights"),
            of("score", _FLOAT, "Expected incidents in the next {term}"),
            of("expected_{year}", _FLOAT, "Incidents expected over the same number of {unit} as n_{year} is based on, {rate}. If it is below n_{year}, expect a fall of that size even without any action (regression to the mean)"),
            of("score_lo", _COUNT, "Lower end of the 95 % predictive interval of {count}"),
            of("score_hi", _COUNT, "Upper end of the 95 % predictive interval of {count}"),
            of("score_size", _FLOAT, "Size of the negative binomial of {count}, whose mean is score: its 2.5 % and 97.5 % quantiles are score_lo and score_hi, its variance is score + score squared by score_size"),
            of("score_rank", _COUNT, "Rank of the score among the universe's cells; 1 is highest, ties by cell id"),
            of("score_pctile", _FLOAT, "Share of the universe's cells ranked no higher than this one, 0 to 1"),
            of("score_band", SLUG, "top_1pct, top_2pct, top_5pct, top_20pct or rest of the universe's cells, by rank"),
            of("p_top1", _FLOAT, "Probability that the cell's true rate is among the highest 1 % of the universe's cells, 0 to 1", "nothing is expected in any cell"),
            of("hotspot_class", SLUG, "Emerging hot spot category over {steps}; a label, never the ranking", "{few_steps}"),
            of("gi_star_z", _FLOAT, "Getis-Ord Gi* z of the {mean} mean of n_{year} in the cell and the six around it; a label, never the ranking", "all cells are alike"),
            of("gi_star_q", _FLOAT, "Benjamini-Hochberg q of gi_star_z among the universe's cells", "all cells are alike"),
            of("hotspot_id", TEXT, "Hot spot that the cell belongs to", "the cell belongs to none"),
            of("method", SLUG, "Scoring method and its version"),
            of("universe_cells", _COUNT, "Cells in the force's universe at the as-of"),
            of("universe_area_m2", _FLOAT, "Their area, square metres, on a sphere: 0.3 to 0.5 % less than on the ellipsoid"),
            *([] if days else [_MARK]),
        ]
    )  # fmt: skip


SCORES = _score_schema(_MONTHS, {"1m": 1, "3m": 3, "12m": 12, "36m": 36}, pa.int8())
DAY_SCORES = _score_schema(
    _DAYS, {"7d": 7, "28d": 28, "91d": 91, "365d": 365}, pa.int16()
)
