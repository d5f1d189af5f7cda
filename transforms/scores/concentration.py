"""How concentrated crime is: how few cells have how much of it, by force and group.

Counts are the incidents of each cell of the universe, whole numbers, including cells
without any. The law of crime concentration: Weisburd (2015), Criminology 53(2).
"""

from fractions import Fraction

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import dot


_FINEST_SHARE = 10_000


def share_of_cells_holding(counts: Floats, share: float) -> float | None:
    """The smallest share of the cells that has that share of the crime, both 0 to 1.

    Counts whole cells, busiest first: the last one counts in full, however little of it
    was needed. None if there is no crime.
    """
    running_total = np.sort(counts)[::-1].cumsum()
    if not len(running_total) or not running_total[-1]:
        return None
    # In whole numbers, since 0.07 x 100 is not 7.
    wanted = Fraction(share).limit_denominator(_FINEST_SHARE)
    short = running_total * wanted.denominator < running_total[-1] * wanted.numerator
    return float((short.sum() + 1) / len(running_total))


def gini(counts: Floats) -> float | None:
    """0 if all cells have the same, near 1 if one cell has all the crime.

    With x ascending, G = sum of (2 i - n - 1) x_i over n times the crime. None if there
    is no crime.
    """
    cells, crimes = len(counts), counts.sum()
    if not crimes:
        return None
    order = 2 * np.arange(1.0, cells + 1) - cells - 1
    return dot(order, np.sort(counts)) / float(cells * crimes)


def generalised_gini(counts: Floats) -> float | None:
    """Gini's coefficient where there may be more cells than crimes.

    Five crimes cannot be spread over ten cells, so Gini's coefficient calls even their
    most even spread concentrated. This one is 0 for it, and equals Gini's where there
    are at least as many crimes as cells. G' = max(1, cells / crimes) (G - 1) + 1:
    Bernasco and Steenbeek (2017), Journal of Quantitative Criminology 33(3). None if
    there is no crime.
    """
    unevenness = gini(counts)
    if unevenness is None:
        return None
    return float(max(1.0, len(counts) / counts.sum()) * (unevenness - 1) + 1)
