"""The slow twin of how a drop's quarantined rows are compared with its past."""

from fractions import Fraction
from math import comb


def is_far_above(number: int, rows: int, past_number: int, past_rows: int) -> bool:
    """Three times its past share, and rarer than one in ten thousand, term by term."""
    share = Fraction(past_number + 1, past_rows + 2)
    if Fraction(number, rows) <= 3 * share:
        return False
    fewer = sum(
        comb(rows, k) * share**k * (1 - share) ** (rows - k) for k in range(number)
    )
    return 1 - fewer < Fraction(1, 10_000)
