"""The periods of public counts: calendar quarters, which never overlap.

The difference of two overlapping windows is a count of a month or two, so rolling
windows reveal what each of them hides. A quarter is published some time after its end,
once all its months were supplied.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.months import Month, month_range


PUBLIC_GROUPS = (ALL_CRIME, "anti-social-behaviour")
_MONTHS = 3
_SPAN = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d{2})(?:/(\d{4})-(\d{2}))?)?")
_KEY = ("crime_group", "period", "h3_cell")


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, written `2025-Q1`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @property
    def months(self) -> list[Month]:
        """Its three months."""
        first = Month(self.year, 1) + _MONTHS * (self.number - 1)
        return month_range(first, first + (_MONTHS - 1))


def public_quarters(
    supplied: Iterable[Month], as_of: Month, lag_months: int
) -> list[Quarter]:
    """The quarters that can be published at an as-of, oldest first.

    All their months were supplied, and the last is at least `lag_months` months before
    the as-of: at a lag of 1, the quarter to March is published from April on.
    """
    months = set(supplied)
    quarters = {Quarter(m.year, (m.month - 1) // _MONTHS + 1) for m in months}
    return sorted(
        quarter
        for quarter in quarters
        if months.issuperset(quarter.months)
        and as_of.since(quarter.months[-1]) >= lag_months
    )


def span(period: str) -> tuple[Month, Month] | None:
    """First and last month of a period's label; None if it is not such a label.

    A quarter is `2025-Q1`. The gate also knows a year (`2025`), a month (`2025-01`) and
    a window (`2024-05/2025-04`), to compare quarters with them.
    """
    match = _SPAN.fullmatch(period)
    if match is None:
        return None
    year = int(match[1])
    if match[2]:
        months = Quarter(year, int(match[2])).months
        return months[0], months[-1]
    if not match[3]:
        return Month(year, 1), Month(year, 12)
    first = Month(year, int(match[3]))
    last = Month(int(match[4]), int(match[5])) if match[4] else first
    sound = 1 <= first.month <= 12 and 1 <= last.month <= 12 and first <= last
    return (first, last) if sound else None


def quarter_counts(monthly: pa.Table, quarters: Iterable[Quarter]) -> pa.Table:
    """Monthly counts of categories, as counts of public groups and quarters.

    `monthly` has `h3_cell`, `period` (a month), `category` and `incidents`, from the
    query cell_counts; what is in no public group or quarter is left out.
    """
    period_of = {str(month): str(q) for q in quarters for month in q.months}
    group_of = {c: slug for slug in PUBLIC_GROUPS for c in GROUPS[slug].categories}
    rows = pa.table(
        {
            "crime_group": _mapped(monthly["category"], group_of),
            "period": _mapped(monthly["period"], period_of),
            "h3_cell": monthly["h3_cell"],
            "incidents": monthly["incidents"],
        }
    ).drop_null()
    sums = rows.group_by(list(_KEY)).aggregate([("incidents", "sum")])
    sums = sums.rename_columns([*_KEY, "incidents"])
    return sums.sort_by([(name, "ascending") for name in _KEY])


def _mapped(column: pa.ChunkedArray, meaning: dict[str, str]) -> pa.Array:
    """The value of each text in the mapping, null if it has none."""
    texts = pa.array(meaning, pa.string())
    at = pc.index_in(column.cast(pa.string()), texts)
    return pa.array(meaning.values(), pa.string()).take(at.combine_chunks())
