"""The harm columns of a force's scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.reference.groups import CrimeGroup
from transforms.scores.methods.expectation import Expectation
from transforms.scores.view import View


@dataclass(frozen=True)
class HarmSums:
    """Harm in the cells of a view, past and expected: arrays of categories x cells."""

    view: View
    expected: Floats  # in the next term

    def columns(self, kept: NDArray[np.bool_]) -> dict[str, Floats]:
        """Its columns for those cells of each crime group (groups x cells).

        One group after another; NaN is null.
        """
        view, year = self.view, self.view.clock.year
        each = zip(*map(self._of, view.reported.values()), strict=True)
        harm, gravest, score = (np.array(of_group)[kept] for of_group in each)
        share = np.divide(gravest, harm, out=np.full(len(harm), np.nan), where=harm > 0)
        return {
            f"harm_{year}": harm,
            f"harm_top_share_{year}": share,
            "harm_score": score,
        }

    def _of(self, group: CrimeGroup) -> tuple[Floats, Floats, Floats]:
        """Of each cell: the year's harm (NaN if no month of it was supplied), that of
        its gravest incident, and what is expected.
        """
        view = self.view
        counted = view.counting(group)
        recorded, worst = counted.year_harm
        harm = view.of(recorded, group.categories)
        if not counted.spans[view.clock.year]:
            harm = np.full(len(harm), np.nan)
        gravest = worst[view.rows_of(group.categories)].max(axis=0)
        return harm, gravest, view.of(self.expected, group.categories)


def harm_sums(view: View, expected: dict[str, Expectation]) -> HarmSums:
    """Harm as recorded, and as expected: expected incidents times their mean weight.

    The mean weight of a category's incidents is over all the force's supplied months.
    """
    weight = view.once("harm of an incident", lambda: _mean_weights(view))
    none = np.zeros(len(view.cells))  # for a former category
    means = np.array(
        [
            expected[slug].mean if slug in expected else none
            for slug in view.panel.categories
        ]
    )
    return HarmSums(view, means * weight[:, None])


def _mean_weights(view: View) -> Floats:
    """The harm of an incident of each category."""
    ever = view.panel.harm_within(view.supplied)
    count = view.sums([dict.fromkeys(view.supplied, 1.0)])[:, :, 0].sum(axis=1)
    harm = ever[:, view.inside].sum(axis=1)
    means = np.zeros(len(count))
    np.divide(harm, count, out=means, where=count > 0)
    return means
