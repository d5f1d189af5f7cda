"""Who is patrolled when: the three kinds of draw.

`parallel`: of each two places of neighbouring rank, one for the whole trial. `simple`:
each day anew, some of each stratum. `weekly`: each place on the same number of days in
each week, and each weekday with the number of places that the rota can reach.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transforms.trials.draw import Draw


WEEK_DAYS = 7
TRADES = 5  # for each place: enough that no trace of the start is left


@dataclass(frozen=True)
class Stratum:
    """Places drawn from together, and how many of them are patrolled a day."""

    places: tuple[str, ...]
    treated: int


def parallel(pairs: Sequence[tuple[str, str]], key: bytes) -> list[str]:
    """The one of each pair that is patrolled."""
    draw = Draw(key + b":parallel")
    return [pair[draw.below(2)] for pair in pairs]


def simple(strata: Sequence[Stratum], day: date, key: bytes) -> list[str]:
    """The places that are patrolled on a day."""
    draw = Draw(key + f":{day}".encode())
    return [
        place
        for stratum in strata
        for place in draw.shuffled(stratum.places)[: stratum.treated]
    ]


def weekly(
    places: Sequence[str], days: int, capacity: Sequence[int], monday: date, key: bytes
) -> dict[str, list[int]]:
    """The weekdays on which each place is patrolled in a week; Monday is 0.

    Each place has `days` of them, and each weekday `capacity` places. From one such
    table, days are traded between places at random, which leaves both sums as they are
    (Strona et al. 2014); then the rows are dealt to the places.
    """
    rows = _filled(len(places), days, capacity)
    draw = Draw(key + f":{monday}".encode())
    for _ in range(TRADES * len(rows)):
        first = draw.below(len(rows))
        other = draw.below(len(rows) - 1)
        _trade(rows, first, other + (other >= first), draw)
    dealt = draw.shuffled(rows)
    return {place: sorted(row) for place, row in zip(places, dealt, strict=True)}


def _filled(number: int, days: int, capacity: Sequence[int]) -> list[set[int]]:
    """A table with those sums: each place takes the days with most room left."""
    left = list(capacity)
    rows = []
    for _ in range(number):
        row = sorted(range(WEEK_DAYS), key=lambda day: (-left[day], day))[:days]
        for day in row:
            left[day] -= 1
        rows.append(set(row))
    return rows


def _trade(rows: list[set[int]], first: int, other: int, draw: Draw) -> None:
    """Deal the days that only one of two places has to the two, each as many as now."""
    both = rows[first] & rows[other]
    pool = draw.shuffled(sorted(rows[first] ^ rows[other]))
    own = len(rows[first]) - len(both)
    rows[first] = both | set(pool[:own])
    rows[other] = both | set(pool[own:])


def weeks(first_monday: date, number: int) -> list[date]:
    """The Mondays of so many weeks."""
    return [first_monday + timedelta(weeks=week) for week in range(number)]


def by_day(
    monday: date, weekdays: Mapping[str, Sequence[int]]
) -> Iterator[tuple[date, list[str]]]:
    """The days of a week, and the places that are patrolled on each."""
    for number in range(WEEK_DAYS):
        treated = [place for place, days in weekdays.items() if number in days]
        yield monday + timedelta(days=number), treated
