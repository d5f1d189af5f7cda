"""Several outcomes, several looks, and patrols that were not made as drawn."""

import math
from collections.abc import Sequence


# Of O'Brien and Fleming 1979: the bound of the last of so many looks, 5 % in all.
_LAST_BOUND = {1: 1.960, 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040}


def holm(p_values: Sequence[float]) -> list[float]:
    """The p of each outcome, adjusted for their number (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda at: (p_values[at], at))
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, p_values[at] * (len(p_values) - rank)))
        adjusted[at] = highest
    return adjusted


def bound(look: int, looks: int) -> float:
    """How far from none a look must be, in standard errors, to end a trial early."""
    return _LAST_BOUND[looks] * math.sqrt(looks / look)


def complier_ratio(
    ratio: float, compliance: float, contamination: float
) -> float | None:
    """The ratio on days that were patrolled because they were drawn.

    On the log scale, by the difference that the draw made; None where it made none.
    """
    made = compliance - contamination
    if made <= 0 or not ratio > 0:
        return None
    return math.exp(math.log(ratio) / made)
