"""Labels of a view's crime groups: Gi*, its q, and each cell's hot spot class.

The steps of many groups are computed in one array: for a small force, the number of
calls costs more than the number of cells.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from itertools import compress
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats, Marks, Mask
from transforms.reference.groups import CrimeGroup
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


def labels(view: View, kept: Mask) -> dict[str, NDArray[Any]]:
    """The columns of the labels of each reported group's kept cells (groups x cells).

    Gi* of the steps' mean count, its q and the class, as its place in CLASSES: one
    group after another; NaN and negative codes are null.
    """
    z, q = np.full((2, *kept.shape), np.nan)
    kind = np.full(kept.shape, -1, dtype=np.int8)
    views = [view.counting(group) for group in view.reported.values()]
    for counted in {id(of): of for of in views}.values():
        rows = np.array([of is counted for of in views])
        groups = list(compress(view.reported.values(), rows))
        z[rows], q[rows] = counted.once("gi*", partial(_stand_out, counted, groups))
        if counted.steps.shape[2] >= MINIMUM_STEPS:
            mine = kept[rows]
            classes = partial(_classes, counted, groups, mine)
            codes = counted.once(("classes", mine.tobytes()), classes)
            kind[kept & rows[:, None]] = codes
    return {"gi_star_z": z[kept], "gi_star_q": q[kept], "hotspot_class": kind[kept]}


def _stand_out(view: View, groups: Sequence[CrimeGroup]) -> tuple[Floats, Floats]:
    """Gi* of each group's mean step, and its q: groups x cells."""
    z = np.full((len(groups), len(view.cells)), np.nan)
    if steps := view.steps.shape[2]:
        counts = view.steps.sum(axis=2)
        means = np.array([view.of(counts, g.categories) for g in groups]) / steps
        z = gi_star_z(means.T, view.links[0]).T
    return z, np.array([benjamini_hochberg(two_sided_p(of)) for of in z])


def _classes(view: View, groups: Sequence[CrimeGroup], kept: Mask) -> Marks:
    """The classes of each group's kept cells, one group after another.

    Computed of some groups at a time.
    """
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, view.steps[0].size))
    codes = [np.zeros(0, dtype=np.int8)]
    for start in range(0, len(groups), at_once):
        some = slice(start, start + at_once)
        steps = _steps(view, groups[some], keep=at_once >= len(groups))
        codes.append(_classes_at_once(steps, kept[some]))
    return np.concatenate(codes)


def _classes_at_once(steps: Sequence[tuple[Marks, Floats]], kept: Mask) -> Marks:
    group, cell = np.nonzero(kept)
    each = [(marks[cell, group], z[cell, group]) for marks, z in steps]
    marks, z = (np.stack(of_step, axis=1) for of_step in zip(*each, strict=True))
    return hotspot_class(marks, z)


def _steps(
    view: View, groups: Sequence[CrimeGroup], keep: bool
) -> Sequence[tuple[Marks, Floats]]:
    """By step: whether each group stands out in each cell, and Gi* (cells x groups).

    Eleven of twelve months are those of the as-of before, whose ground keeps them as
    long as the universe is the same. With `keep`, it does so for the next.
    """
    kinds = tuple(group.categories for group in groups)
    known = view.ground.stood_out.get(kinds, {})
    steps: list[Hashable] = [tuple(step) for step in view.whole_steps]
    new = [at for at, step in enumerate(steps) if step not in known]
    if len(groups) == 1:  # NumPy adds up a single column in another order
        new = list(range(len(steps)))
    fresh = _stood_out(view, groups, new)
    found = dict(zip((steps[at] for at in new), fresh, strict=True))
    of_steps = {step: found.get(step) or known[step] for step in steps}
    if keep:
        view.ground.stood_out[kinds] = of_steps
    return list(of_steps.values())


def _stood_out(
    view: View, groups: Sequence[CrimeGroup], steps: list[int]
) -> Iterator[tuple[Marks, Floats]]:
    """The same, computed of those of the view's steps in one array."""
    if not steps:
        return
    counts = view.steps[:, :, steps]
    of_group = [view.of(counts, group.categories) for group in groups]
    months = np.stack(of_group, axis=1)  # cells x groups x steps
    flat = months.reshape(len(months), prod(months.shape[1:]))
    sums = ring_sums(flat, view.links[0])
    z = gi_star_z(flat, view.links[0], sums)
    marks = significant(z)
    marks[(marks > 0) & (sums < HOT_AT_LEAST_INCIDENTS)] = 0
    marks, z = marks.reshape(months.shape), z.reshape(months.shape)
    for at in range(len(steps)):
        yield marks[:, :, at].copy(), z[:, :, at].copy()
