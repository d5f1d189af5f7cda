"""Twins of plans: every way to share out visits, every order, each rule looked at."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, permutations, product

from transforms.homes.patrol_settings import PatrolTable
from transforms.plans.distance import Spot
from transforms.plans.plan import Plan
from transforms.plans.shifts import Shift
from transforms.plans.timetable import Rules
from transforms.reference.days import LONDON


Counts = Sequence[Sequence[int]]  # of a place (row) in each shift (column)


def worth(values: Sequence[Sequence[float]], counts: Counts) -> float:
    """What those visits are worth: 1, 1/2 and 1/3 of a place's value in a shift."""
    total = 0.0
    for of_place, visits in zip(values, counts, strict=True):
        for value, number in zip(of_place, visits, strict=True):
            for nth in range(1, number + 1):
                total += value / nth
    return total


def best_worth(
    values: Sequence[Sequence[float]],
    allowed: Sequence[Sequence[bool]],
    room: Sequence[int],
    most: int,
    least: Sequence[int],
) -> float | None:
    """The most that any sharing out is worth; None where none has what it must."""
    places, shifts = len(values), len(room)
    choices = [
        range(most + 1 if allowed[place][shift] else 1)
        for place in range(places)
        for shift in range(shifts)
    ]
    best = None
    for flat in product(*choices):
        counts = [flat[at * shifts : (at + 1) * shifts] for at in range(places)]
        if any(sum(row[s] for row in counts) > room[s] for s in range(shifts)):
            continue
        if any(sum(counts[p]) < least[p] for p in range(places)):
            continue
        found = worth(values, counts)
        best = found if best is None else max(best, found)
    return best


def kilometres(one: Spot, other: Spot) -> float:
    """The distance by the law of cosines, not by haversines."""
    a, b = math.radians(one.lat), math.radians(other.lat)
    turn = math.radians(other.lon - one.lon)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return 6371.0088 * math.acos(min(1.0, cosine))


def round_km(base: Spot, spots: Sequence[Spot], order: Sequence[int]) -> float:
    """How long a round from the base and back is."""
    stops = [base, *(spots[at] for at in order), base]
    return sum(kilometres(one, other) for one, other in pairwise(stops))


def shortest_km(base: Spot, spots: Sequence[Spot]) -> float:
    """The shortest of all rounds."""
    return min(
        round_km(base, spots, order) for order in permutations(range(len(spots)))
    )


def most_visits(rules: Rules, shift: Shift, spots: Sequence[Spot]) -> int:
    """The most visits that a unit has minutes for, of all rounds that it can go."""
    settings = rules.settings
    rounds = [
        order
        for number in range(len(spots) + 1)
        for order in permutations(spots, number)
    ]
    # where a round ends decides what follows, so only the quickest to each is kept
    quickest: dict[tuple[Spot | None, int], float] = {(None, 0): 0.0}
    for _ in range(settings.max_visits_place_shift):
        after = dict(quickest)
        for (at, made), minutes in quickest.items():
            for order in rounds:
                stops = [*([at] if at else []), *order]
                ways = sum(
                    math.ceil(_way_minutes(settings, shift.mode, one, other))
                    for one, other in pairwise(stops)
                )
                visits = made + len(order)
                key = (order[-1] if order else at), visits
                took = minutes + ways + settings.visit_minutes * len(order)
                after[key] = min(took, after.get(key, math.inf))
        quickest = after
    return max(made for (_, made), took in quickest.items() if took <= shift.minutes)


