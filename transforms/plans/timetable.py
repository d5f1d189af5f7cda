"""When each visit of a shift begins: drawn by lot, so that nobody learns it.

A shift has more time than its visits take. What is left over is dealt out between them
by lot, on a grid of five minutes, and each round is gone forwards or backwards by lot.
The lot follows from the plan's id and the shift: the same plan is the same timetable.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from transforms.homes.patrol_settings import PatrolTable
from transforms.plans.distance import Spot, bearing, metres, shortest_m
from transforms.plans.rounds import shares, shortest_round
from transforms.plans.shifts import Shift
from transforms.trials.draw import Draw


GRID = timedelta(minutes=5)


@dataclass(frozen=True)
class Wanted:
    """A visit that a shift should make."""

    place: str
    rank: int  # of the place in its programme
    nth: int  # of the place's visits in the shift, from 1
    value: float
    spare: bool  # whether the place has its visits of the week without it


@dataclass(frozen=True)
class Visit:
    """A visit with its time."""

    wanted: Wanted
    shift: Shift
    unit: int  # from 1
    seq: int  # of the unit's visits, from 1
    starts: datetime  # UTC
    minutes: int

    @property
    def ends(self) -> datetime:
        """When the unit goes on."""
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Dropped:
    """A visit that there was no time for."""

    wanted: Wanted
    shift: Shift
    unit: int


@dataclass(frozen=True)
class Rules:
    """How long ways and visits take."""

    settings: PatrolTable

    def way_minutes(self, mode: str, distance_m: float) -> int:
        """How long it takes to get so far in a straight line, on streets: at most."""
        of = self.settings
        speeds = {"foot": of.walk_kmh, "cycle": of.cycle_kmh, "vehicle": of.drive_kmh}
        return math.ceil(60 * of.detour * distance_m / 1_000 / speeds[mode])

    def room(self, shift: Shift, spots: Sequence[Spot]) -> int:
        """How many visits a shift has time for at most, at places of those spots.

        As if every way were that between the two that are nearest to each other. A
        round goes to no place twice, so only the visit that a unit's next round begins
        with may be where the last one ended: it then has as many ways as visits, less
        one for each round.
        """
        most, visit = self.settings.max_visits_place_shift, self.settings.visit_minutes
        way = self.way_minutes(shift.mode, shortest_m(spots))
        with_ways = (shift.minutes + most * way) // (visit + way)
        of_unit = min(shift.minutes // visit, with_ways)
        return shift.units * of_unit


class Timetable:
    """The visits of shifts, put in one after the other, in order of time."""

    def __init__(self, plan_id: str, rules: Rules, spots: Mapping[str, Spot]) -> None:
        """Nothing yet; `spots` are where the places are."""
        self._key = sha256(plan_id.encode()).digest()
        self._rules = rules
        self._spots = spots
        self._last: dict[str, datetime] = {}  # the end of each place's newest visit
        self.visits: list[Visit] = []
        self.dropped: list[Dropped] = []

    def by_unit(self, shift: Shift, wanted: Sequence[Wanted]) -> list[list[Wanted]]:
        """The visits of a shift divided among its units, by their direction."""
        around = sorted(
            wanted,
            key=lambda one: (
                bearing(shift.base, self._spots[one.place]), one.rank, one.nth
            ),
        )  # fmt: skip
        return shares(around, shift.units)

    def add(
        self, shift: Shift, wanted: Sequence[Sequence[Wanted]]
    ) -> list[list[Wanted]]:
        """Put in the visits of each unit of a shift: those that it had time for.

        Others are dropped, those of least value first.
        """
        draw = Draw(self._key + shift.key.encode())
        backwards = bool(draw.below(2))
        made = []
        for unit, own in enumerate(wanted, start=1):
            kept = self.at_most(shift, own)
            while (times := self._earliest(shift, kept, backwards)) is None:
                kept = _best(kept, len(kept) - 1)
            out = sorted(set(own) - set(kept), key=_value)
            self.dropped += [Dropped(one, shift, unit) for one in out]
            self._place(shift, unit, times, draw)
            made.append(kept)
        return made

    def at_most(self, shift: Shift, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Those of a unit's visits that fill its minutes without any way: no more."""
        most = shift.minutes // self._rules.settings.visit_minutes
        return _best(wanted, min(most, len(wanted)))

    def _earliest(
        self, shift: Shift, wanted: Sequence[Wanted], backwards: bool
    ) -> list[tuple[Wanted, datetime]] | None:
        """The visits in their order, each as early as can be; None if that is too late.

        The ways between places count to what a unit has for places; those from the base
        and back only have to fit into its shift.
        """
        visit = timedelta(minutes=self._rules.settings.visit_minutes)
        last, at, now = dict(self._last), shift.base, shift.starts
        found: list[tuple[Wanted, datetime]] = []
        on_the_way = timedelta()
        for one in self._in_order(shift, wanted, backwards):
            spot = self._spots[one.place]
            way = self._way(shift, at, spot)
            if found:
                on_the_way += way
            now = max(now + way, self._free_from(one.place, last, now))
            now = _on_grid(now)
            found.append((one, now))
            at, now = spot, now + visit
            last[one.place] = now
        in_time = now + self._way(shift, at, shift.base) <= shift.ends
        busy = visit * len(found) + on_the_way
        fits = busy <= timedelta(minutes=shift.minutes)
        return found if in_time and fits else None

    def _in_order(
        self, shift: Shift, wanted: Sequence[Wanted], backwards: bool
    ) -> Iterator[Wanted]:
        """The first visits of a round, then the second ones, then the third."""
        for nth in sorted({one.nth for one in wanted}):
            of_round = [one for one in wanted if one.nth == nth]
            spots = [self._spots[one.place] for one in of_round]
            order = shortest_round(shift.base, spots)
            yield from (of_round[at] for at in (order[::-1] if backwards else order))

    def _way(self, shift: Shift, start: Spot, end: Spot) -> timedelta:
        minutes = self._rules.way_minutes(shift.mode, metres(start, end))
        return timedelta(minutes=minutes)

    def _free_from(
        self, place: str, last: Mapping[str, datetime], otherwise: datetime
    ) -> datetime:
        gap = timedelta(minutes=self._rules.settings.min_gap_minutes)
        return last[place] + gap if place in last else otherwise

    def _place(
        self,
        shift: Shift,
        unit: int,
        times: Sequence[tuple[Wanted, datetime]],
        draw: Draw,
    ) -> None:
        """Deal out by lot the time that is left, and put the visits in."""
        if not times:
            return
        minutes = self._rules.settings.visit_minutes
        one, latest = times[-1]
        back = self._way(shift, self._spots[one.place], shift.base)
        left = shift.ends - back - latest - timedelta(minutes=minutes)
        steps = int(left / GRID)
        later = sorted(draw.below(steps + 1) for _ in times)
        for seq, ((wanted, earliest), wait) in enumerate(
            zip(times, later, strict=True), start=1
        ):
            visit = Visit(wanted, shift, unit, seq, earliest + GRID * wait, minutes)
            self.visits.append(visit)
            self._last[wanted.place] = visit.ends


def _value(one: Wanted) -> tuple[bool, float, int, int]:
    """What decides which visits are dropped first: no two of a shift are alike."""
    return not one.spare, one.value, -one.rank, one.nth


def _best(wanted: Sequence[Wanted], number: int) -> list[Wanted]:
    """So many of the best, in their order."""
    kept = set(sorted(wanted, key=_value)[len(wanted) - number :])
    return [one for one in wanted if one in kept]


def _on_grid(moment: datetime) -> datetime:
    """The first moment of the grid that is not earlier."""
    seconds, grid_s = moment.timestamp(), GRID.total_seconds()
    return datetime.fromtimestamp(math.ceil(seconds / grid_s) * grid_s, UTC)
