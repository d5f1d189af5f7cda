"""Past lists of a force's own feed: the programme's rule in each week of two years.

Each is chosen from what was known on its day, by the method of the programme. The force
is alone: nothing is learned from others.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.programmes.force_records import ForceRecords
from transforms.programmes.past import Past
from transforms.programmes.points import GroupPoints
from transforms.programmes.rule import Candidates, Rule, choose
from transforms.programmes.sums import sums_of
from transforms.reference.arrays import Cells, Integers
from transforms.reference.clocks import Period
from transforms.reference.days import DAYS, Day
from transforms.reference.exclusions import Exclusion
from transforms.reference.months import month_range, window
from transforms.reference.score_settings import Scoring
from transforms.scores.days.view import day_views, views_then
from transforms.scores.inputs import unscorable
from transforms.scores.methods import Method
from transforms.scores.methods.expectation import side_by_side
from transforms.scores.table.rows import GroupScores
from transforms.scores.view import View


WEEK_DAYS = 7
MOST_WEEKS = 26  # that a list is followed for
ORIGINS = 104  # weeks before the as-of at which lists are chosen: each season twice
SUPPLIED_SHARE = 0.8  # of the days of a window; the others count on neither side
# Of the days of a year that the list itself knew. A list that knew far fewer is chosen
# more by chance, and falls by more: it says nothing of this one.
KNOWN_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class QuietWeeks:
    """Where past lists are looked for: the weeks in which nothing started."""

    records: ForceRecords
    method: Method
    exclusions: Sequence[Exclusion]
    busy: Collection[tuple[str, Period]]  # days on which a programme ran
    until: Day  # nothing later is looked at
    weeks: int = ORIGINS  # before that day

    def lists(self, rule: Rule) -> Iterator[Past]:
        """How lists of the rule did over each number of weeks after each past as-of.

        None where the rule finds under half its places.
        """
        since = self.until + -WEEK_DAYS * (self.weeks + MOST_WEEKS)
        group = self.records.group(rule.group)
        points = self.records.counted(group, self.exclusions, since).points
        for view in self._views():
            as_of = Day.parse(str(view.as_of))
            scored = candidates_of(view, self.method, rule, self.records.scoring)
            places = choose(scored, rule)
            if len(places) * 2 < rule.top:
                continue
            at_places = np.zeros(len(scored.cells), dtype=bool)
            at_places[np.concatenate(places)] = True
            before, after = _by_week(points, scored.cells, as_of)
            for weeks in self._quiet(as_of):
                length = WEEK_DAYS * weeks
                exposure = len(self._supplied.intersection(_after(as_of, weeks)))
                level = scored.level_month * (exposure / DAYS.periods_a_month)
                earlier = self._supplied.issuperset(window(as_of, length))
                seen = before[at_places, -weeks:].sum() if earlier else None
                observed = after[:, :weeks].sum(axis=1)
                yield Past(
                    force=rule.force,
                    as_of=str(as_of),
                    length=length,
                    sums=sums_of(at_places, observed, level),
                    before=None if seen is None else float(seen),
                )

    def _views(self) -> Iterator[View]:
        """The force at each as-of with a quiet week after it, as known then."""
        known = self.records
        weeks = range(self.weeks, 0, -1)
        days = [self.until + -WEEK_DAYS * week for week in weeks]
        days = [
            day
            for day in days
            if unscorable(known.supplied, day, DAYS) is None
            and self._knows_enough(day)
            and self._quiet(day)
        ]
        if known.say_when_recorded:
            return views_then(
                lambda day: known.known_by(day).panel,
                known.supplied,
                days,
                DAYS,
                known.own,
            )
        return day_views(known.panel, known.supplied, days, DAYS, known.own)

    @cached_property
    def _supplied(self) -> set[Day]:
        return set(self.records.supplied)

    @cached_property
    def _known_days(self) -> int:
        """How many days of a year the newest list knows."""
        return self._days_of_year(self.until)

    def _days_of_year(self, as_of: Day) -> int:
        return len(self._supplied.intersection(window(as_of, DAYS.windows[DAYS.year])))

    def _knows_enough(self, as_of: Day) -> bool:
        """Whether a list of that day is chosen from a past like that of the newest."""
        return self._days_of_year(as_of) >= KNOWN_SHARE * self._known_days

    def _quiet(self, as_of: Day) -> list[int]:
        """Over how many weeks after an as-of a list can be followed."""
        force = self.records.force
        found = []
        for weeks in range(1, MOST_WEEKS + 1):
            span = _after(as_of, weeks)
            if span[-1] > self.until or any((force, day) in self.busy for day in span):
                break
            if len(self._supplied.intersection(span)) >= SUPPLIED_SHARE * len(span):
                found.append(weeks)
        return found


def _after(as_of: Day, weeks: int) -> list[Day]:
    return month_range(as_of + 1, as_of + WEEK_DAYS * weeks)


def candidates_of(
    view: View, method: Method, rule: Rule, scoring: Scoring
) -> Candidates:
    """The cells of a view that a publication would have, as a rule chooses of them."""
    expected = method.expect(view)
    slugs = list(view.reported)
    scores = GroupScores(view, side_by_side([expected[slug] for slug in slugs]))
    row = slugs.index(rule.group)
    kept = scores.kept[row]
    year = scores.windows(DAYS.year)[row]
    spots: list[str | None] = [None] * int(kept.sum())
    if rule.ranks:
        named = scores.hotspots(rule.force, {}, scoring.hotspots)[rule.group]
        of_cell = {cell: name for name, found in named.items() for cell in found}
        spots = [of_cell.get(cell) for cell in view.cells[kept].tolist()]
    return Candidates(
        cells=view.cells[kept],
        score=scores.expected.mean[row][kept],
        level_month=scores.expected.usual[row][kept] * DAYS.periods_a_month,
        n_12m=year[kept].astype(np.int64),
        hotspots=spots,
        universe_cells=len(view.cells),
    )


def _by_week(
    points: GroupPoints, among: Cells, as_of: Day
) -> tuple[Integers, Integers]:
    """Incidents of sorted cells in each week to an as-of, and in each after it."""
    number = np.array([Day.parse(str(day)).number for day in points.periods])
    week = (number[points.period] - as_of.number - 1) // WEEK_DAYS + MOST_WEEKS
    at = np.minimum(np.searchsorted(among, points.cells), len(among) - 1)
    inside = (among[at] == points.cells) & (week >= 0) & (week < 2 * MOST_WEEKS)
    slot = at[inside] * 2 * MOST_WEEKS + week[inside]
    sums = np.zeros(len(among) * 2 * MOST_WEEKS, dtype=np.int64)
    np.add.at(sums, slot, points.incidents[inside])
    by_cell = sums.reshape(len(among), 2 * MOST_WEEKS)
    return by_cell[:, :MOST_WEEKS], by_cell[:, MOST_WEEKS:]
