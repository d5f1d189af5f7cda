"""What a method may look at: one force as known at one as-of, and nothing later."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms.reference.arrays import Cells, Floats, Integers
from transforms.reference.clocks import MONTHS, Clock, Period
from transforms.reference.groups import FORMER_GROUPS, GROUPS, CrimeGroup
from transforms.reference.months import window
from transforms.reference.own_groups import parts_of
from transforms.reference.portable_math import sparse_product
from transforms.scores.ground import Ground
from transforms.scores.panel import Panel


Made = TypeVar("Made")

STEPS = 12
# With each supplied month of the present geocoding epoch, an incident of an earlier one
# says half as much about its cell. Chosen by backtest (docs/methods.md).
FADING = 0.5
# A group that was recorded separately for fewer months is not reported yet.
_AT_LEAST_OF_THE_YEAR = 3


@dataclass(frozen=True)
class Memory:
    """Incidents weighted by age: the weight halves with every half-life."""

    sums: Floats  # categories x cells, weighted incidents
    exposure_periods: float  # the same weights of the supplied periods
    exposure_terms: float  # and that in terms
    rings: tuple[Floats, ...]  # categories x cells: `sums` over each ring around


@dataclass(frozen=True, kw_only=True)
class View:
    """Sums over the supplied periods up to the as-of, for the cells of its universe.

    Arrays over categories have one row for each of the panel's; `of` adds those of a
    group. Scores of a group come from the view of the months it was `counting` in.
    """

    panel: Panel
    as_of: Period
    supplied: Sequence[Period]  # up to the as-of, oldest first
    inside: NDArray[np.bool_]  # which of the panel's cells are in the universe
    clock: Clock = MONTHS
    whole: "View | None" = None  # the view of all categories that this one is part of
    own: tuple[CrimeGroup, ...] = ()  # the user's groups, instead of the shipped ones
    _memories: dict[tuple[float, bool], Memory] = field(
        default_factory=dict, repr=False
    )
    _counting: dict[Period, "View"] = field(default_factory=dict, repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def counting(self, group: CrimeGroup) -> "View":
        """This view, limited to supplied months in which all of a group was counted.

        A month before a category was introduced is not exposure for it.
        """
        since: Any = group.since
        if not self.clock.archive or all(since <= p for p in self.supplied[:1]):
            return self
        if since not in self._counting:
            known = [period for period in self.supplied if since <= period]
            self._counting[since] = replace(
                self,
                supplied=known,
                whole=self,
                _memories={},
                _counting={},
                _made={},
            )
        return self._counting[since]

    def for_term(self, clock: Clock) -> Self:
        """This view with a clock that differs in its term alone.

        What was computed of this one holds for it too, but for exposure in terms.
        """
        memories = {
            key: replace(of, exposure_terms=clock.terms(of.exposure_periods))
            for key, of in self._memories.items()
        }
        other = replace(self, clock=clock, _memories=memories, _counting={})
        vars(other).update(vars(self) | vars(other))  # with the cached properties
        return other

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` makes of this as-of: once, whatever the term."""
        if what not in self._made:
            self._made[what] = make()
        made: Made = self._made[what]
        return made

    @cached_property
    def groups(self) -> tuple[CrimeGroup, ...]:
        """The groups that can have incidents next: those that exist at the as-of.

        Former categories are among them at as-ofs when they were in use; with the
        user's own groups, the categories and kinds of calls that these are made of.
        """
        if self.own:
            return (*parts_of(self.own), *self.own)
        if not self.clock.archive:
            return tuple(GROUPS.values())
        every: list[Any] = [*GROUPS.values(), *FORMER_GROUPS.values()]
        existing = (group for group in every if group.exists_in(self.as_of))
        return tuple(group for group in existing if self.counting(group).supplied)

    @cached_property
    def alone(self) -> dict[str, CrimeGroup]:
        """The group of each category and kind of call by itself."""
        shipped = [*GROUPS.values(), *FORMER_GROUPS.values()]
        return {g.slug: g for g in (*shipped, *parts_of(self.own))}

    @cached_property
    def reported(self) -> dict[str, CrimeGroup]:
        """The groups with scores: those counted in three months of the year."""
        if self.own:
            return {group.slug: group for group in self.own}
        year = self.clock.year
        views = {g.slug: self.counting(g) for g in self.groups}
        return {
            g.slug: g
            for g in self.groups
            if g.slug in GROUPS
            and (
                views[g.slug] is self
                or len(views[g.slug].spans[year]) >= _AT_LEAST_OF_THE_YEAR
            )
        }

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each category in arrays over categories."""
        return {slug: row for row, slug in enumerate(self.panel.categories)}

    def rows_of(self, categories: Sequence[str]) -> list[int]:
        """The rows of those categories that the panel has."""
        return [self.row_of[slug] for slug in categories if slug in self.row_of]

    def of(self, values: Floats, categories: Sequence[str]) -> Floats:
        """The sum of the values of some categories, for each cell."""
        rows = self.rows_of(categories)
        if not rows:
            return np.zeros(values.shape[1:])
        first, *rest = (values[row] for row in rows)
        if not rest:  # most groups are one category: no copy
            return np.asarray(first)
        total = first + rest[0]
        for more in rest[1:]:
            total += more
        return np.asarray(total)

    @cached_property
    def ground(self) -> Ground:
        """The universe and its surroundings, which as-ofs with the same one share."""
        return self.panel.ground(self.inside)

    @property
    def cells(self) -> Cells:
        """The universe, sorted."""
        return self.ground.cells

    @property
    def areas_m2(self) -> Floats:
        """The area of each of them."""
        return self.ground.areas_m2

    @property
    def links(self) -> tuple[csr_array, ...]:
        """Which cells of the universe are one cell apart, and which are two."""
        return self.ground.links

    @cached_property
    def points(self) -> Floats:
        """How many points of each cell had any incident in three years.

        Published points are redrawn every few years, and then older ones are different
        points. For three years afterwards both kinds are counted, which says more than
        the few new ones that have appeared by then (docs/methods.md).
        """
        if self.whole is not None:
            return self.whole.points
        span = window(self.as_of, self.clock.points)
        recent = [period for period in span if period in self._known]
        return self.panel.points_within(recent)[self.inside]

    def parents(self, resolution: int) -> NDArray[np.int64]:
        """Each cell's parent at a coarser resolution, numbered from 0."""
        return self.ground.parents(resolution)

    def sums(self, weights: Sequence[Mapping[Any, float]]) -> Floats:
        """Counts summed under each set of weights: categories x cells x sets."""
        by_set = np.zeros((len(self.panel.periods), len(weights)))
        for i, weight in enumerate(weights):
            for period, value in weight.items():
                if (row := self.panel.row_of.get(period)) is not None:
                    by_set[row, i] = value
        return self.here(self.panel.weighted(by_set))

    def weighing(self, weights: Floats) -> Floats:
        """Counts summed under each column of weights (supplied periods x k).

        Returns categories x cells x k.
        """
        row_of = self.panel.row_of
        rows = np.array([row_of.get(period, -1) for period in self.supplied], dtype=int)
        stored = np.zeros((len(self.panel.periods), weights.shape[1]))
        stored[rows[rows >= 0]] = weights[rows >= 0]
        return self.here(self.panel.weighted(stored))

    @cached_property
    def ages(self) -> Integers:
        """How many periods before the as-of each supplied period is."""
        return np.array([self.as_of.since(p) for p in self.supplied], dtype=np.int64)

    def here(self, values: Floats) -> Floats:
        """Values of categories x the panel's cells, limited to the view's cells."""
        return values if self._everywhere else values[:, self.inside]

    @cached_property
    def _everywhere(self) -> bool:
        """Whether all cells of the panel are in the universe by now: often true."""
        return bool(self.inside.all())

    def memory(self, half_life_months: float, fading: bool = True) -> Memory:
        """All supplied periods, weighted by age.

        With `fading`, those on earlier map points have still less weight.
        """
        fading = fading and bool(self._faded)
        if (half_life_months, fading) not in self._memories:
            weight = {
                period: math.pow(
                    0.5, self.clock.age_months(self.as_of, period) / half_life_months
                )
                for period in self.supplied
            }
            if fading:
                weight |= {p: weight[p] * left for p, left in self._faded.items()}
            exposure_periods = sum(weight.values())
            sums = self.sums([weight])[:, :, 0]
            self.remember(half_life_months, sums, exposure_periods, fading)
        return self._memories[half_life_months, fading]

    def remember(
        self,
        half_life_months: float,
        sums: Floats,
        exposure_periods: float,
        fading: bool = False,
    ) -> None:
        """Keep a memory: sums of categories x cells, and their exposure."""
        rings = tuple(sparse_product(ring, sums.T).T for ring in self.links)
        self._memories[half_life_months, fading] = Memory(
            sums, exposure_periods, self.clock.terms(exposure_periods), rings
        )

    @cached_property
    def epoch(self) -> Period | None:
        """The first period of the as-of's geocoding epoch; None for the oldest."""
        return self.panel.epoch(self.as_of)

    @cached_property
    def _faded(self) -> dict[Period, float]:
        """What is left of the weight of periods of earlier geocoding epochs."""
        since = self.epoch
        if since is None:
            return {}
        months = sum(since <= period for period in self.supplied)
        return {p: math.pow(FADING, months) for p in self.supplied if p < since}

    def supplied_of(self, span: Sequence[Period]) -> list[Period]:
        """The supplied periods of a span: the exposure of a cell's count over it.

        Periods of an earlier geocoding epoch do not count: they had other map points.
        """
        since = self.epoch
        return [
            period
            for period in span
            if period in self._known and (since is None or since <= period)
        ]

    @cached_property
    def _known(self) -> frozenset[Period]:
        return frozenset(self.supplied)

    def terms_of(self, name: str) -> float:
        """How many forecast terms the supplied periods of a window make up."""
        return self.clock.terms(len(self.spans[name]))

    @cached_property
    def spans(self) -> dict[str, list[Period]]:
        """The supplied periods of each window, by name."""
        clock = self.clock
        spans = {name: window(self.as_of, n) for name, n in clock.windows.items()}
        length = clock.windows[clock.before]
        spans[f"prev_{clock.before}"] = window(self.as_of + -length, length)
        return {name: self.supplied_of(span) for name, span in spans.items()}

    @cached_property
    def windows(self) -> dict[str, Floats]:
        """Incidents in each window's supplied periods, by name: categories x cells."""
        sums = self.sums([dict.fromkeys(span, 1.0) for span in self.spans.values()])
        by_window = np.ascontiguousarray(sums.transpose(2, 0, 1))
        return dict(zip(self.spans, by_window, strict=True))

    @cached_property
    def year_harm(self) -> tuple[Floats, Floats]:
        """The year's harm, and that of its gravest incident: categories x cells."""
        year = self.spans[self.clock.year]
        return (
            self.here(self.panel.harm_within(year)),
            self.here(self.panel.gravest_within(year)),
        )

    @cached_property
    def steps(self) -> Floats:
        """Counts of those of the last twelve steps that were supplied whole.

        Categories x cells x k.
        """
        return self.sums([dict.fromkeys(step, 1.0) for step in self.whole_steps])

    @cached_property
    def whole_steps(self) -> list[list[Period]]:
        """The supplied periods of each of those steps."""
        length = self.clock.step
        ends = [self.as_of + -length * back for back in reversed(range(STEPS))]
        steps = [self.supplied_of(window(end, length)) for end in ends]
        return [step for step in steps if len(step) == length]

    @cached_property
    def totals(self) -> dict[Period, Floats]:
        """The force's incidents in each supplied period, by category, in all cells."""
        stored = dict(zip(self.panel.periods, self.panel.totals.T, strict=True))
        none = np.zeros(len(self.panel.categories))
        return {period: stored.get(period, none) for period in self.supplied}


def view_at(
    panel: Panel, supplied: Sequence[Period], as_of: Period, clock: Clock = MONTHS
) -> View:
    """The view of a panel at an as-of, over the periods that count as supplied."""
    known = [period for period in supplied if period <= as_of]
    return View(
        panel=panel,
        as_of=as_of,
        supplied=known,
        inside=panel.universe(as_of),
        clock=clock,
    )
