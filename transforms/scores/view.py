"""What a method may look at: one force as known at one month, and nothing later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms import cells
from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.months import Month, window
from transforms.panel import Panel


WINDOWS_MONTHS = (1, 3, 12, 36)
PREVIOUS_12 = "prev_12m"
STEPS_WITHIN_MONTHS = 12
POINTS_WITHIN_MONTHS = 36

_ROW = {slug: row for row, slug in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Memory:
    """Incidents weighted by age: half as much for every so many months."""

    sums: Floats  # categories x cells, weighted incidents
    exposure_months: float  # the same weights summed over the supplied months
    rings: tuple[Floats, ...]  # categories x cells: `sums` over each ring around


@dataclass(frozen=True)
class View:
    """Sums over the supplied months up to the as-of, for the cells of its universe.

    Arrays over categories hold one row for each of the fourteen; `of` adds those of a
    group.
    """

    panel: Panel
    as_of: Month
    supplied: list[Month]  # up to the as-of, oldest first
    inside: NDArray[np.bool_]  # which of the panel's cells are in the universe
    _memories: dict[float, Memory] = field(default_factory=dict, repr=False)
    _parents: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    def of(self, values: Floats, categories: Sequence[str]) -> Floats:
        """Values of a set of categories, added up: one for each cell."""
        if len(categories) == 1:  # most groups are one category: no copy
            return np.asarray(values[_ROW[categories[0]]])
        return np.asarray(values[[_ROW[c] for c in categories]].sum(axis=0))

    @cached_property
    def cells(self) -> Cells:
        """The universe, sorted."""
        return self.panel.cells[self.inside]

    @cached_property
    def areas_m2(self) -> Floats:
        """The area of each of them."""
        return self.panel.areas_m2[self.inside]

    @cached_property
    def links(self) -> tuple[csr_array, ...]:
        """Which cells of the universe lie one cell away from which, and which two."""
        return tuple(ring[self.inside][:, self.inside] for ring in self.panel.rings)

    @cached_property
    def points(self) -> Floats:
        """How many points of each cell had any incident in 36 months.

        Published points are redrawn every few years: older ones are other points.
        """
        recent = self.months_of(window(self.as_of, POINTS_WITHIN_MONTHS))
        return self.panel.points_within(recent)[self.inside]

    def parents(self, resolution: int) -> NDArray[np.int64]:
        """Each cell's parent at a coarser resolution, numbered from 0."""
        if resolution not in self._parents:
            parents = cells.parents(self.cells, resolution)
            self._parents[resolution] = np.unique(parents, return_inverse=True)[1]
        return self._parents[resolution]

    def sums(self, weights: Sequence[Mapping[Month, float]]) -> Floats:
        """Counts summed under each set of weights: categories x cells x sets."""
        months = self.panel.months
        columns = [[weight.get(month, 0.0) for month in months] for weight in weights]
        by_set = np.array(columns).reshape(len(weights), len(months))
        return self.panel.weighted(by_set.T)[:, self.inside]

    def memory(self, half_life_months: float) -> Memory:
        """All supplied months, weighted by age."""
        if half_life_months not in self._memories:
            weight = {
                month: 0.5 ** (self.as_of.since(month) / half_life_months)
                for month in self.supplied
            }
            sums = self.sums([weight])[:, :, 0]
            rings = tuple((ring @ sums.T).T for ring in self.links)
            memory = Memory(sums, sum(weight.values()), rings)
            self._memories[half_life_months] = memory
        return self._memories[half_life_months]

    def months_of(self, span: Sequence[Month]) -> list[Month]:
        """The supplied months of a span: what a count over it rests on."""
        return [month for month in span if month in set(self.supplied)]

    @cached_property
    def spans(self) -> dict[str, list[Month]]:
        """By window's name the supplied months in it."""
        spans = {f"{n}m": window(self.as_of, n) for n in WINDOWS_MONTHS}
        spans[PREVIOUS_12] = window(self.as_of + -12, 12)
        return {name: self.months_of(span) for name, span in spans.items()}

    @cached_property
    def windows(self) -> dict[str, Floats]:
        """By window's name: categories x cells, incidents in its supplied months."""
        sums = self.sums([dict.fromkeys(span, 1.0) for span in self.spans.values()])
        return {name: sums[:, :, i] for i, name in enumerate(self.spans)}

    @cached_property
    def steps(self) -> Floats:
        """Counts of each supplied month of the last twelve: categories x cells x k."""
        recent = self.months_of(window(self.as_of, STEPS_WITHIN_MONTHS))
        return self.sums([{month: 1.0} for month in recent])

    @cached_property
    def totals(self) -> dict[Month, Floats]:
        """The force's incidents in each supplied month, by category, in all cells."""
        by_month = dict(zip(self.panel.months, self.panel.totals.T, strict=True))
        none = np.zeros(len(CATEGORIES))
        return {month: by_month.get(month, none) for month in self.supplied}


def view(panel: Panel, supplied: Sequence[Month], as_of: Month) -> View:
    """The view of a panel at a month, over the months that count as supplied."""
    known = [month for month in supplied if month <= as_of]
    return View(panel, as_of, known, panel.universe(as_of))
