"""Near repeats: are crimes that are close in space closer in time than by chance?

The test of Knox (1964), Applied Statistics 13(1), by permutation as the Near Repeat
Calculator 1.3 does it (Ratcliffe 2009, Temple University): pairs of incidents are
counted by how far and how many days apart they are; then the dates are shuffled among
the places, many times. Concentration in space alone, or in time alone, is the same in
every permutation, so only the interaction of both is tested.

The public feed has no days, so it cannot be tested.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transforms.errors import UsageError
from transforms.reference.arrays import Floats, Instants, Integers
from transforms.reference.time_precision import TimePrecision, refuse_without_days


Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]  # positions
Numbers = NDArray[np.int16] | NDArray[np.int32]  # days

PERMUTATIONS = 999

# This many take about two gigabytes.
_MOST_PAIRS = 30_000_000

# The days of an incident in all orders lie together, and those of pairs are compared
# at once. Rows of some pairs are long enough to add fast, and a byte counts 255 rows.
_ORDERS_AT_ONCE = 256
_SIDE_BY_SIDE = 8
_PAIRS_AT_ONCE = 255 * _SIDE_BY_SIDE

# The tree rounds differently from the distances, so search slightly further.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Bands:
    """How pairs are classified: by ascending upper edges, in metres and in days.

    By distance: exactly the same place, then less than each edge, then the rest. By
    days between: less than each edge, then the rest. So a pair on an edge is in the
    band that begins there. The calculator does the same, though its labels differ: its
    "0 to 7" days are 0 to 6, which is the edge 7 here.
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
    """The result: arrays of (distance band, day band), in the order of `Bands`."""

    observed: Integers
    expected: Floats  # the mean of the permutations
    ratio: Floats  # Knox ratio, observed over expected; NaN where nothing is expected
    p: Floats  # one-sided: how often chance produces as many pairs, or more
    permutations: int

    @property
    def p_resolution(self) -> float:
        """The step between values of p, and its lowest value."""
        return 1 / (self.permutations + 1)


