"""A force's incidents as numbers to score: cells, periods and categories, and no more.

A period is a month of the public feed, and a day of a force's own.

The universe at an as-of is every cell inside the resolution-7 cells that hold at
least five located incidents up to then, and never later: knowing which places will
have crime flatters every figure of accuracy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

import sql
from transforms import cells
from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.clocks import Period
from transforms.exclusions import kept_incidents
from transforms.harm import HarmWeights
from transforms.months import Month
from transforms.scoring import Scoring


UNIVERSE_RESOLUTION = 7
UNIVERSE_AT_LEAST_INCIDENTS = 5

_CATEGORY_INDEX = {slug: index for index, slug in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Panel:
    """One force's located incidents by cell, period and category."""

    resolution: int
    periods: Sequence[Period]  # those held, oldest first
    cells: Cells  # the universe of the newest of them, sorted
    counts: csr_array  # (categories x cells) x periods, over `cells` alone
    harm: csr_array  # the same entries: their harm
    gravest: csr_array  # the same entries: the harm of the gravest incident
    totals: Floats  # categories x periods: incidents inside `cells` and outside
    points: csr_array  # points x periods: which had an incident when
    point_cell: NDArray[np.int64]  # each point's row in `cells`
    parent_counts: NDArray[np.int64]  # resolution-7 parents x periods
    parent_of: NDArray[np.int64]  # each cell's row in parent_counts

    @cached_property
    def row_of(self) -> dict[Period, int]:
        """Where each period held stands among them."""
        return {period: row for row, period in enumerate(self.periods)}

    def universe(self, as_of: Period) -> NDArray[np.bool_]:
        """Which of `cells` are in the universe as known at that period's end."""
        known = [period <= as_of for period in self.periods]
        enough = self.parent_counts[:, known].sum(axis=1) >= UNIVERSE_AT_LEAST_INCIDENTS
        return np.asarray(enough[self.parent_of])

    def weighted(self, weights: Floats) -> Floats:
        """Sums of counts under each column of weights (periods x k).

        Returns categories x cells x k.
        """
        return self._by_cell(self.counts @ weights)

    def harm_within(self, span: Sequence[Period]) -> Floats:
        """Harm over those periods: categories x cells."""
        return self._by_cell(self.harm @ self._chosen(span))

    def gravest_within(self, span: Sequence[Period]) -> Floats:
        """Harm of the gravest incident in those periods: categories x cells."""
        gravest = self.gravest.multiply(self._chosen(span)).max(axis=1)
        return self._by_cell(gravest.toarray())

    def points_within(self, span: Sequence[Period]) -> Floats:
        """How many points of each cell had any incident in those periods."""
        had = self.points @ self._chosen(span) > 0
        number = np.bincount(self.point_cell[had], minlength=len(self.cells))
        return number.astype(float)

    def _chosen(self, span: Sequence[Period]) -> Floats:
        """1 for each period held that is among those, 0 for the others."""
        wanted = set(span)
        return np.array([float(period in wanted) for period in self.periods])

    def _by_cell(self, values: Floats) -> Floats:
        return np.asarray(values).reshape(
            len(CATEGORIES), len(self.cells), *values.shape[1:]
        )

    @cached_property
    def rings(self) -> tuple[csr_array, ...]:
        """Which cells lie one cell away from which, and which two (0/1)."""
        return cells.rings(self.cells)

    @cached_property
    def areas_m2(self) -> Floats:
        """Area of each cell."""
        return cells.areas_m2(self.cells)


def read_panel(
    files: Sequence[str],
    months: Sequence[Month],
    resolution: int,
    force: str,
    scoring: Scoring,
) -> Panel:
    """The panel of the incidents in those data files of one force."""
    kept = kept_incidents(files, scoring.exclusions, force)
    counted = count_cells(kept, resolution, scoring.harm)
    points = sql.run("cell_points", {"incidents": kept}, h3_res=resolution)
    return build_panel(counted, points, months, resolution)


