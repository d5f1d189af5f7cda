"""Calls for service in a day's edition: columns beside those of crime.

Only editions of a feed whose mapping names kinds of calls have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.publications.schemas import DAY_CELLS, DAY_COVERAGE, DAY_HOTSPOTS


WINDOW_DAYS = 28
CALLS, DAYS, STATUS = "calls_28d", "days_calls_28d", "calls_status"
_NONE = "no day of the window was supplied with calls"
_DAYS = column(
    DAYS,
    pa.int16(),
    f"Days that {CALLS} is based on (of {WINDOW_DAYS}): those supplied with calls",
)
_OF_CELLS = [
    column(
        CALLS,
        pa.int32(),
        f"Calls for service of all kinds in the {WINDOW_DAYS} days to the as-of day, in"
        " the cell whatever the crime group. A call is no crime: no score of crime"
        " counts it",
        _NONE,
    ),
    _DAYS,
]
_OF_HOTSPOTS = [
    column(
        CALLS,
        pa.int32(),
        f"Calls for service of all kinds in the {WINDOW_DAYS} days to the as-of day, in"
        " its cells: the sum of them",
        _NONE,
    ),
    _DAYS,
]
_OF_DAYS = [
    column(
        STATUS,
        TEXT,
        "What the day counts as for calls for service, by their own past: as status",
        "no call was supplied up to that day, or after it",
    )
]
COLUMNS = {DAY_CELLS: _OF_CELLS, DAY_HOTSPOTS: _OF_HOTSPOTS, DAY_COVERAGE: _OF_DAYS}
NAMES = (CALLS, DAYS)  # of cells and hot spots


@dataclass(frozen=True)
class CallCounts:
    """The calls of the window to an as-of, and what each day counts as."""

    by_cell: Mapping[str, int]  # those with any
    by_kind: Mapping[str, int]  # in the whole force; as records store them
    days: int  # supplied ones of the window
    statuses: Mapping[str, str]  # by day

    @property
    def in_words(self) -> str:
        """How many there were, by kind, for METHOD.md."""
        if not self.days:
            return f"No day of the {WINDOW_DAYS} to the as-of was supplied with calls."
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(self.by_kind.items()))
        return (
            f"In the {WINDOW_DAYS} days to the as-of, {self.days} of them supplied with"
            f" calls, there were: {kinds}."
        )

    def with_cells(self, cells: pa.Table) -> pa.Table:
        """The published cells with their calls."""
        numbers = [self.by_cell.get(cell, 0) for cell in cells["h3_cell"].to_pylist()]
        return self._with(cells, _OF_CELLS, numbers)

    def with_hotspots(self, spots: pa.Table) -> pa.Table:
        """The hot spots with the calls in their cells."""
        numbers = [
            sum(self.by_cell.get(cell, 0) for cell in ids.split(" "))
            for ids in spots["h3_cells"].to_pylist()
        ]
        return self._with(spots, _OF_HOTSPOTS, numbers)

    def with_days(self, coverage: pa.Table) -> pa.Table:
        """What each day counts as, and what for calls."""
        [field] = _OF_DAYS
        statuses = [self.statuses.get(day) for day in coverage["day"].to_pylist()]
        return coverage.append_column(field, pa.array(statuses, field.type))

    def _with(
        self, rows: pa.Table, fields: list[pa.Field], numbers: list[int]
    ) -> pa.Table:
        known = numbers if self.days else [None] * len(numbers)
        based_on = [self.days] * len(numbers)
        for field, values in zip(fields, (known, based_on), strict=True):
            rows = rows.append_column(field, pa.array(values, field.type))
        return rows
