"""How much of a month's crime a ranking finds, by the share of the area searched.

Cells are searched from the highest ranking down until the area budget is spent. The
last cell counts in part: the share of its incidents equals the share of its area.

Cells of equal ranking are searched in random order, and the expected number of
incidents counts, so the order of rows makes no difference. Tied cells therefore make
one straight line, as one large cell would. This is exact if their areas are equal. If
areas differ by 5 %, as between the ends of the widest forces, two tied cells may be off
by a quarter of that, 1.25 % of their incidents, and a larger number of cells by less.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats


@dataclass(frozen=True)
class HitCurve:
    """Incidents found against area searched: (points,) each, straight in between."""

    area_share: Floats  # of the universe, from 0 to 1, at the end of each ranking value
    found: Floats  # incidents, expected
    total: float  # incidents of the month, including those outside the universe

    def hits(self, area_share: float) -> float:
        """Incidents found in that share of the universe's area."""
        return float(np.interp(area_share, self.area_share, self.found))

    def hit_rate(self, area_share: float) -> float:
        """Share of the month's incidents found; NaN for a month without any."""
        return self.hits(area_share) / self.total if self.total else nan

    def pai(self, area_share: float) -> float:
        """Predictive accuracy index at that share of the area."""
        return pai(self.hits(area_share), self.total, area_share, 1.0)

    @property
    def auc(self) -> float:
        """Area under hit rate against area share; 1/2 is a random search."""
        under = float(np.trapezoid(self.found, self.area_share))
        return under / self.total if self.total else nan


@dataclass(frozen=True)
class Search:
    """The order in which a ranking searches the cells."""

    order: NDArray[np.int64]  # rows of the cells, first searched first
    ends: NDArray[np.int64]  # where in it each ranking value ends
    area_share: Floats  # of the universe, at those ends

    def curve(self, outcome: Floats, missed: float) -> HitCurve:
        """What it finds of a month: `outcome` is (cells,) incidents in the universe.

        `missed` counts those outside it, which are part of the month although no
        ranking finds them.
        """
        found = np.cumsum(outcome[self.order])[self.ends]
        return HitCurve(
            np.concatenate([[0.0], self.area_share]),
            np.concatenate([[0.0], found]),
            float(outcome.sum() + missed),
        )


def search(ranking: Floats, areas_m2: Floats) -> Search:
    """The search by a ranking, higher first, of cells of those areas."""
    # stable, since the sums of areas depend on their order in the last digits
    order = np.argsort(-ranking, kind="stable")
    ranked = ranking[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)])
    area = np.cumsum(areas_m2[order])[ends]
    return Search(order, ends, area / area[-1:])


def hit_curve(
    ranking: Floats, outcome: Floats, areas_m2: Floats, missed: float
) -> HitCurve:
    """The curve of a ranking, higher searched first; all arrays are (cells,)."""
    return search(ranking, areas_m2).curve(outcome, missed)


def best_curve(outcome: Floats, areas_m2: Floats, missed: float) -> HitCurve:
    """The curve of the oracle: no ranking finds more at any area share."""
    return hit_curve(outcome / areas_m2, outcome, areas_m2, missed)


def pai(hits: float, total: float, area: float, total_area: float) -> float:
    """Predictive accuracy index: share of incidents over share of area.

    Areas in the same unit; NaN if there is nothing to find, or no area was searched.
    Chainey, Tompson and Uhlig (2008), Security Journal 21.
    """
    return (hits / total) / (area / total_area) if total and area else nan


def pei_star(curve: HitCurve, best: HitCurve, area_share: float) -> float:
    """Prediction efficiency index*: hits over the most that the same area could find.

    From 0 to 1; NaN if there is nothing to find. White, Hunt and Green (2023), Security
    Journal.
    """
    most = best.hits(area_share)
    return curve.hits(area_share) / most if most else nan
