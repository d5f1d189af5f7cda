"""How much of the crime lies in how few cells: one force, one crime group.

Counts are incidents of each cell of the universe, in whole numbers, the cells without
any included. The law of crime concentration: Weisburd (2015), Criminology 53(2).
"""

from fractions import Fraction

import numpy as np

from transforms.cells import Floats


_FINEST_SHARE = 10_000


def share_of_cells_holding(counts: Floats, share: float) -> float | None:
    """The smallest share of the cells that holds that share of the crime, both 0 to 1.

    In whole cells, the busiest first: the last one counts in full, however little of
    it was needed. None where there is no crime.
    """
    held = np.sort(counts)[::-1].cumsum()
    if not len(held) or not held[-1]:
        return None
    # In whole numbers, since 0.07 x 100 is not 7.
    wanted = Fraction(share).limit_denominator(_FINEST_SHARE)
    short = held * wanted.denominator < held[-1] * wanted.numerator
    return float((short.sum() + 1) / len(held))


def gini(counts: Floats) -> float | None:
    """0 if all cells have equally much, near 1 if one cell has all the crime.

    With x ascending, G = sum of (2 i - n - 1) x_i over n times the crime. None where
    there is no crime.
    """
    cells, crimes = len(counts), counts.sum()
    if not crimes:
        return None
    order = 2 * np.arange(1, cells + 1) - cells - 1
    return float(order @ np.sort(counts) / (cells * crimes))


def generalised_gini(counts: Floats) -> float | None:
    """Gini's coefficient where there may be more cells than crimes.

    Five crimes cannot be spread over ten cells: Gini's coefficient calls the most even
    spread there is concentrated. This one is 0 for it, and the same as Gini's where
    crimes are enough. G' = max(1, cells / crimes) (G - 1) + 1: Bernasco and Steenbeek
    (2017), Journal of Quantitative Criminology 33(3). None where there is no crime.
    """
    unevenness = gini(counts)
    if unevenness is None:
        return None
    return float(max(1.0, len(counts) / counts.sum()) * (unevenness - 1) + 1)
