"""Labels of a view's crime groups: Gi*, its q, and the class of each cell's course.

All steps of many groups are laid side by side: what a small force costs is calls, not
cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.cells import Floats
from transforms.groups import GROUPS
from transforms.labels.emerging import MINIMUM_STEPS, Marks, hotspot_class
from transforms.labels.gi_star import (
    benjamini_hochberg,
    gi_star_z,
    ring_sums,
    significant,
    two_sided_p,
)
from transforms.scores.view import View


# Gi* takes sums to be normal. Of scarce crime a single incident would make its whole
# ring "hot": no step is, with fewer in the cell and the six around it.
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
        """Its columns: NaN, or a code below nought, is null."""
        kind = np.full(len(self.z), -1) if self.kind is None else self.kind
        return {"gi_star_z": self.z, "gi_star_q": self.q, "hotspot_class": kind}


def labels(seen: View, kept: Kept) -> dict[str, Labels]:
    """The labels of each crime group, of the cells that are kept of it."""
    whole = seen.steps.shape[2]
    kinds = dict(_kinds(seen, kept)) if whole >= MINIMUM_STEPS else {}
    found = {}
    for slug, mine in kept.items():
        z = np.full(len(seen.cells), np.nan)
        if whole:
            months = seen.of(seen.steps, GROUPS[slug].categories)
            z = gi_star_z(months.mean(axis=1), seen.links[0])
        q = benjamini_hochberg(two_sided_p(z))
        found[slug] = Labels(z[mine], q[mine], kinds.get(slug))
    return found


def _kinds(seen: View, kept: Kept) -> Iterator[tuple[str, Marks]]:
    """The classes of each group's kept cells, some groups at a time."""
    slugs = list(kept)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, seen.steps[0].size))
    for start in range(0, len(slugs), at_once):
        some = slugs[start : start + at_once]
        group, cell = np.nonzero([kept[slug] for slug in some])
        codes = _classes(seen, some, group, cell)
        ends = np.searchsorted(group, np.arange(1, len(some)))
        yield from zip(some, np.split(codes, ends), strict=True)


def _classes(
    seen: View,
    slugs: Sequence[str],
    group: NDArray[np.intp],
    cell: NDArray[np.intp],
) -> Marks:
    """The class of each pair of one of those groups, by its place, and a cell."""
    of_group = [seen.of(seen.steps, GROUPS[slug].categories) for slug in slugs]
    months = np.stack(of_group, axis=1)  # cells x groups x steps
    flat = months.reshape(len(months), prod(months.shape[1:]))
    sums = ring_sums(flat, seen.links[0])
    z = gi_star_z(flat, seen.links[0], sums)
    marks = significant(z)
    marks[(marks > 0) & (sums < HOT_AT_LEAST_INCIDENTS)] = 0
    return hotspot_class(
        marks.reshape(months.shape)[cell, group], z.reshape(months.shape)[cell, group]
    )
