"""What a mixture is made of: where incidents were, spread over the cells around.

Each part is a density: one incident's worth, spread over the plane in the proportions
of the incidents that it looks at. It looks at a group's own or at other crime, all of
it alike or fading with age, in the cell, in the rings around it or in its wider area.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Period
from transforms.reference.groups import CrimeGroup
from transforms.reference.portable_math import power, sparse_product
from transforms.scores.view import View


# In months: all days alike, and half the weight for each year of age.
OWN_HALF_LIVES_MONTHS = (math.inf, 12.0)
# Of these half-lives the first ones are looked at of other crime.
OTHER_HALF_LIVES = 1
AREA_RESOLUTIONS = (8, 7)
_CHILDREN = 7
_PLACES = 3 + len(AREA_RESOLUTIONS)  # the cell, two rings and the wider areas


def part_count(group: CrimeGroup) -> int:
    """How many parts a group's mixture has."""
    others = OTHER_HALF_LIVES if group.others else 0
    return _PLACES * (len(OWN_HALF_LIVES_MONTHS) + others) + 1


@dataclass(frozen=True)
class Past:
    """The incidents known at an as-of, weighted by age, as some cells see them."""

    view: View  # of that as-of or of a later one: its cells
    as_of: Period
    at: NDArray[np.int64]  # rows of the view's cells that look

    def densities(self, group: CrimeGroup) -> Floats:
        """What each part of a group's mixture gives to those cells: cells x parts.

        A part that knows no incident gives nothing. The last is the same everywhere.
        """
        own = self._of(group.categories, len(OWN_HALF_LIVES_MONTHS))
        other = self._of(group.others, OTHER_HALF_LIVES if group.others else 0)
        everywhere = np.full((1, len(self.at)), 1.0 / len(self.view.cells))
        return np.ascontiguousarray(np.concatenate([own, other, everywhere]).T)

    def record(self, group: CrimeGroup) -> Floats:
        """The group's incidents in each of those cells, fading with age."""
        return self.view.of(self._seen[:, -1, 0], group.categories)

    def _of(self, categories: tuple[str, ...], half_lives: int) -> Floats:
        """What the first half-lives give, each from all kinds of place: parts x cells.

        All at once: a group in a few cells costs calls, and not numbers.
        """
        known = self._totals[:, self.view.rows_of(categories)].sum(axis=1)
        known[known == 0] = 1.0
        seen = self.view.of(self._seen[:, :half_lives], categories)
        given = seen / known[:half_lives, None, None]
        return np.asarray(given.reshape(half_lives * _PLACES, len(self.at)))

    @cached_property
    def _sums(self) -> Floats:
        """Incidents weighted by age: cells x (half-lives x categories)."""
        age = self.view.ages - self.view.as_of.since(self.as_of)
        is_past = age >= 0
        age_months = age[is_past] / self.view.clock.periods_a_month
        weights = np.zeros((len(age), len(OWN_HALF_LIVES_MONTHS)))
        for column, months in enumerate(OWN_HALF_LIVES_MONTHS):
            weights[is_past, column] = power(0.5, age_months / months)
        sums = self.view.weighing(weights)
        return np.ascontiguousarray(sums.transpose(1, 2, 0)).reshape(sums.shape[1], -1)

    @cached_property
    def _totals(self) -> Floats:
        """The same in all cells: half-lives x categories."""
        return self._shaped(self._sums.sum(axis=0))

    @cached_property
    def _seen(self) -> Floats:
        """The same from each kind of place: the cell, the rings, the wider areas.

        Categories x half-lives x places x the cells that look.
        """
        places = [self._sums[self.at]]
        for distance, ring in enumerate(self.view.links, start=1):
            near = sparse_product(ring[self.at], self._sums)
            places.append(near / (6.0 * distance))
        for resolution in AREA_RESOLUTIONS:
            parents = self.view.parents(resolution)
            cells = np.arange(len(parents))
            within = csr_array((np.ones(len(cells)), (parents, cells)))
            shared = math.pow(_CHILDREN, self.view.panel.resolution - resolution)
            area = sparse_product(within, self._sums)[parents[self.at]]
            places.append(area / shared)
        seen = np.ascontiguousarray(np.array(places).transpose(2, 0, 1))
        return self._shaped(seen).swapaxes(0, 1)

    def _shaped(self, flat: Floats) -> Floats:
        """Half-lives apart from categories."""
        return flat.reshape(len(OWN_HALF_LIVES_MONTHS), -1, *flat.shape[1:])