def near_repeats(
    points_m: Floats,
    days: Instants,
    time_precision: TimePrecision,
    bands: Bands,
    rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> NearRepeats:
    """The Knox test of incidents: (incidents, 2) eastings and northings, and days.

    `days` are days of the local calendar; the caller chooses one day for a span. The
    same generator state gives the same result.
    """
    refuse_without_days(time_precision, "a near-repeat test")
    _refuse_what_cannot_be_tested(points_m, days, permutations)
    number = _small(days.astype("datetime64[D]").astype(np.int64))
    pairs = _pairs_by_distance(points_m, bands)
    everywhere = _pairs_by_days(number, bands)
    observed, *permuted = _tables(number, rng, permutations, pairs, everywhere, bands)
    return judge(observed, np.array(permuted))


def _refuse_what_cannot_be_tested(
    points_m: Floats, days: Instants, permutations: int
) -> None:
    if permutations < 1:
        raise UsageError(f"a near-repeat test needs a permutation, not {permutations}")
    if lacking := int((np.isnat(days) | ~np.isfinite(points_m).all(axis=1)).sum()):
        raise UsageError(
            "a near-repeat test needs the place and the day of every incident: leave "
            f"out the {lacking} of {len(days)} that lack one"
        )


def judge(observed: Integers, permuted: Integers) -> NearRepeats:
    """Compare the observed table with those of the permutations (the first axis).

    The observed order is one of the possible ones and counts among them, so
    p = (1 + permutations with as many pairs or more) / (1 + permutations).
    """
    expected = permuted.mean(axis=0)
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    reached = (permuted >= observed).sum(axis=0)
    p = (1 + reached) / (1 + len(permuted))
    return NearRepeats(observed, expected, ratio, p, len(permuted))


def _pairs_by_distance(points_m: Floats, bands: Bands) -> list[Pairs]:
    """The pairs of each band of distance except the last, which is never listed."""
    # Imported here: a run with nothing new tests nothing.
    from scipy.spatial import cKDTree

    power = 1 if bands.metric == "manhattan" else 2
    reach_m = bands.distance_m[-1] * _ROUNDING
    tree = cKDTree(points_m)
    # The tree counts each pair twice, and every incident with itself.
    number = (int(tree.count_neighbors(tree, reach_m, p=power)) - len(points_m)) // 2
    if number > _MOST_PAIRS:
        raise UsageError(
            f"{number} pairs of incidents are within {bands.distance_m[-1]:g} m, and a "
            f"near-repeat test can handle {_MOST_PAIRS}: choose a lower last edge of "
            "distance, or fewer incidents"
        )
    listed = tree.query_pairs(reach_m, p=power, output_type="ndarray")
    first, second = (np.ascontiguousarray(side, np.int32) for side in listed.T)
    east, north = (axis[first] - axis[second] for axis in points_m.T.copy())
    if power == 1:
        apart = np.abs(east) + np.abs(north)
    else:
        apart = np.sqrt(east**2 + north**2)
    # a comparison for each edge takes less than a search for each of millions of pairs
    band = (apart > 0).astype(np.uint8)
    for edge in bands.distance_m:
        band += apart >= edge
    within = (np.flatnonzero(band == row) for row in range(bands.shape[0] - 1))
    return [(first[pairs], second[pairs]) for pairs in within]


def _pairs_by_days(number: Numbers, bands: Bands) -> Integers:
    """How many pairs, near or far, are less than each edge apart, and how many exist.

    Shuffling the dates does not change that, so pairs far apart need not be listed.
    """
    rising = np.sort(number).astype(np.int64)
    places = np.arange(1, len(rising) + 1)
    nearer = [(np.searchsorted(rising, rising + e) - places).sum() for e in bands.days]
    return np.array([*nearer, len(rising) * (len(rising) - 1) // 2], dtype=np.int64)


def _small(number: Integers) -> Numbers:
    """Days from the first on, in the fewest bytes that their differences fit into."""
    since = number - (number.min() if len(number) else 0)
    kind = np.int16 if since.max(initial=0) <= np.iinfo(np.int16).max else np.int32
    return np.asarray(since.astype(kind))


def _tables(
    number: Numbers,
    rng: np.random.Generator,
    permutations: int,
    pairs: list[Pairs],
    everywhere: Integers,
    bands: Bands,
) -> Iterator[Integers]:
    """The pairs in each band of distance and of days: as observed, then permuted."""
    # numbers of the machine's own size are shuffled in half the time
    drawn = number.astype(np.intp)
    for start in range(0, permutations + 1, _ORDERS_AT_ONCE):
        count = min(_ORDERS_AT_ONCE, permutations + 1 - start)
        orders = np.empty((count, len(number)), dtype=number.dtype)
        for row in range(count):
            orders[row] = drawn if start + row == 0 else rng.permutation(drawn)
        yield from _counted(np.ascontiguousarray(orders.T), pairs, everywhere, bands)


def _counted(
    orders: Numbers, pairs: list[Pairs], everywhere: Integers, bands: Bands
) -> Integers:
    """The tables of several orders of the days (incidents x orders)."""
    many = orders.shape[1]
    nearer = np.zeros((many, *bands.shape), dtype=np.int64)
    # the same arrays for each lot: new ones would take as long as the work itself
    between, other = (np.empty((_PAIRS_AT_ONCE, many), orders.dtype) for _ in "ab")
    is_near = np.empty((_PAIRS_AT_ONCE, many), dtype=np.bool_)
    for band, (first, second) in enumerate(pairs):
        # pairs of an incident with itself fill the last lot, and are taken off again
        more = -len(first) % _SIDE_BY_SIDE
        first, second = (np.pad(positions, (0, more)) for positions in (first, second))
        for start in range(0, len(first), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            lot = slice(len(first[some]))
            # every position is there: "clip" only keeps take from a copy of its own
            orders.take(first[some], axis=0, out=between[lot], mode="clip")
            orders.take(second[some], axis=0, out=other[lot], mode="clip")
            np.subtract(between[lot], other[lot], out=between[lot])
            np.abs(between[lot], out=between[lot])
            for day, edge in enumerate(bands.days):
                np.less(between[lot], edge, out=is_near[lot])
                nearer[:, band, day] += _column_sums(is_near[lot])
        nearer[:, band, :-1] -= more
        nearer[:, band, -1] = len(first) - more
    nearer[:, -1] = everywhere - nearer[:, :-1].sum(axis=1)
    return np.diff(nearer, axis=2, prepend=0)


def _column_sums(flags: NDArray[np.bool_]) -> Integers:
    """How many are set in each column; of so few rows that bytes hold the sums."""
    wide = flags.view(np.uint8).reshape(-1, _SIDE_BY_SIDE * flags.shape[1])
    sums = np.add.reduce(wide, axis=0, dtype=np.uint8)
    return np.asarray(sums.reshape(_SIDE_BY_SIDE, -1).sum(axis=0, dtype=np.int64))