def broken_rules(plan: Plan) -> Iterator[str]:
    """The rules that a plan breaks: none."""
    yield from _of_places(plan)
    for shift, unit, visits in plan.units:
        where = f"{shift.key} unit {unit}"
        before, now, on_the_way = shift.base, shift.starts, 0.0
        for visit in visits:
            spot = plan.asked.spots[visit.wanted.place]
            way = _way_minutes(plan.settings, shift.mode, before, spot)
            if visit.starts < now + timedelta(minutes=way):
                yield f"{where}: no time to get to visit {visit.seq}"
            if visit.starts.minute % 5 or visit.starts.second:
                yield f"{where}: not on the grid"
            if visit.minutes != plan.settings.visit_minutes:
                yield f"{where}: a visit of {visit.minutes} minutes"
            on_the_way += way if visit.seq > 1 else 0
            before, now = spot, visit.ends
        way = _way_minutes(plan.settings, shift.mode, before, shift.base)
        if visits and now + timedelta(minutes=way) > shift.ends:
            yield f"{where}: back too late"
        if sum(visit.minutes for visit in visits) + on_the_way > shift.minutes:
            yield f"{where}: more than its minutes"
        if [visit.seq for visit in visits] != list(range(1, len(visits) + 1)):
            yield f"{where}: visits are not numbered"


def _way_minutes(settings: PatrolTable, mode: str, one: Spot, other: Spot) -> float:
    speed = {
        "foot": settings.walk_kmh,
        "cycle": settings.cycle_kmh,
        "vehicle": settings.drive_kmh,
    }[mode]
    # two formulas of a short way differ in the last digits
    return max(0.0, 60 * settings.detour * kilometres(one, other) / speed - 0.01)


def _of_places(plan: Plan) -> Iterator[str]:
    """Those about one place over all units and shifts."""
    settings = plan.settings
    gap = timedelta(minutes=settings.min_gap_minutes)
    by_place: dict[str, list[int]] = {}
    for at, visit in enumerate(plan.visits):
        by_place.setdefault(visit.wanted.place, []).append(at)
    for place, rows in by_place.items():
        visits = sorted((plan.visits[at] for at in rows), key=lambda one: one.starts)
        for one, after in pairwise(visits):
            if after.starts < one.ends + gap:
                yield f"{place}: visits too close"
        for key, number in Counter(visit.shift.key for visit in visits).items():
            if number > settings.max_visits_place_shift:
                yield f"{place}: {number} visits in {key}"
    for visit in plan.visits:
        if visit.wanted.place not in plan.asked.allowed[visit.shift.key]:
            yield f"{visit.wanted.place}: not a place of {visit.shift.key}"
    yield from _of_weeks(plan)


def _of_weeks(plan: Plan) -> Iterator[str]:
    """Each place has its visits of a week, unless there was no time and it is told."""
    dropped = Counter(
        (one.shift.day.isocalendar()[:2], one.wanted.place) for one in plan.dropped
    )
    told = set(plan.short)
    reached: Mapping[tuple[tuple[int, int], str], int] = Counter(
        (visit.shift.day.isocalendar()[:2], visit.wanted.place) for visit in plan.visits
    )
    for shift in plan.asked.shifts:
        week = shift.day.isocalendar()[:2]
        for place in plan.asked.allowed[shift.key]:
            number = reached[week, place]
            if number < plan.settings.min_visits_place_week:
                if (week, place) not in told:
                    yield f"{place}: {number} visits in {week}, not told"
                if not dropped[week, place]:
                    yield f"{place}: {number} visits in {week}, none dropped"


def expected_in_shift(
    level_month: float,
    moments: Sequence[datetime],
    of_all: Sequence[datetime],
    starts: datetime,
    ends: datetime,
) -> float:
    """Incidents expected at a place in a shift, minute by minute.

    `moments` are those of its incidents, `of_all` of all places': 100 of these count
    beside its own.
    """

    def hour(moment: datetime) -> tuple[int, int]:
        shown = moment.astimezone(LONDON)
        return shown.weekday(), shown.hour

    own, every = Counter(map(hour, moments)), Counter(map(hour, of_all))
    total, minutes = 0.0, int((ends - starts) / timedelta(minutes=1))
    for minute in range(minutes):
        at = hour(starts + timedelta(minutes=minute))
        share = (own[at] + 100 * every[at] / len(of_all)) / (len(moments) + 100)
        total += share / 60
    return level_month * 7 * 24 / 730 * total
