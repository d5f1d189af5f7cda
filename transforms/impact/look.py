"""A look at a programme: how its places did, in the time since it started."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.impact.before_after import BeforeAfter
from transforms.impact.estimate import Estimate, estimate
from transforms.impact.place_rows import PlaceRow
from transforms.impact.programme_counts import ProgrammeCounts
from transforms.impact.textbook_rows import TextbookRow, textbook_rows
from transforms.patrols.dosage import Dosage, dosage_of
from transforms.programmes.basis import Basis, basis_of, refuse_other_clock
from transforms.programmes.counted import Counted
from transforms.programmes.past import Past, apart
from transforms.programmes.past_days import MOST_WEEKS, WEEK_DAYS
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing
from transforms.programmes.sums import Sums
from transforms.programmes.usual import Usual, usual_of
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.clocks import Clock, Period
from transforms.reference.days import DAYS
from transforms.reference.forces import Force
from transforms.reference.months import window


MOST_MONTHS = 11
USUAL_MONTHS, USUAL_WEEKS = 3, 13


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a tracker says of a programme at the end of one month, or day."""

    programme: Programme
    standing: Standing
    force: Force
    periods: Sequence[Period]  # those that count, oldest first
    missing: Sequence[Period]  # of the window: not supplied, withheld, on new points
    places: Sums
    buffers: Sums
    past: Sequence[Past]
    usual: Usual | None
    rows: Sequence[PlaceRow]
    dosage: Dosage | None  # None where no log has a day of them
    changes: BeforeAfter | None  # None where no month before was supplied
    harm: Sequence[BeforeAfter]  # of each category that has any weight

    @property
    def estimate(self) -> Estimate | None:
        """The ratio with its interval; None where the past is too short to tell."""
        return estimate(self.places, self.usual) if self.usual else None

    @property
    def buffer_estimate(self) -> Estimate | None:
        """The same of the buffers, as if they were places of such lists."""
        if self.usual is None or not self.buffers.expected:
            return None
        return estimate(self.buffers, self.usual)

    @property
    def before(self) -> int | None:
        """Incidents at the places in as long a time up to the as-of, if known."""
        known = [row.before for row in self.rows if row.before is not None]
        return sum(known) if len(known) == len(self.rows) else None

    @cached_property
    def textbook(self) -> Sequence[TextbookRow]:
        """What the formulas of textbooks say; none where nothing is known before."""
        if self.changes is None:
            return []
        factor = self.usual.variance_factor if self.usual else None
        return textbook_rows(self.changes, self.harm, factor)

    @property
    def independent(self) -> int:
        """How many past lists have windows of their own."""
        return len(apart(self.past))


@dataclass(frozen=True, kw_only=True)
class Span:
    """The months or days that a look would count, and what they are counted in."""

    standing: Standing
    force: Force
    own: Counted
    periods: Sequence[Period]
    missing: Sequence[Period]
    length: int  # of the past lists that it is compared with


def span_of(
    home: Home,
    basis: Basis,
    programme: Programme,
    to: Period | None,
    window_length: int,
) -> Span:
    """What a look would count; `UsageError` where there is nothing to look at.

    `window_length` is in months, or in weeks of a force's own feed. Quick beside a look
    itself: to be asked before one is begun.
    """
    clock = basis.clock
    refuse_other_clock(home, programme)
    most = check_window(clock, window_length)
    standing = Register(home).standing(programme.id)
    first = _first_period(programme, standing)
    rule = programme.rule
    force = basis.force(rule.force)
    since = programme.as_of + (1 - most)
    own = basis.counted(rule.force, programme.group, programme.exclusions, since)
    last = _last_period(own, first, to, standing, clock)
    span: Sequence[Any] = [one for one in window(last, most) if one >= first]
    if clock is DAYS:
        span = _whole_weeks(programme, span)
    counting = [one for one in span if own.comparable(programme.as_of, [one])]
    if not counting:
        raise UsageError(
            f"{programme.id}: no {clock.period} from {span[0]} to {last} can be"
            " compared with its forecast: none was supplied, or the map points were"
            " renewed"
        )
    return Span(
        standing=standing,
        force=force,
        own=own,
        periods=counting,
        missing=[one for one in span if one not in counting],
        length=len(span) if clock is DAYS else len(counting),
    )


def window_in(clock: Clock, text: str | None) -> int:
    """The months of a window, or the weeks of a force's own feed, as a user writes it.

    `UsageError` for what is neither, or of the other kind of home.
    """
    weeks = clock is DAYS
    if text is None:
        return USUAL_WEEKS if weeks else USUAL_MONTHS
    match = re.fullmatch(r"([0-9]{1,3})w" if weeks else r"([0-9]{1,3})m?", text)
    if match is None:
        instead = (
            "this home counts weeks: write 13w" if weeks else "write months, such as 3"
        )
        raise UsageError(f"--window {text}: {instead}")
    return int(match[1])


