"""The design of a trial: all that is decided before its first day, sealed with a seed.

The schedule follows from the design and the seed. A seed is 32 random bytes; the hash
of the design and the seed, the commitment, is given out before the first day, and
the seed after the last: from then on anyone can see that no day was swapped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from transforms.programmes.programme import canonical
from transforms.reference.arrays import Mask
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.trials.schedule import (
    WEEK_DAYS,
    Stratum,
    by_day,
    parallel,
    simple,
    weekly,
)


PARALLEL, SIMPLE, WEEKLY = "parallel", "simple", "weekly"
KINDS = (WEEKLY, SIMPLE, PARALLEL)
APART = "+"  # between the places of a unit that are in contact


@dataclass(frozen=True)
class Design:
    """What was decided, as the content of `design.json`."""

    content: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return str(self.content["kind"])

    @property
    def is_crossover(self) -> bool:
        """Whether each place has days with and days without patrol."""
        return self.kind != PARALLEL

    @property
    def programme(self) -> str:
        """The id of the programme whose places are drawn from."""
        return str(self.content["programme"])

    @property
    def trial_id(self) -> str:
        """Its kind and the start of its hash."""
        digest = sha256(canonical(self.content).encode()).hexdigest()
        return f"{self.kind}-{digest[:12]}"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """All places, by rank."""
        return tuple(self.content["places"])

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Of a parallel trial: what is drawn from, two by two."""
        return [(one, other) for one, other in self.content["pairs"]]

    @cached_property
    def strata(self) -> list[Stratum]:
        """Of a simple trial: places of neighbouring rank, and how many a day."""
        return [
            Stratum(tuple(stratum["places"]), int(stratum["treated"]))
            for stratum in self.content["strata"]
        ]

    @cached_property
    def own(self) -> dict[str, CrimeGroup]:
        """Outcomes that are crime groups of the user's own, as they were then."""
        return {
            slug: CrimeGroup(slug, one["label"], "", tuple(one["categories"]), ())
            for slug, one in self.content.get("groups", {}).items()
        }

    def group(self, outcome: str) -> CrimeGroup:
        """The crime group that an outcome is."""
        return self.own.get(outcome) or GROUPS[outcome]

    @property
    def first_day(self) -> date:
        """Its first day."""
        named = "first_monday" if self.is_crossover else "first_day"
        return date.fromisoformat(self.content[named])

    @property
    def last_day(self) -> date:
        """Its last day."""
        if self.is_crossover:
            return self.first_day + timedelta(weeks=self.content["weeks"], days=-1)
        return date.fromisoformat(self.content["last_day"])

    @property
    def days(self) -> list[date]:
        """All its days."""
        number = (self.last_day - self.first_day).days + 1
        return [self.first_day + timedelta(days=day) for day in range(number)]

    @property
    def mondays(self) -> list[date]:
        """The Mondays of the weeks that it has days in."""
        first = self.first_day - timedelta(days=self.first_day.weekday())
        number = (self.last_day - first).days // WEEK_DAYS + 1
        return [first + timedelta(weeks=week) for week in range(number)]

    def commitment(self, seed: bytes) -> str:
        """The hash that is given out before: of the design, a line break, the seed."""
        text = f"{canonical(self.content)}\n{seed.hex()}"
        return sha256(text.encode()).hexdigest()

    def week(self, monday: date, key: bytes) -> dict[date, list[str]]:
        """The places that are patrolled on each day of a week of the trial."""
        if self.kind == WEEKLY:
            rows = weekly(
                self.places,
                self.content["days_per_week"],
                self.content["capacity"],
                monday,
                key,
            )
            return dict(by_day(monday, rows))
        span = [monday + timedelta(days=day) for day in range(WEEK_DAYS)]
        within = [day for day in span if self.first_day <= day <= self.last_day]
        if self.kind == SIMPLE:
            return {day: simple(self.strata, day, key) for day in within}
        return dict.fromkeys(within, self.patrolled(key))

    def patrolled(self, key: bytes) -> list[str]:
        """Of a parallel trial: the places that are patrolled, by rank."""
        drawn = [*parallel(self.pairs, key), *self.content["alone"]]
        chosen = {place for unit in drawn for place in unit.split(APART)}
        return [place for place in self.places if place in chosen]

    def assigned(self, days: Sequence[date], key: bytes) -> Mask:
        """Of a crossover: which place (row) is patrolled on which day (column)."""
        row = {place: number for number, place in enumerate(self.places)}
        column = {day: number for number, day in enumerate(days)}
        found = np.zeros((len(row), len(column)), dtype=bool)
        for monday in self.mondays:
            if any(monday + timedelta(days=day) in column for day in range(WEEK_DAYS)):
                for day, places in self.week(monday, key).items():
                    if day in column:
                        found[[row[place] for place in places], column[day]] = True
        return found
