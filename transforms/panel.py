"""A force's incidents as numbers to score: cells, months and categories, and no more.

The universe of an as-of month is every cell inside the resolution-7 cells that hold at
least five located incidents up to then, and never later: knowing which places will
have crime flatters every figure of accuracy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

import sql
from transforms import cells
from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.months import Month


UNIVERSE_RESOLUTION = 7
UNIVERSE_AT_LEAST_INCIDENTS = 5
RING_DISTANCES = (1, 2)

_CATEGORY_INDEX = {slug: index for index, slug in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Panel:
    """One force's located incidents by cell, month and category."""

    resolution: int
    months: list[Month]  # those held, oldest first
    cells: Cells  # the universe of the newest month, sorted
    counts: csr_array  # (categories x cells) x months, over `cells` alone
    parent_counts: NDArray[np.int64]  # resolution-7 parents x months, of all incidents
    parent_of: NDArray[np.int64]  # each cell's row in parent_counts

    def universe(self, as_of: Month) -> NDArray[np.bool_]:
        """Which of `cells` are in the universe as known at that month."""
        known = [month <= as_of for month in self.months]
        enough = self.parent_counts[:, known].sum(axis=1) >= UNIVERSE_AT_LEAST_INCIDENTS
        return np.asarray(enough[self.parent_of])

    def weighted(self, weights: Floats) -> Floats:
        """Sums of counts over months under each column of weights (months x k).

        Returns categories x cells x k.
        """
        shape = (len(CATEGORIES), len(self.cells), weights.shape[1])
        return np.asarray(self.counts @ weights).reshape(shape)

    @cached_property
    def rings(self) -> tuple[csr_array, ...]:
        """For each distance which cells lie in that ring of which (0/1)."""
        return tuple(cells.rings(self.cells, distance) for distance in RING_DISTANCES)

    @cached_property
    def areas_m2(self) -> Floats:
        """Area of each cell."""
        return cells.areas_m2(self.cells)


def read_panel(files: Sequence[str], months: Sequence[Month], resolution: int) -> Panel:
    """The panel of the incidents in those data files of one force."""
    counted = sql.run("cell_counts", {"incidents": files}, h3_res=resolution)
    return build_panel(counted, months, resolution)


def build_panel(counted: pa.Table, months: Sequence[Month], resolution: int) -> Panel:
    """The panel of rows (h3_cell, month, category, incidents)."""
    cell = counted["h3_cell"].to_numpy()
    number = counted["incidents"].to_numpy().astype(float)
    month = _codes(counted["month"], {str(m): i for i, m in enumerate(months)})
    category = _codes(counted["category"], _CATEGORY_INDEX)

    parents, row = np.unique(
        cells.parents(cell, UNIVERSE_RESOLUTION), return_inverse=True
    )
    parent_counts = np.zeros((len(parents), len(months)), dtype=np.int64)
    np.add.at(parent_counts, (row, month), number.astype(np.int64))
    enough = parent_counts.sum(axis=1) >= UNIVERSE_AT_LEAST_INCIDENTS
    universe = cells.children(parents[enough], resolution)
    parent_of = np.searchsorted(parents, cells.parents(universe, UNIVERSE_RESOLUTION))

    inside = enough[row]
    at = category[inside] * len(universe) + np.searchsorted(universe, cell[inside])
    counts = csr_array(
        (number[inside], (at, month[inside])),
        shape=(len(CATEGORIES) * len(universe), len(months)),
    )
    return Panel(resolution, list(months), universe, counts, parent_counts, parent_of)


def _codes(column: pa.ChunkedArray, index: Mapping[str, int]) -> NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    of_text = np.array([index[t] for t in encoded.dictionary.to_pylist()], dtype=int)
    codes: NDArray[np.int64] = of_text[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes
