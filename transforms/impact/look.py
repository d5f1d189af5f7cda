"""A look at a programme: how its places did, in the months since it started."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.impact.before_after import BeforeAfter
from transforms.impact.estimate import Estimate, estimate
from transforms.impact.place_rows import PlaceRow
from transforms.impact.programme_counts import ProgrammeCounts
from transforms.impact.textbook_rows import TextbookRow, textbook_rows
from transforms.incidents.lake_check import stored_forces
from transforms.lake.lake import Lake
from transforms.patrols.dosage import Dosage, dosage_of
from transforms.programmes.counted import Counted, counted
from transforms.programmes.past import Past, apart
from transforms.programmes.past_lists import QuietPast
from transforms.programmes.points import group_points
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing, busy_months
from transforms.programmes.sums import Sums
from transforms.programmes.usual import Usual, usual_of
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window


MOST_MONTHS = 11


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a tracker says of a programme at one month."""

    programme: Programme
    standing: Standing
    force: Force
    months: Sequence[Month]  # those that count, oldest first
    missing: Sequence[Month]  # of the window: not supplied, withheld, or on new points
    places: Sums
    buffers: Sums
    past: Sequence[Past]
    usual: Usual | None
    rows: Sequence[PlaceRow]
    dosage: Dosage | None  # None where no log has a day of those months
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
        """Incidents at the places in as many months up to the as-of, if known."""
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
    """The months that a look would count, and what they are counted in."""

    standing: Standing
    force: Force
    own: Counted
    months: Sequence[Month]
    missing: Sequence[Month]


def span_of(
    home: Home, lake: Lake, programme: Programme, to: Month | None, window_months: int
) -> Span:
    """The months of a look; `UsageError` where there is nothing to look at.

    Quick beside a look itself: to be asked before one is begun.
    """
    if not 0 < window_months <= MOST_MONTHS:
        raise UsageError(f"--window {window_months}: 1 to {MOST_MONTHS} months")
    standing = Register(home).standing(programme.id)
    first = _first_month(programme, standing)
    rule = programme.rule
    force = force_of(home, rule.force)
    since = programme.as_of + (1 - window_months)
    own = counted(lake, force, rule.group, programme.exclusions, since)
    last = _last_month(own, first, to, standing)
    span = [month for month in window(last, window_months) if month >= first]
    counting = [month for month in span if own.comparable(programme.as_of, [month])]
    if not counting:
        raise UsageError(
            f"{programme.id}: no month from {span[0]} to {last} can be compared with"
            " its forecast: none was supplied, or the map points were renewed"
        )
    return Span(
        standing=standing,
        force=force,
        own=own,
        months=counting,
        missing=[month for month in span if month not in counting],
    )


def look(
    home: Home, programme: Programme, to: Month | None, window_months: int
) -> Look:
    """Look at a programme at the end of a month; default: the newest supplied."""
    lake = home.lake.pinned()
    span = span_of(home, lake, programme, to, window_months)
    past = _past(home, lake, programme, span.months)
    counts = ProgrammeCounts(programme, span.own, span.months, span.standing)
    return Look(
        programme=programme,
        standing=span.standing,
        force=span.force,
        months=span.months,
        missing=span.missing,
        places=counts.places,
        buffers=counts.buffers,
        past=past,
        usual=usual_of(past, programme.rule.force),
        rows=counts.rows,
        dosage=_dosage(home, programme, span.months),
        changes=counts.changes,
        harm=harm_changes(home, lake, programme, span),
    )


def harm_changes(
    home: Home, lake: Lake, programme: Programme, span: Span
) -> list[BeforeAfter]:
    """Before and after of each category of the group, as much as it weighs.

    Without drugs and weapons, which patrols find.
    """
    weights, group = home.scoring.harm, GROUPS[programme.rule.group]
    before = span.own.of_epoch(programme.as_of, len(span.months))
    files = [
        file
        for file in lake.files("incidents", span.force.id)
        if Month.parse(file.partition["month"]) in {*before, *span.months}
    ]
    found = []
    for category in group.categories:
        if category in FOUND_BY_PATROLS or category not in weights.categories:
            continue
        points = group_points(
            files,
            programme.exclusions,
            span.force.id,
            replace(group, categories=(category,)),
        )
        own = replace(span.own, points=points)
        changes = ProgrammeCounts(programme, own, span.months, span.standing).changes
        if changes:
            weight = weights.weight(weights.categories[category])
            found.append(changes.weighed(weight))
    return found


def _dosage(home: Home, programme: Programme, months: Sequence[Month]) -> Dosage | None:
    """What patrols delivered in some months, if a log has any day of them."""
    first, last = months[0].first_day, months[-1].last_day
    try:
        return dosage_of(home, programme, first, last, None, None)
    except UsageError:
        return None


def _past(
    home: Home, lake: Lake, programme: Programme, months: Sequence[Month]
) -> list[Past]:
    """The past lists of that length: those known when it was frozen, and newer ones."""
    rule = programme.rule
    known = {
        (one.force, one.as_of): one
        for one in programme.past_lists
        if one.months == len(months)
    }
    newer = QuietPast(
        lake=lake,
        forces=home.registry,
        lengths=[len(months)],
        exclusions=programme.exclusions,
        busy=busy_months(home, rule.group),
        until=months[-1],
    )
    known |= {(one.force, one.as_of): one for one in newer.lists(rule)}
    return [known[key] for key in sorted(known)]


def _first_month(programme: Programme, standing: Standing) -> Month:
    """The first whole month of the programme."""
    if standing.starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    starts = standing.starts
    month = Month(starts.year, starts.month)
    return month if starts.day == 1 else month + 1


def _last_month(
    own: Counted, first: Month, to: Month | None, standing: Standing
) -> Month:
    newest = max(own.months, default=first + -1)
    if to and to > newest:
        raise UsageError(f"--to {to}: the newest month that counts is {newest}")
    last = to or newest
    if standing.ends:
        ended = Month(standing.ends.year, standing.ends.month)
        of_it = ended if standing.ends == ended.last_day else ended + -1
        if to and to > of_it:
            raise UsageError(
                f"--to {to}: the programme ended on {standing.ends}, and its last whole"
                f" month is {of_it}"
            )
        last = min(last, of_it)
    if last < first:
        raise UsageError(
            f"nothing to track yet: the first whole month is {first}, and the newest"
            f" supplied is {newest}"
        )
    return last


def force_of(home: Home, name: str) -> Force:
    """A force of the lake; `ForceError` where there is nothing of it."""
    for force in stored_forces(home.lake, home.registry):
        if force.id == name:
            return force
    raise ForceError(f"{name}: the lake has nothing of it")
