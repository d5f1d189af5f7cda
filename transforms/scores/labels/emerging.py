"""Emerging hot spots: how a cell came to be hot or cold, in one of seventeen words.

The categories are those of Esri, "How Emerging Hot Spot Analysis works" (ArcGIS Pro
documentation): eight for hot, their mirror images for cold, and none. Two things are
different here: a step is a month that was supplied, so a missing month is skipped and
is not a month without crime; and a cell is compared with the other cells of the same
month only. Where two of the published categories fit, the first of `RULES` is given.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats, Marks, Mask
from transforms.scores.labels.gi_star import LEVEL, two_sided_p


# With fewer steps, "nine in ten" and a trend mean nothing.
MINIMUM_STEPS = 10


_HOT, _COLD = 1, -1


@dataclass(frozen=True, kw_only=True)
class Past:
    """One side of each cell's history: hot, or in the mirror cold. Each is (cells,)."""

    now: Mask  # hot in the last step
    steps: NDArray[np.int64]  # how many were hot
    run: NDArray[np.int64]  # how many at the end were hot without a break
    mostly: Mask  # nine in ten or more were hot
    opposite: Mask  # some step was cold
    rising: Mask  # it grew significantly hotter
    falling: Mask  # or significantly less hot


Rule = Callable[[Past], Mask]

# The first that fits. A cell that is hot now, but in fewer than nine in ten steps, gets
# one of the first four; one that was hot in more, one of the last four. Historical is
# before persistent, which would fit too, and after those that say what a cell is now:
# it may be cold now and have been hot in nine of ten steps.
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

IN_WORDS = {
    "new": "for the first time in the last month",
    "consecutive": "without a break in the newest months, after none before",
    "oscillating": "now, though it was the opposite in some earlier month",
    "sporadic": "now, on and off",
    "historical": "in nine of ten months, but no longer",
    "intensifying": "in nine of ten months, and growing more so",
    "diminishing": "in nine of ten months, and growing less so",
    "persistent": "in nine of ten months, with no trend",
}

CLASSES = ("none", *(f"{name}_{side}" for side in ("hot", "cold") for name in RULES))


def hotspot_class(significance: Marks, z: Floats, level: float = LEVEL) -> Marks:
    """The class of each cell, as its place in `CLASSES`.

    Both are (cells, steps), the oldest step first: `significance` 1, -1 or 0 for hot,
    cold and neither, `z` the Gi* whose trend is tested at that level.
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


def class_in_words(name: str) -> str:
    """A class of hot or cold spots as a sentence, as on the map page."""
    kind, _, side = name.rpartition("_")
    level = "busier" if side == "hot" else "quieter"
    return (
        f"{kind.capitalize()} {side} spot: {level} than chance, with its neighbours,"
        f" {IN_WORDS[kind]}."
    )


def _past(significance: Marks, z: Floats, level: float) -> Past:
    hot = significance == _HOT
    steps = hot.sum(axis=1)
    mostly = 10 * steps >= 9 * hot.shape[1]  # in whole numbers
    trend = np.zeros(len(hot))
    # No rule uses the trend of the others, which are nearly all cells.
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

    S is the number of pairs of steps that rise minus those that fall. With T steps, and
    t in each set of equal ones,

        variance = (T (T - 1) (2 T + 5) - sum of t (t - 1) (2 t + 5)) / 18,
        z = (S - 1 if S > 0 else S + 1) / sqrt(variance).

    0 where S is 0, where all steps are equal, and where one is NaN.
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
