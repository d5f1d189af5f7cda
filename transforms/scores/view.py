"""What a method may look at: one force as known at one as-of, and nothing later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms import cells
from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.clocks import MONTHS, Clock, Period
from transforms.months import window
from transforms.panel import Panel


STEPS = 12

_ROW = {slug: row for row, slug in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Memory:
    """Incidents weighted by age: half as much for every so many months."""

    sums: Floats  # categories x cells, weighted incidents
    exposure_terms: float  # the same weights of the supplied periods, in terms
    rings: tuple[Floats, ...]  # categories x cells: `sums` over each ring around


@dataclass(frozen=True)
class View:
    """Sums over the supplied periods up to the as-of, for the cells of its universe.

    Arrays over categories hold one row for each of the fourteen; `of` adds those of a
    group.
    """

    panel: Panel
    as_of: Period
    supplied: Sequence[Period]  # up to the as-of, oldest first
    inside: NDArray[np.bool_]  # which of the panel's cells are in the universe
    clock: Clock = MONTHS
    _memories: dict[float, Memory] = field(default_factory=dict, repr=False)
    _parents: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    def of(self, values: Floats, categories: Sequence[str]) -> Floats:
        """Values of a set of categories, added up: one for each cell."""
        first, *rest = (values[_ROW[category]] for category in categories)
        if not rest:  # most groups are one category: no copy
            return np.asarray(first)
        total = first + rest[0]
        for more in rest[1:]:
            total += more
        return np.asarray(total)

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
        rings = self.panel.rings
        if self._everywhere:
            return rings
        return tuple(ring[self.inside][:, self.inside] for ring in rings)

    @cached_property
    def points(self) -> Floats:
        """How many points of each cell had any incident in three years.

        Published points are redrawn every few years: older ones are other points.
        """
        recent = self.supplied_of(window(self.as_of, self.clock.points))
        return self.panel.points_within(recent)[self.inside]

    def parents(self, resolution: int) -> NDArray[np.int64]:
        """Each cell's parent at a coarser resolution, numbered from 0."""
        if resolution not in self._parents:
            parents = cells.parents(self.cells, resolution)
            self._parents[resolution] = np.unique(parents, return_inverse=True)[1]
        return self._parents[resolution]

    def sums(self, weights: Sequence[Mapping[Any, float]]) -> Floats:
        """Counts summed under each set of weights: categories x cells x sets."""
        by_set = np.zeros((len(self.panel.periods), len(weights)))
        for i, weight in enumerate(weights):
            for period, value in weight.items():
                if (row := self.panel.row_of.get(period)) is not None:
                    by_set[row, i] = value
        return self.here(self.panel.weighted(by_set))

    def here(self, values: Floats) -> Floats:
        """Of values of categories x the panel's cells those of the view's cells."""
        return values if self._everywhere else values[:, self.inside]

    @cached_property
    def _everywhere(self) -> bool:
        """Whether all cells of the panel are in the universe by now: most often."""
        return bool(self.inside.all())

    def memory(self, half_life_months: float) -> Memory:
        """All supplied periods, weighted by age."""
        if half_life_months not in self._memories:
            weight = {
                period: 0.5
                ** (self.clock.age_months(self.as_of, period) / half_life_months)
                for period in self.supplied
            }
            exposure_terms = self.clock.terms(sum(weight.values()))
            self.remember(
                half_life_months, self.sums([weight])[:, :, 0], exposure_terms
            )
        return self._memories[half_life_months]

    def remember(
        self, half_life_months: float, sums: Floats, exposure_terms: float
    ) -> None:
        """Keep a memory: sums of categories x cells, and what they rest on."""
        rings = tuple((ring @ sums.T).T for ring in self.links)
        self._memories[half_life_months] = Memory(sums, exposure_terms, rings)

    def supplied_of(self, span: Sequence[Period]) -> list[Period]:
        """The supplied periods of a span: what a count over it rests on."""
        return [period for period in span if period in self._known]

    @cached_property
    def _known(self) -> frozenset[Period]:
        return frozenset(self.supplied)

    def terms_of(self, name: str) -> float:
        """How many forecast terms the supplied periods of a window make up."""
        return self.clock.terms(len(self.spans[name]))

    @cached_property
    def spans(self) -> dict[str, list[Period]]:
        """By window's name the supplied periods in it."""
        clock = self.clock
        spans = {name: window(self.as_of, n) for name, n in clock.windows.items()}
        length = clock.windows[clock.before]
        spans[f"prev_{clock.before}"] = window(self.as_of + -length, length)
        return {name: self.supplied_of(span) for name, span in spans.items()}

    @cached_property
    def windows(self) -> dict[str, Floats]:
        """By window's name: categories x cells, incidents in its supplied periods."""
        sums = self.sums([dict.fromkeys(span, 1.0) for span in self.spans.values()])
        by_window = np.ascontiguousarray(sums.transpose(2, 0, 1))
        return dict(zip(self.spans, by_window, strict=True))

    @cached_property
    def steps(self) -> Floats:
        """Counts of the last twelve steps, those supplied whole.

        Categories x cells x k.
        """
        length = self.clock.step
        ends = [self.as_of + -length * back for back in reversed(range(STEPS))]
        steps = [self.supplied_of(window(end, length)) for end in ends]
        whole = [step for step in steps if len(step) == length]
        return self.sums([dict.fromkeys(step, 1.0) for step in whole])

    @cached_property
    def totals(self) -> dict[Period, Floats]:
        """The force's incidents in each supplied period, by category, in all cells."""
        held = dict(zip(self.panel.periods, self.panel.totals.T, strict=True))
        none = np.zeros(len(CATEGORIES))
        return {period: held.get(period, none) for period in self.supplied}


def view(
    panel: Panel, supplied: Sequence[Period], as_of: Period, clock: Clock = MONTHS
) -> View:
    """The view of a panel at an as-of, over the periods that count as supplied."""
    known = [period for period in supplied if period <= as_of]
    return View(panel, as_of, known, panel.universe(as_of), clock)
