"""Where functions are zero, each by itself but all computed at once.

Brent (1973), Algorithms for Minimization Without Derivatives, chapter 4: secants and
inverse quadratic steps where they help, halving where they do not. With the same steps
as SciPy's `brentq`, to the last digit; but a small force has seventeen functions of few
numbers, whose calls cost more than their arithmetic, and SciPy asks one at a time.
"""

import math
import sys
from collections.abc import Callable, Generator, Mapping, Sequence


# Of a position, the finest that can be told.
_RELATIVE = 4 * sys.float_info.epsilon
_MOST_STEPS = 100

# Asks for values at positions, and returns the root.
Search = Generator[float, float, float]


def roots(
    values: Callable[[Mapping[int, float]], Sequence[float]],
    brackets: Mapping[int, tuple[float, float]],
    precision: float,
) -> dict[int, float]:
    """The root of each function between its two ends, at which its signs differ.

    `values` gives the value of each function, by number, at its position. Where a
    function is not above zero at its lower end, that end is returned.
    """
    searches = {of: _root(*ends, precision) for of, ends in brackets.items()}
    at = {of: next(search) for of, search in searches.items()}
    found: dict[int, float] = {}
    while at:
        asked, at = at, {}
        for of, value in zip(asked, values(asked), strict=True):
            try:
                at[of] = searches[of].send(value)
            except StopIteration as end:
                found[of] = end.value
    return found


def _root(low: float, high: float, precision: float) -> Search:
    before, f_before = low, (yield low)
    if f_before <= 0:
        return low
    here, f_here = high, (yield high)
    if f_here > 0:
        raise ValueError("no root between the ends")
    # the ends of what still contains the root are `here` and `other`
    other, f_other = 0.0, 0.0
    step = step_before = 0.0
    for _ in range(_MOST_STEPS):
        if f_before and f_here and (f_before < 0) != (f_here < 0):
            other, f_other = before, f_before
            step = step_before = here - before
        if abs(f_other) < abs(f_here):
            before, here, other = here, other, here
            f_before, f_here, f_other = f_here, f_other, f_here
        finest = (precision + _RELATIVE * abs(here)) / 2
        half = (other - here) / 2
        if f_here == 0 or abs(half) < finest:
            return here
        longest = min(abs(step_before), 3 * abs(half) - finest)
        aimed = math.inf
        if abs(step_before) > finest and abs(f_here) < abs(f_before):
            aimed = _aimed(before, here, other, f_before, f_here, f_other)
        if 2 * abs(aimed) < longest:
            step_before, step = step, aimed
        else:
            step_before = step = half
        before, f_before = here, f_here
        here += step if abs(step) > finest else math.copysign(finest, half)
        f_here = yield here
    raise ArithmeticError(f"no root found in {_MOST_STEPS} steps")


def _aimed(
    before: float,
    here: float,
    other: float,
    f_before: float,
    f_here: float,
    f_other: float,
) -> float:
    """The step to where a line through two values, or a curve through three, is 0."""
    if before == other:
        return -f_here * (here - before) / (f_here - f_before)
    slope = (f_before - f_here) / (before - here)
    slope_other = (f_other - f_here) / (other - here)
    over = slope_other * slope * (f_other - f_before)
    if not over:
        return math.inf
    return -f_here * (f_other * slope_other - f_before * slope) / over
