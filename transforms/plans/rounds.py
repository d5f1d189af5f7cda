"""The round of a unit: which places are its own, and in which order it goes to them.

Straight lines times a detour stand for streets. A round begins and ends at the base.
"""

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise, permutations
from typing import TypeVar

import numpy as np

from transforms.plans.distance import Spot, metres
from transforms.reference.arrays import Floats, Integers


EVERY_ORDER = 8  # up to so many stops, all orders are compared
_GAIN_M = 1e-6  # a shorter round is shorter by more than rounding

Item = TypeVar("Item")


def shares(items: Sequence[Item], parts: int) -> list[list[Item]]:
    """Items cut into parts one after another, whose lengths differ by one at most."""
    cuts = [len(items) * part // parts for part in range(parts + 1)]
    return [list(items[first:last]) for first, last in pairwise(cuts)]


def shortest_round(base: Spot, spots: Sequence[Spot]) -> list[int]:
    """The order, as positions in `spots`, of a short round from the base and back.

    The shortest of all up to 8 stops; beyond, the nearest neighbour first, then 2-opt.
    """
    return list(_shortest_round(base, tuple(spots)))


@lru_cache(maxsize=1024)
def _shortest_round(base: Spot, spots: tuple[Spot, ...]) -> Sequence[int]:
    """The same, kept: a plan asks for a round again as it makes room."""
    points = [base, *spots]
    apart = np.array([[metres(one, other) for other in points] for one in points])
    if len(spots) <= EVERY_ORDER:
        orders = _orders(len(spots))
        ends = np.zeros((len(orders), 1), dtype=np.int64)
        rounds = np.concatenate([ends, orders + 1, ends], axis=1)
        lengths = apart[rounds[:, :-1], rounds[:, 1:]].sum(axis=1)
        # the first of those that are equally short, whatever the last digit says
        best = int(np.flatnonzero(lengths <= lengths.min() + _GAIN_M)[0])
        return [int(at) for at in orders[best]]
    return [stop - 1 for stop in _two_opt(_nearest_first(apart), apart)[1:-1]]


@cache
def _orders(number: int) -> Integers:
    """All orders of so many stops, a row each."""
    orders = list(permutations(range(number)))
    return np.array(orders, dtype=np.int64).reshape(math.factorial(number), number)


def _nearest_first(apart: Floats) -> list[int]:
    """A round that goes to the nearest of the stops that are left."""
    path, left = [0], list(range(1, len(apart)))
    while left:
        nearest = min(left, key=lambda stop: (apart[path[-1], stop], stop))
        left.remove(nearest)
        path.append(nearest)
    return [*path, 0]


def _two_opt(path: list[int], apart: Floats) -> list[int]:
    """The round with parts of it turned about, for as long as that makes it shorter."""
    improved = True
    while improved:
        improved = False
        for first in range(1, len(path) - 2):
            for last in range(first + 1, len(path) - 1):
                before, after = path[first - 1], path[last + 1]
                now = apart[before, path[first]] + apart[path[last], after]
                turned = apart[before, path[last]] + apart[path[first], after]
                if turned < now - _GAIN_M:
                    path[first : last + 1] = path[first : last + 1][::-1]
                    improved = True
    return path
