"""Intervals of a share, of the difference of two shares, and of the ratio of two rates.

Wilson 1927 and Newcombe 1998 (method 10). They hold for few searches, and where none or
all of them found something.
"""

import math
from dataclasses import dataclass

from transforms.reference.strata import Z_95


FEWEST = 10  # searches of a group: below, no ratio


@dataclass(frozen=True)
class Within:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def share(number: int, of: int) -> Within | None:
    """A share with Wilson's interval; None of none."""
    if not of:
        return None
    p, z2 = number / of, Z_95 * Z_95
    centre = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = centre - half if number else 0.0
    high = centre + half if number < of else 1.0
    return Within(p, low, high)


def difference(one: Within, other: Within) -> Within:
    """One share less another, with Newcombe's interval."""
    value = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return Within(value, value - below, value + above)


def ratio(number: int, of: float, number_b: int, of_b: float) -> Within | None:
    """A rate by another, with its log interval; None where either has fewer than ten.

    `of` and `of_b` are residents. The error is that of counts that come one by one.
    """
    if min(number, number_b) < FEWEST or not of or not of_b:
        return None
    return around(rate_ratio(number, of, number_b, of_b), 1 / number + 1 / number_b)


def rate_ratio(number: int, of: float, number_b: int, of_b: float) -> float:
    """A rate by another, none of them 0."""
    return (number / of) / (number_b / of_b)


def around(value: float, variance_of_log: float) -> Within:
    """A ratio with the interval that the variance of its log gives."""
    reach = Z_95 * math.sqrt(variance_of_log)
    return Within(value, value * math.exp(-reach), value * math.exp(reach))
