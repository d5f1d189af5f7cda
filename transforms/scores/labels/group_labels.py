"""Labels of a view's crime groups: Gi*, its q, and each cell's hot spot class.

The steps of many groups are computed in one array: for a small force, the number of
calls costs more than the number of cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats, Marks
from transforms.scores.labels.emerging import MINIMUM_STEPS, hotspot_class
from transforms.scores.labels.gi_star import (
    benjamini_hochberg,
    gi_star_z,
    ring_sums,
    significant,
    two_sided_p,
)
from transforms.scores.view import View


# Gi* assumes that sums are normal. For rare crimes, one incident would make its whole
# ring "hot", so a step needs this many in the cell and its six neighbours.
HOT_AT_LEAST_INCIDENTS = 5
_NUMBERS_AT_ONCE = 1_000_000  # of cells x steps: 8 MB for each array of them

Kept = Mapping[str, NDArray[np.bool_]]  # by crime group: which cells of the view


@dataclass(frozen=True)
class Labels:
    """The labels of one crime group's kept cells."""

    z: Floats  # Gi* of the steps' mean count; NaN where all cells are alike
    q: Floats
    kind: Marks | None  # place in CLASSES; None with too few steps

    def columns(self) -> dict[str, NDArray[Any]]:
        """Its columns; NaN and negative codes are null."""
        kind = np.full(len(self.z), -1) if self.kind is None else self.kind
        return {"gi_star_z": self.z, "gi_star_q": self.q, "hotspot_class": kind}


def labels(view: View, kept: Kept) -> dict[str, Labels]:
    """The labels of each crime group's kept cells."""
    by_group = dict[str, Labels]()
    views = {slug: view.counting(view.reported[slug]) for slug in kept}
    for counted in {id(of): of for of in views.values()}.values():
        by_group |= _labels(counted, {s: kept[s] for s in kept if views[s] is counted})
    return {slug: by_group[slug] for slug in kept}


def _labels(view: View, kept: Kept) -> dict[str, Labels]:
    """The labels of groups that one view counts."""
    kinds: dict[str, Marks] = {}
    if view.steps.shape[2] >= MINIMUM_STEPS:
        cells = [(slug, mine.tobytes()) for slug, mine in kept.items()]
        kinds = view.once(("classes", *cells), lambda: dict(_kinds(view, kept)))
    by_group = {}
    for slug, mine in kept.items():
        z, q = view.once(("gi*", slug), partial(_stands_out, view, slug))
        by_group[slug] = Labels(z[mine], q[mine], kinds.get(slug))
    return by_group


def _stands_out(view: View, slug: str) -> tuple[Floats, Floats]:
    """Gi* of a group's mean step, and its q, of all cells."""
    z = np.full(len(view.cells), np.nan)
    if view.steps.shape[2]:
        months = view.of(view.steps, view.reported[slug].categories)
        z = gi_star_z(months.mean(axis=1), view.links[0])
    return z, benjamini_hochberg(two_sided_p(z))


def _kinds(view: View, kept: Kept) -> Iterator[tuple[str, Marks]]:
    """The classes of each group's kept cells, some groups at a time."""
    slugs = list(kept)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, view.steps[0].size))
    for start in range(0, len(slugs), at_once):
        some = slugs[start : start + at_once]
        group, cell = np.nonzero([kept[slug] for slug in some])
        codes = _classes(view, some, group, cell)
        ends = np.searchsorted(group, np.arange(1, len(some)))
        yield from zip(some, np.split(codes, ends), strict=True)


def _classes(
    view: View,
    slugs: Sequence[str],
    group: NDArray[np.intp],
    cell: NDArray[np.intp],
) -> Marks:
    """The class of each pair of a group (its place in `slugs`) and a cell."""
    groups = [view.reported[slug] for slug in slugs]
    of_group = [view.of(view.steps, group.categories) for group in groups]
    months = np.stack(of_group, axis=1)  # cells x groups x steps
    flat = months.reshape(len(months), prod(months.shape[1:]))
    sums = ring_sums(flat, view.links[0])
    z = gi_star_z(flat, view.links[0], sums)
    marks = significant(z)
    marks[(marks > 0) & (sums < HOT_AT_LEAST_INCIDENTS)] = 0
    return hotspot_class(
        marks.reshape(months.shape)[cell, group], z.reshape(months.shape)[cell, group]
    )
