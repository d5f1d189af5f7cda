"""Incidents at each place by hour of the week, from a force's own feed.

Records stay in their home; what leaves it are sums by place and hour.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.incidents.scored import scored_incidents
from transforms.programmes.programme import Programme
from transforms.records.homes import ForceHome
from transforms.records.ledger import drops, newest_day, supplied
from transforms.records.live import live_records
from transforms.records.parted import parted
from transforms.reference import cells
from transforms.reference.arrays import Floats
from transforms.reference.days import Day
from transforms.restricted import Restricted
from transforms.scores.timing.hours import (
    WINDOW_DAYS,
    of_the_year,
    spread_records,
    with_hours,
)
from transforms.scores.timing.week import WEEK_HOURS


_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class PlaceHours:
    """Incidents of each place by hour of the week, from Monday 00:00 on the clock."""

    last: date  # of 365 days
    days: int  # of these, that were supplied
    by_category: Mapping[str, Mapping[str, int]]  # incidents of each place
    weights: Mapping[str, Floats]  # (168,), by place


def place_hours(
    feed: ForceHome, programme: Programme, doing: str, until: date | None = None
) -> PlaceHours:
    """The hours of a programme's group at its places in the newest 365 days.

    Those days are up to `until`, if it is given. `doing` is what those who wait for
    the home are shown. `UsageError` for the feed of
    another force, and for one without hours.
    """
    rule = programme.rule
    if feed.force != rule.force:
        raise UsageError(
            f"{feed.home.root} is of {feed.force}, the programme of {rule.force}: give"
            " the home of that force's own feed"
        )
    with feed.alone(doing):
        lake = feed.lake.pinned()
        live = live_records(lake, feed.force)
        newest = newest_day(supplied(drops(lake, feed.force)))
        parts = parted(live, feed.feed, newest)
    records, supplied_days = parts.of(programme.group.categories)
    days = [day for day in supplied_days if until is None or day.date <= until]
    if not days:
        raise UsageError(f"{feed.home.root} has no supplied day: hexbeat feed pull")
    last = max(days)
    rows = _of_programme(records, programme, days)
    return PlaceHours(
        last=last.date,
        days=sum(day > last + -WINDOW_DAYS for day in days),
        by_category=_categories(rows, programme),
        weights=_weights(rows, programme),
    )


def _of_programme(
    records: Restricted, programme: Programme, days: Sequence[Day]
) -> pa.Table:
    """A year's records of the programme's group: internal to this module."""
    year = of_the_year(records, max(days), days)
    kept = scored_incidents(year, programme.exclusions, programme.rule.force)
    group = pa.array(programme.group.categories, pa.string())
    return kept.filter(pc.is_in(kept["category"].cast(pa.string()), group))


def _categories(rows: pa.Table, programme: Programme) -> dict[str, dict[str, int]]:
    """Incidents at each place by category, those of the most first."""
    at = _places_of(rows, programme).tolist()
    slugs = rows["category"].cast(pa.string()).to_pylist()
    counts = Counter(zip(at, slugs, strict=True))
    found: dict[str, dict[str, int]] = {}
    ids = programme.places["place_id"].to_pylist()
    for (row, slug), number in sorted(
        counts.items(), key=lambda one: (-one[1], one[0])
    ):
        if row >= 0:
            found.setdefault(ids[row], {})[slug] = number
    return found


def _weights(rows: pa.Table, programme: Programme) -> dict[str, Floats]:
    """Incidents at each place by hour of the week."""
    rows = with_hours(rows)
    spreaded = spread_records(rows)
    at = _places_of(rows, programme)[spreaded.position]
    names = programme.places["place_id"].to_pylist()
    found: dict[str, Floats] = {}
    for row, name in enumerate(names):
        mine = at == row
        sums = np.bincount(
            spreaded.week_hour[mine], spreaded.weight[mine], minlength=WEEK_HOURS
        )
        found[name] = np.asarray(sums.round(_DECIMALS), dtype=np.float64)
    return found


def _places_of(rows: pa.Table, programme: Programme) -> np.ndarray:
    """The place, by rank from 0, that each record lies in; -1 outside all."""
    grounds = programme.grounds
    owner = {
        cell: row for row, ground in enumerate(grounds) for cell in ground.tolist()
    }
    resolution = int(cells.resolutions(grounds[0][:1])[0])
    located = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    at = cells.index_points(*located, resolution).tolist()
    return np.array([owner.get(cell, -1) for cell in at], dtype=np.int64)