def check_window(clock: Clock, window_length: int) -> int:
    """How many months, or days, so many months or weeks are; `UsageError` if wrong."""
    most, unit = (MOST_WEEKS, "weeks") if clock is DAYS else (MOST_MONTHS, "months")
    if not 0 < window_length <= most:
        raise UsageError(f"--window {window_length}: 1 to {most} {unit}")
    return window_length * (WEEK_DAYS if clock is DAYS else 1)


def _whole_weeks(programme: Programme, span: Sequence[Any]) -> Sequence[Any]:
    """The newest whole weeks of it: each weekday counts as often as another."""
    if len(span) < WEEK_DAYS:
        raise UsageError(
            f"nothing to track yet: {programme.id} has {len(span)} days to {span[-1]},"
            " and whole weeks count"
        )
    return span[len(span) % WEEK_DAYS :]


def look(
    home: Home, programme: Programme, to: Period | None, window_length: int
) -> Look:
    """Look at a programme at the end of a month or day; default: the newest supplied.

    `window_length` is in months, or in weeks of a force's own feed.
    """
    basis = basis_of(home, home.lake.pinned())
    span = span_of(home, basis, programme, to, window_length)
    past = _past(basis, programme, span)
    counts = ProgrammeCounts(programme, span.own, span.periods, span.standing)
    return Look(
        programme=programme,
        standing=span.standing,
        force=span.force,
        periods=span.periods,
        missing=span.missing,
        places=counts.places,
        buffers=counts.buffers,
        past=past,
        usual=usual_of(past, programme.rule.force),
        rows=counts.rows,
        dosage=_dosage(home, programme, span.periods),
        changes=counts.changes,
        harm=harm_changes(home, basis, programme, span),
    )


def harm_changes(
    home: Home, basis: Basis, programme: Programme, span: Span
) -> list[BeforeAfter]:
    """Before and after of each category of the group, as much as it weighs.

    Without drugs and weapons, which patrols find.
    """
    weights, group = home.scoring.harm, programme.group
    before = span.own.of_epoch(programme.as_of, len(span.periods))
    found = []
    for category in group.categories:
        if category in FOUND_BY_PATROLS or category not in weights.categories:
            continue
        points = basis.points(
            span.force.id,
            replace(group, categories=(category,)),
            programme.exclusions,
            [*before, *span.periods],
        )
        own = replace(span.own, points=points)
        changes = ProgrammeCounts(programme, own, span.periods, span.standing).changes
        if changes:
            weight = weights.weight(weights.categories[category])
            found.append(changes.weighed(weight))
    return found


def _dosage(
    home: Home, programme: Programme, periods: Sequence[Period]
) -> Dosage | None:
    """What patrols delivered in that time, if a log has any day of it."""
    first, last = periods[0].first_day, periods[-1].last_day
    try:
        return dosage_of(home, programme, first, last, None, None)
    except UsageError:
        return None


def _past(basis: Basis, programme: Programme, span: Span) -> list[Past]:
    """The past lists of that length: those known when it was frozen, and newer ones."""
    rule = programme.rule
    known = {
        (one.force, one.as_of): one
        for one in programme.past_lists
        if one.length == span.length
    }
    newer = basis.newer_past(rule, programme.exclusions, span.length, span.periods[-1])
    known |= {(one.force, one.as_of): one for one in newer}
    return [known[key] for key in sorted(known)]


def _first_period(programme: Programme, standing: Standing) -> Any:
    """The first whole month of the programme, or its first day."""
    if standing.starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    first = type(programme.as_of).of(standing.starts)
    return first if first.first_day == standing.starts else first + 1


def _last_period(
    own: Counted, first: Any, to: Any, standing: Standing, clock: Clock
) -> Any:
    newest: Any = max(own.periods, default=first + -1)
    if to and to > newest:
        raise UsageError(
            f"--to {to}: the newest {clock.period} that counts is {newest}"
        )
    last = to or newest
    if standing.ends:
        ended = type(first).of(standing.ends)
        of_it = ended if standing.ends == ended.last_day else ended + -1
        if to and to > of_it:
            raise UsageError(
                f"--to {to}: the programme ended on {standing.ends}, and its last whole"
                f" {clock.period} is {of_it}"
            )
        last = min(last, of_it)
    if last < first:
        raise UsageError(
            f"nothing to track yet: the first whole {clock.period} is {first}, and the"
            f" newest supplied is {newest}"
        )
    return last
