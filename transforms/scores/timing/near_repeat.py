"""Near repeats: are crimes that are close in space closer in time than by chance?

The test of Knox (1964), Applied Statistics 13(1), by permutation as the Near Repeat
Calculator 1.3 does it (Ratcliffe 2009, Temple University): pairs of incidents are
counted by how far and how many days apart they are; then the dates are dealt out anew
among the places, over and over. What crime always has of concentration in space, and
in time, is the same in every dealing: only what both have together is tested.

The public feed knows no days, so that nothing of this can be made of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from transforms.cells import Floats
from transforms.errors import UsageError
from transforms.time_precision import refuse_without_days


Counts = NDArray[np.int64]
Days = NDArray[np.datetime64]
Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]  # positions

PERMUTATIONS = 999

# They take about two gigabytes.
_MOST_PAIRS = 30_000_000

# The tree rounds otherwise than the distances: it is asked for a hair more.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Bands:
    """How pairs are told apart: by upper edges that rise, of metres and of days.

    Of distance: exactly the same place, then less than each edge, then the rest. Of
    days between: less than each edge, then the rest. So a pair on an edge is in the
    band that begins there, as in the calculator, whose own labels say otherwise: its
    "0 to 7" days are 0 to 6, here the edge 7.
    """

    distance_m: tuple[float, ...]
    days: tuple[int, ...]
    metric: Literal["manhattan", "euclidean"] = "manhattan"

    def __post_init__(self) -> None:
        for name, edges in (("distance", self.distance_m), ("day", self.days)):
            rising = all(a < b < math.inf for a, b in pairwise((0, *edges)))
            if not edges or not rising:
                raise UsageError(
                    f"near-repeat bands: {name} edges must be above 0 and rise, "
                    f"not {', '.join(map(str, edges)) or 'none'}"
                )

    @property
    def shape(self) -> tuple[int, int]:
        """Bands of distance, and of days."""
        return len(self.distance_m) + 2, len(self.days) + 1


@dataclass(frozen=True)
class NearRepeats:
    """What was found: each (distance band, day band), as `Bands` has them in order."""

    observed: Counts
    expected: Floats  # the mean of the permutations
    ratio: Floats  # Knox ratio, observed by expected; NaN where nothing is expected
    p: Floats  # one-sided: how often chance brings as many pairs, or more
    permutations: int

    @property
    def p_resolution(self) -> float:
        """The step in which p is known, and the lowest that it can be."""
        return 1 / (self.permutations + 1)


def near_repeats(
    points_m: Floats,
    days: Days,
    time_precision: Sequence[str | None],
    bands: Bands,
    rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> NearRepeats:
    """The Knox test of incidents: (incidents, 2) eastings and northings, and days.

    `days` are days of the local calendar; which of a span's days stands for it is the
    caller's choice. The same generator state gives the same result.
    """
    refuse_without_days(time_precision, "a near-repeat test")
    _refuse_what_cannot_be_tested(points_m, days, permutations)
    number = days.astype("datetime64[D]").astype(np.int64).astype(np.int32)
    pairs = _pairs_by_distance(points_m, bands)
    everywhere = _pairs_by_days(number, bands)
    dealt = np.empty((permutations, *bands.shape), dtype=np.int64)
    for table in dealt:
        table[:] = _count(rng.permutation(number), pairs, everywhere, bands)
    return judge(_count(number, pairs, everywhere, bands), dealt)


def _refuse_what_cannot_be_tested(
    points_m: Floats, days: Days, permutations: int
) -> None:
    if permutations < 1:
        raise UsageError(f"a near-repeat test needs a permutation, not {permutations}")
    if lacking := int((np.isnat(days) | ~np.isfinite(points_m).all(axis=1)).sum()):
        raise UsageError(
            "a near-repeat test needs the place and the day of every incident: leave "
            f"out the {lacking} of {len(days)} that lack one"
        )


def judge(observed: Counts, dealt: Counts) -> NearRepeats:
    """The observed table held against those of the permutations, the first axis.

    The observed order is one of the possible ones and counts among them, so that
    p = (1 + permutations with as many pairs or more) / (1 + permutations).
    """
    expected = dealt.mean(axis=0)
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    reached = (dealt >= observed).sum(axis=0)
    p = (1 + reached) / (1 + len(dealt))
    return NearRepeats(observed, expected, ratio, p, len(dealt))


def _pairs_by_distance(points_m: Floats, bands: Bands) -> list[Pairs]:
    """The pairs of each band of distance but the last, which is never listed."""
    power = 1 if bands.metric == "manhattan" else 2
    reach_m = bands.distance_m[-1] * _ROUNDING
    tree = cKDTree(points_m)
    # The tree counts each pair twice, and every incident with itself.
    number = (int(tree.count_neighbors(tree, reach_m, p=power)) - len(points_m)) // 2
    if number > _MOST_PAIRS:
        raise UsageError(
            f"{number} pairs of incidents lie within {bands.distance_m[-1]:g} m, and a "
            f"near-repeat test holds {_MOST_PAIRS}: choose a lower last edge of "
            "distance, or fewer incidents"
        )
    first, second = tree.query_pairs(reach_m, p=power, output_type="ndarray").T
    apart = np.linalg.norm(points_m[first] - points_m[second], ord=power, axis=1)
    band = np.searchsorted(bands.distance_m, apart, side="right") + (apart > 0)
    return [
        (first[band == row].astype(np.int32), second[band == row].astype(np.int32))
        for row in range(bands.shape[0] - 1)
    ]


def _pairs_by_days(number: NDArray[np.int32], bands: Bands) -> Counts:
    """Of all pairs, near or far, how many are less than each edge apart, and how many.

    No dealing of the dates changes that, so pairs far apart need never be listed.
    """
    rising = np.sort(number)
    places = np.arange(1, len(rising) + 1)
    nearer = [(np.searchsorted(rising, rising + e) - places).sum() for e in bands.days]
    return np.array([*nearer, len(rising) * (len(rising) - 1) // 2], dtype=np.int64)


def _count(
    number: NDArray[np.int32], pairs: list[Pairs], everywhere: Counts, bands: Bands
) -> Counts:
    """The pairs of each band of distance and of days, with the days in that order."""
    nearer = np.empty(bands.shape, dtype=np.int64)
    for row, (first, second) in zip(nearer, pairs, strict=False):
        between = np.abs(number[first] - number[second])
        row[:-1] = [np.count_nonzero(between < edge) for edge in bands.days]
        row[-1] = len(between)
    nearer[-1] = everywhere - nearer[:-1].sum(axis=0)
    return np.diff(nearer, axis=1, prepend=0)
