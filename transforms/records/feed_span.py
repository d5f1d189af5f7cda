"""Which days a feed covers: from where it begins to its newest record."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Integers
from transforms.reference.days import Day
from transforms.reference.months import month_range


LEVEL_DAYS = 28
BEGUN = 0.25  # of the level that a feed begins with: with less it has not begun
_NEAR = 0.1  # of its level later: the four weeks with so much contain its beginning
_AT_MOST = 2  # times the level: many crimes of one old date are no feed


def covered_days(numbers: Mapping[Day, int]) -> list[Day]:
    """The days from the one that the feed begins on to its newest."""
    if not numbers:
        return []
    oldest, newest = min(numbers), max(numbers)
    counts = np.zeros(newest.since(oldest) + 1, dtype=np.int64)
    for day, count in numbers.items():
        counts[day.since(oldest)] = count
    return month_range(oldest + _start(counts), newest)


def _start(counts: Integers) -> int:
    """Where a feed begins, in its days from the oldest record on.

    Forces record crimes of long ago: a feed does not begin with the oldest of them, nor
    within the days before it is busy, but after the last stretch that holds under a
    quarter of the level that it begins with.
    """
    level = _level(counts)
    kept = np.minimum(counts, _AT_MOST * level)
    ahead = _windows(np.concatenate([kept, np.zeros(LEVEL_DAYS - 1)])).sum(axis=1)
    near = int(np.argmax(ahead >= _NEAR * level * LEVEL_DAYS))
    first, then = np.split(kept[near:][: 2 * LEVEL_DAYS], [LEVEL_DAYS])
    begun = BEGUN * (float(then.mean()) if len(then) else level)
    excess = np.cumsum(first - begun)
    return near + int(np.argmin(np.concatenate([[0.0], excess[:-1]])))


def _level(counts: Integers) -> float:
    """Records a day in the days to the median record, the busiest day left out."""
    padded = np.concatenate([np.zeros(LEVEL_DAYS - 1, dtype=np.int64), counts])
    trailing = _windows(padded)
    means = (trailing.sum(axis=1) - trailing.max(axis=1)) / (LEVEL_DAYS - 1)
    order = np.argsort(means, kind="stable")
    reached = np.cumsum(counts[order])
    return float(means[order][np.searchsorted(reached, reached[-1] / 2)])


def _windows(padded: NDArray[np.number]) -> NDArray[np.number]:
    """The days of each window, a row each."""
    return np.lib.stride_tricks.sliding_window_view(padded, LEVEL_DAYS)
