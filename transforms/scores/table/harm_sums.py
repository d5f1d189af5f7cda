"""What a force's incidents weigh in harm, as its scores show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.categories import CATEGORIES
from transforms.cells import Floats
from transforms.groups import CrimeGroup
from transforms.scores.expectation import Expectation
from transforms.scores.view import View


@dataclass(frozen=True)
class HarmSums:
    """Harm in the cells of a view, past and expected: arrays of categories x cells."""

    seen: View
    recorded: Floats  # in the year's supplied periods
    gravest: Floats  # of it, that of the gravest incident
    expected: Floats  # in the next term

    def columns(self, group: CrimeGroup, kept: NDArray[np.bool_]) -> dict[str, Floats]:
        """Its columns for those cells of a crime group; NaN is null."""
        rows = [list(CATEGORIES).index(c) for c in group.categories]
        harm = self.recorded[rows].sum(axis=0)[kept]
        gravest = self.gravest[rows].max(axis=0)[kept]
        share = np.divide(gravest, harm, out=np.full(len(harm), np.nan), where=harm > 0)
        year = self.seen.clock.year
        return {
            f"harm_{year}": harm
            if self.seen.spans[year]
            else np.full(len(harm), np.nan),
            f"harm_top_share_{year}": share,
            "harm_score": self.expected[rows].sum(axis=0)[kept],
        }


def harm_sums(seen: View, expected: dict[str, Expectation]) -> HarmSums:
    """Harm as recorded, and as expected: what is expected times its mean weight.

    The mean weight of a category's incidents is that of all the force's months held.
    """
    year = seen.spans[seen.clock.year]
    ever = seen.panel.harm_within(seen.supplied)
    count = seen.sums([dict.fromkeys(seen.supplied, 1.0)])[:, :, 0].sum(axis=1)
    harm = ever[:, seen.inside].sum(axis=1)
    weight = np.divide(harm, count, out=np.zeros(len(count)), where=count > 0)
    means = np.array([expected[category].mean for category in CATEGORIES])
    return HarmSums(
        seen,
        seen.here(seen.panel.harm_within(year)),
        seen.here(seen.panel.gravest_within(year)),
        means * weight[:, None],
    )
