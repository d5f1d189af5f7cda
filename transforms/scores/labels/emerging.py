"""Emerging hot spots: how a cell came to be hot or cold, in one of seventeen words.

The categories are those of Esri, "How Emerging Hot Spot Analysis works" (ArcGIS Pro
documentation): eight for hot, their mirror images for cold, and none. Where ours is
different: a step is a month that was supplied, so that one the force left out is
passed over and is not a month without crime; and each month is compared with itself
alone. Where two of the published categories fit, the first of `RULES` is given.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.cells import Floats
from transforms.labels.gi_star import LEVEL, two_sided_p


# With fewer steps, nine in ten of them and a trend mean nothing.
MINIMUM_STEPS = 10

Bools = NDArray[np.bool_]
Marks = NDArray[np.int8]

_HOT, _COLD = 1, -1


@dataclass(frozen=True)
class Past:
    """One side of each cell's history: hot, or in the mirror cold. Each is (cells,)."""

    now: Bools  # hot in the last step
    steps: NDArray[np.int64]  # how many were hot
    run: NDArray[np.int64]  # how many at the end were hot without a break
    mostly: Bools  # nine in ten or more were hot
    opposite: Bools  # some step was cold
    rising: Bools  # it grew significantly hotter
    falling: Bools  # or significantly less hot


Rule = Callable[[Past], Bools]

# The first that fits. What is hot now, but in fewer than nine in ten steps, gets one of
# the first four; what was hot in more, one of the last four. Historical comes before
# persistent, which it would be as well, and after those that say what a cell is now: a
# cell may be cold now and have been hot nine times in ten.
RULES: dict[str, Rule] = {
    "new": lambda past: past.now & (past.steps == 1),
    "consecutive": lambda past: past.now & (past.steps == past.run) & ~past.mostly,
    "oscillating": lambda past: past.now & ~past.mostly & past.opposite,
    "sporadic": lambda past: past.now & ~past.mostly,
    "historical": lambda past: ~past.now & past.mostly,
    "intensifying": lambda past: past.mostly & past.rising,
    "diminishing": lambda past: past.mostly & past.falling,
    "persistent": lambda past: past.mostly,
}

CLASSES = ("none", *(f"{name}_{side}" for side in ("hot", "cold") for name in RULES))


def hotspot_class(significance: Marks, z: Floats, level: float = LEVEL) -> Marks:
    """The class of each cell, as its place in `CLASSES`: one for each, and never two.

    Both are (cells, steps), the oldest step first: `significance` 1, -1 or 0 for hot,
    cold and neither, `z` the Gi* that its trend is read off at that level.
    """
    if significance.shape[1] < MINIMUM_STEPS:
        raise ValueError(f"{significance.shape[1]} steps, fewer than {MINIMUM_STEPS}")
    pasts = [_past(significance * side, z * side, level) for side in (_HOT, _COLD)]
    places = np.arange(1, len(CLASSES), dtype=np.int8).reshape(len(pasts), -1)
    masks, codes = [], []
    for at, rule in enumerate(RULES.values()):
        masks += [rule(past) for past in pasts]
        codes += [side[at] for side in places]
    return np.asarray(np.select(masks, codes, default=np.int8(0)))


def _past(significance: Marks, z: Floats, level: float) -> Past:
    hot = significance == _HOT
    steps = hot.sum(axis=1)
    mostly = 10 * steps >= 9 * hot.shape[1]  # in whole numbers
    trend = np.zeros(len(hot))
    # No rule asks for the trend of the others, and they are nearly all.
    trend[mostly] = mann_kendall_z(z[mostly])
    significantly = two_sided_p(trend) <= level
    return Past(
        now=hot[:, -1],
        steps=steps,
        run=np.logical_and.accumulate(hot[:, ::-1], axis=1).sum(axis=1),
        mostly=mostly,
        opposite=(significance == _COLD).any(axis=1),
        rising=significantly & (trend > 0),
        falling=significantly & (trend < 0),
    )


def mann_kendall_z(series: Floats) -> Floats:
    """Whether each row of (cells, steps) rises or falls: Mann (1945), Kendall (1975).

    S counts the pairs of steps that rise less those that fall. With T steps, and t in
    each set of equal ones,

        variance = (T (T - 1) (2 T + 5) - sum of t (t - 1) (2 t + 5)) / 18,
        z = (S - 1 if S > 0 else S + 1) / sqrt(variance).

    0 where S is, where all steps are equal, and where one is NaN.
    """
    steps = series.shape[1]
    earlier, later = np.triu_indices(steps, 1)
    before, after = series[:, earlier], series[:, later]
    s = (after > before).sum(axis=1) - (after < before).sum(axis=1)
    equal = (series[:, :, None] == series[:, None, :]).sum(axis=2)
    # Each of the t equal steps adds its share of the set's term.
    ties = ((equal - 1) * (2 * equal + 5)).sum(axis=1)
    variance = (steps * (steps - 1) * (2 * steps + 5) - ties) / 18
    variance[(variance == 0) | np.isnan(series).any(axis=1)] = np.inf
    return np.asarray((s - np.sign(s)) / np.sqrt(variance))
