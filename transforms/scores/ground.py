"""The cells of a universe, and what follows from them alone.

Most as-ofs have the same universe as the one before: what was found out for that one is
found out for both.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Marks


# A district is a cell of this resolution, about 0.7 km2, and all within two of it.
DISTRICT_RESOLUTION = 8
# By step, whether each group stands out in each cell, and Gi*: both cells x groups.
StoodOut = dict[Hashable, tuple[Marks, Floats]]


@dataclass(frozen=True)
class Ground:
    """A universe: its cells, their areas, and which are one cell apart, and two."""

    cells: Cells  # sorted
    areas_m2: Floats
    links: tuple[csr_array, ...]
    # of the newest as-of, by its groups (transforms/scores/labels)
    stood_out: dict[Hashable, StoodOut] = field(default_factory=dict)
    _parents: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    def parents(self, resolution: int) -> NDArray[np.int64]:
        """Each cell's parent at a coarser resolution, numbered from 0."""
        if resolution not in self._parents:
            parents = cells.parents(self.cells, resolution)
            self._parents[resolution] = np.unique(parents, return_inverse=True)[1]
        return self._parents[resolution]

    @cached_property
    def districts(self) -> csr_array:
        """Which wider areas, as `parents` numbers them, are one or two from which."""
        areas = np.unique(cells.parents(self.cells, DISTRICT_RESOLUTION))
        next_to, beyond = cells.rings(areas)
        return csr_array(next_to + beyond)
