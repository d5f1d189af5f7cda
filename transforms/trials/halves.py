"""Past lists split in halves by lot: how far apart halves drift with nothing done.

What a parallel trial can show is learned from it. Poisson errors would promise far
more, because places drift apart by more than chance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from transforms.programmes.past_lists import PastPlaces
from transforms.programmes.usual import are_enough
from transforms.reference import portable_math
from transforms.reference.arrays import Floats, Mask
from transforms.trials.draw import Draw


SPLITS = 200


@dataclass(frozen=True)
class Drift:
    """How far halves of past lists drift apart."""

    error: float  # standard deviation of the log ratio of two halves
    variance_factor: float  # times the Poisson variance, at least 1
    lists: int


def drift(past: Sequence[PastPlaces], force: str, programme: str) -> Drift | None:
    """The drift of halves, or None where there are too few past lists to tell."""
    if not are_enough([one.force for one in past], force):
        return None
    longest = max(len(one.observed) for one in past) // 2
    first = splits(longest, sha256(programme.encode()).digest())
    of_list = [_log_ratios(one, first) for one in past]
    variances = [float(np.mean(logs * logs)) for logs, _ in of_list]
    by_chance = [float(np.mean(logs * logs / poisson)) for logs, poisson in of_list]
    return Drift(
        error=math.sqrt(sum(variances) / len(variances)),
        variance_factor=max(1.0, sum(by_chance) / len(by_chance)),
        lists=len(past),
    )


def splits(pairs: int, key: bytes) -> Mask:
    """For each split (row) and pair: whether the first of the pair is in half A."""
    draw = Draw(key + b":halves")
    drawn = [[draw.below(2) == 0 for _ in range(pairs)] for _ in range(SPLITS)]
    return np.array(drawn, dtype=bool).reshape(SPLITS, pairs)


def _log_ratios(one: PastPlaces, first: Mask) -> tuple[Floats, Floats]:
    """The log ratio of each split's halves, and its Poisson variance."""
    pairs = len(one.observed) // 2
    in_a = np.empty((SPLITS, 2 * pairs), dtype=bool)
    in_a[:, ::2], in_a[:, 1::2] = first[:, :pairs], ~first[:, :pairs]
    observed, expected = one.observed[: 2 * pairs], one.expected[: 2 * pairs]
    a, b = (np.where(half, observed, 0).sum(axis=1) for half in (in_a, ~in_a))
    expected_a, expected_b = (
        np.where(half, expected, 0.0).sum(axis=1) for half in (in_a, ~in_a)
    )
    none = (a == 0) | (b == 0)
    a, b = a + none / 2, b + none / 2
    logs = portable_math.log(a / expected_a * expected_b / b)
    return logs, 1 / a + 1 / b
