"""A result against all that the lot could have drawn instead.

No distribution is assumed: the same code draws again and again, from keys that follow
from the seed, and the result is compared with those of the other draws.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import product

import numpy as np

from transforms.reference.arrays import Floats, Integers, Mask
from transforms.trials.crossover import strata_of
from transforms.trials.design import Design
from transforms.trials.schedule import parallel


DRAWS = 1_999
PARALLEL_DRAWS = 9_999
MOST_PAIRS = 14  # of which all ways to draw are counted


def reference_key(seed: bytes, number: int) -> bytes:
    """The key of one of the other draws, from 1."""
    return seed + f":ref:{number}".encode()


def scores(outcomes: Sequence[Floats], assigned: Mask, weekday: Integers) -> Floats:
    """The score of each outcome."""
    return np.array([strata_of(one, assigned, weekday).score for one in outcomes])


def reference_scores(
    outcomes: Sequence[Floats],
    design: Design,
    days: Sequence[date],
    weekday: Integers,
    seed: bytes,
    draws: int = DRAWS,
) -> Floats:
    """The scores of other draws (rows) for each outcome (columns)."""
    found = [
        scores(outcomes, design.assigned(days, reference_key(seed, number)), weekday)
        for number in range(1, draws + 1)
    ]
    return np.array(found)


def p_value(found: float, references: Floats) -> float:
    """The share of draws, this one among them, that are as far from none as this."""
    as_far = int((np.abs(references) >= abs(found) - 1e-9).sum())
    return (1 + as_far) / (len(references) + 1)


def all_halves(
    pairs: Sequence[tuple[str, str]],
    statistic: Callable[[Sequence[str]], float],
    seed: bytes,
) -> tuple[Floats, bool]:
    """The statistic of every way to draw one of each pair, and whether it is all.

    Of more than 14 pairs those of 9,999 draws, without the one that was drawn.
    """
    if len(pairs) <= MOST_PAIRS:
        return np.array([statistic(one) for one in product(*pairs)]), True
    drawn = (
        parallel(pairs, reference_key(seed, number))
        for number in range(1, PARALLEL_DRAWS + 1)
    )
    return np.array([statistic(one) for one in drawn]), False


def halves_p(found: float, references: Floats, is_all: bool) -> tuple[float, float]:
    """The p of a fall, and of a difference either way."""
    lower = int((references <= found + 1e-9).sum())
    as_far = int((np.abs(references) >= abs(found) - 1e-9).sum())
    more = 0 if is_all else 1
    whole = len(references) + more
    return (lower + more) / whole, (as_far + more) / whole