def count_cells(kept: pa.Table, resolution: int, harm: HarmWeights) -> pa.Table:
    """Incidents and harm of each cell, month and category, as cell_counts.sql says."""
    held = {"incidents": kept, **harm_relations(harm)}
    return sql.run("cell_counts", held, h3_res=resolution)


def universe_of(counted: pa.Table, as_of: Month, resolution: int) -> Cells:
    """The universe as known at a month, of what count_cells counted."""
    known = counted.filter(pc.less_equal(counted["month"], str(as_of)))
    parents, row = np.unique(
        cells.parents(known["h3_cell"].to_numpy(), UNIVERSE_RESOLUTION),
        return_inverse=True,
    )
    held = np.bincount(row, known["incidents"].to_numpy(), len(parents))
    enough = parents[held >= UNIVERSE_AT_LEAST_INCIDENTS]
    return cells.children(enough, resolution)


def harm_relations(harm: HarmWeights) -> dict[str, pa.Table]:
    """The weights as the query joins them."""

    def table(key: str, weights: Mapping[str, float]) -> pa.Table:
        values = [harm.weight(stated) for stated in weights.values()]
        return pa.table(
            {
                key: pa.array(list(weights), pa.string()),
                "harm": pa.array(values, pa.float64()),
            }
        )

    return {
        "category_harm": table("category", harm.categories),
        "offence_harm": table("offence_code", harm.offences),
    }


def build_panel(
    counted: pa.Table,
    points: pa.Table,
    periods: Sequence[Period],
    resolution: int,
    column: str = "month",
) -> Panel:
    """The panel of what cell_counts.sql and cell_points.sql answer, or their like.

    `column` is the one that says the period.
    """
    cell = counted["h3_cell"].to_numpy()
    number = counted["incidents"].to_numpy().astype(float)
    at_period = {str(p): i for i, p in enumerate(periods)}
    period = _codes(counted[column], at_period)
    category = _codes(counted["category"], _CATEGORY_INDEX)

    parents, row = np.unique(
        cells.parents(cell, UNIVERSE_RESOLUTION), return_inverse=True
    )
    parent_counts = np.zeros((len(parents), len(periods)), dtype=np.int64)
    np.add.at(parent_counts, (row, period), number.astype(np.int64))
    totals = np.zeros((len(CATEGORIES), len(periods)))
    np.add.at(totals, (category, period), number)
    enough = parent_counts.sum(axis=1) >= UNIVERSE_AT_LEAST_INCIDENTS
    universe = cells.children(parents[enough], resolution)
    parent_of = np.searchsorted(parents, cells.parents(universe, UNIVERSE_RESOLUTION))

    inside = enough[row]
    at = category[inside] * len(universe) + np.searchsorted(universe, cell[inside])

    def by_period(values: Floats) -> csr_array:
        shape = (len(CATEGORIES) * len(universe), len(periods))
        return csr_array((values[inside], (at, period[inside])), shape=shape)

    return Panel(
        resolution,
        list(periods),
        universe,
        by_period(number),
        by_period(counted["harm"].to_numpy()),
        by_period(counted["gravest"].to_numpy()),
        totals,
        *_points(points, universe, column, at_period),
        parent_counts,
        parent_of,
    )


def _points(
    points: pa.Table, universe: Cells, column: str, at_period: Mapping[str, int]
) -> tuple[csr_array, NDArray[np.int64]]:
    """Which points of the universe had incidents when, and their cells."""
    cell = points["h3_cell"].to_numpy()
    at = np.searchsorted(universe, cell)
    at[at == len(universe)] = 0
    inside = universe[at] == cell if len(universe) else np.zeros(len(cell), dtype=bool)
    period = _codes(points[column], at_period)[inside]
    _, first, point = np.unique(
        points["point"].to_numpy()[inside], return_index=True, return_inverse=True
    )
    shape = (len(first), len(at_period))
    had = csr_array((np.ones(len(point)), (point, period)), shape=shape)
    return had, at[inside][first]


def _codes(column: pa.ChunkedArray, index: Mapping[str, int]) -> NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    of_text = np.array([index[t] for t in encoded.dictionary.to_pylist()], dtype=int)
    codes: NDArray[np.int64] = of_text[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes
