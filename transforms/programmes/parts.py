"""How what a cell expects is divided over its parts, the small cells of buffers."""

from collections.abc import Sequence

import numpy as np

from transforms.programmes.buffers import RESOLUTION
from transforms.programmes.points import GroupPoints
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers
from transforms.reference.clocks import Period


def shares_of_cells(
    fine: Cells, scored: Cells, points: GroupPoints, span: Sequence[Period]
) -> tuple[Integers, Floats]:
    """The scored cell that each small cell is part of, and its share of it, 0 to 1.

    As the incidents of `span` were divided; of a cell that had none, evenly. The row is
    -1 where no cell is scored, and the share 0.
    """
    order = np.argsort(scored, kind="stable")
    whole = scored[order]
    resolution = int(cells.resolutions(whole[:1])[0])
    parent = cells.parents(fine, resolution)
    at = np.minimum(np.searchsorted(whole, parent), len(whole) - 1)
    known = whole[at] == parent
    in_part = _at(fine, points, span)
    in_whole = _by_parent(points, whole, resolution, span)[at]
    children = cells.children(whole[:1], RESOLUTION).size
    share = np.where(in_whole > 0, in_part / np.maximum(in_whole, 1), 1 / children)
    return np.where(known, order[at], -1), np.where(known, share, 0.0)


def _at(fine: Cells, points: GroupPoints, span: Sequence[Period]) -> Integers:
    sorted_cells, back = np.unique(fine, return_inverse=True)
    return points.by_fine_cell(sorted_cells, span)[back]


def _by_parent(
    points: GroupPoints, whole: Cells, resolution: int, span: Sequence[Period]
) -> Integers:
    """Incidents in the parts of each cell: near its edge not those of the cell."""
    sums = np.zeros(len(whole), dtype=np.int64)
    parent = cells.parents(points.fine_cells, resolution)
    at = np.minimum(np.searchsorted(whole, parent), len(whole) - 1)
    known = whole[at] == parent
    np.add.at(sums, at[known], points.within(span)[known])
    return sums
