"""Made-up patrols at the places of a trial, and the crime that they prevent."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference import cells
from transforms.reference.arrays import Cells, Integers, Mask
from transforms.reference.days import LONDON
from transforms.simulator.timed.truth import TimedTruth


VISITS_A_DAY = 2
CREW_PLACES = 4  # that a crew goes round
ROUND_BEGINS = time(14)
STOP_MINUTES = 45  # from one visit of a crew to its next: a visit, and the way there
LATE_MINUTES = 20  # at most
SHORTEST_MINUTES, LONGEST_MINUTES = 12, 18
OFFICERS = 2
PING_SECONDS = 60
PING_M = 5  # standard deviation of a position
ON_THE_WAY_M = 300  # from the place, a minute before and after a visit
_DEGREES_A_METRE = 1 / 111_320

_TIMES = """
[times]
date_format = "iso"
time_zone = "UTC"
ambiguous = "earlier"
skipped = "shift"
"""
LOG_MAPPING = (
    """programme = "{programme}"
format = "csv"

[columns]
place_id = "Place"
start = "From"
end = "To"
officers = "Officers"
role = "Role"
engagements = "Spoken to"
"""
    + _TIMES
    + """
[roles]
police = ["PC"]
"""
)
PING_MAPPING = (
    """kind = "pings"
programme = "{programme}"
format = "csv"
crs = "EPSG:4326"
role = "police"
mode = "foot"

[columns]
unit = "Radio"
at = "Time"
longitude = "Lon"
latitude = "Lat"
officers = "Crew"
"""
    + _TIMES
)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is true of a trial, and no file of it says."""

    ratio: float = 0.5  # incidents on a place-day with patrol, by those without
    compliance: float = 0.9  # of the place-days that were drawn, those patrolled
    contamination: float = 0.05  # of those that were not drawn

    @property
    def by_intention(self) -> float:
        """Incidents on a place-day that was drawn, by those on one that was not."""
        prevented = 1 - self.ratio
        drawn = 1 - self.compliance * prevented
        return drawn / (1 - self.contamination * prevented)


@dataclass(frozen=True)
class Visit:
    """A crew at a place; times are of the clock in Great Britain."""

    place: int
    crew: int
    start: datetime
    minutes: int


def patrolled(assigned: Mask, planted: Planted, rng: np.random.Generator) -> Mask:
    """Which place-days crews went to: most that were drawn, and a few others."""
    share = np.where(assigned, planted.compliance, planted.contamination)
    return np.asarray(rng.random(assigned.shape) < share)


def visits(went: Mask, first: date, rng: np.random.Generator) -> list[Visit]:
    """The rounds of crews, in order: each place twice, later in the second round."""
    made = []
    for number in range(went.shape[1]):
        day = first + timedelta(days=number)
        begins = datetime.combine(day, ROUND_BEGINS, LONDON)
        places = rng.permutation(np.flatnonzero(went[:, number]))
        for crew, at in enumerate(range(0, len(places), CREW_PLACES)):
            stops = np.tile(places[at : at + CREW_PLACES], VISITS_A_DAY)
            late = rng.integers(0, LATE_MINUTES, len(stops), endpoint=True)
            long = rng.integers(
                SHORTEST_MINUTES, LONGEST_MINUTES, len(stops), endpoint=True
            )
            made += [
                Visit(
                    int(place),
                    crew + 1,
                    begins + timedelta(minutes=STOP_MINUTES * stop + int(late[stop])),
                    int(long[stop]),
                )
                for stop, place in enumerate(stops)
            ]
    return sorted(made, key=lambda visit: (visit.start, visit.crew))


def log_csv(
    made: Sequence[Visit], places: Sequence[str], rng: np.random.Generator
) -> str:
    """A log of those visits, as LOG_MAPPING reads it."""
    talks = rng.poisson(2, len(made)).tolist()
    return _csv(
        ["Place", "From", "To", "Officers", "Role", "Spoken to"],
        [
            [
                places[visit.place],
                _utc(visit.start),
                _utc(visit.start + timedelta(minutes=visit.minutes)),
                OFFICERS,
                "PC",
                spoken,
            ]
            for visit, spoken in zip(made, talks, strict=True)
        ],
    )


def pings_csv(
    made: Sequence[Visit],
    centres: Sequence[tuple[float, float]],
    rng: np.random.Generator,
) -> str:
    """What the crews' radios report at those places, as PING_MAPPING reads it.

    `centres` are longitude and latitude of each place.
    """
    rows = []
    for visit in made:
        steps = range(-PING_SECONDS, (visit.minutes + 1) * 60 + 1, PING_SECONDS)
        away = rng.normal(0, PING_M * _DEGREES_A_METRE, (len(steps), 2))
        away[[0, -1], 1] += ON_THE_WAY_M * _DEGREES_A_METRE
        longitude, latitude = centres[visit.place]
        for step, (east, north) in zip(steps, away.tolist(), strict=True):
            at = visit.start + timedelta(seconds=step)
            point = f"{longitude + east:.6f}", f"{latitude + north:.6f}"
            rows.append([f"crew {visit.crew}", _utc(at), *point, OFFICERS])
    return _csv(["Radio", "Time", "Lon", "Lat", "Crew"], rows)


def places_of(truth: TimedTruth, grounds: Sequence[Cells]) -> Integers:
    """The place that each incident is at, of those cells of each; -1 for none."""
    listed = np.concatenate(grounds)
    number = np.repeat(np.arange(len(grounds)), [len(ground) for ground in grounds])
    order = np.argsort(listed, kind="stable")
    resolution = int(cells.resolutions(listed[:1])[0])
    longitude, latitude = (
        truth.incidents[name].to_numpy() for name in ("longitude", "latitude")
    )
    found = cells.index_points(longitude, latitude, resolution)
    at = np.minimum(np.searchsorted(listed[order], found), len(listed) - 1)
    return np.where(listed[order][at] == found, number[order][at], -1)


def thinned(
    truth: TimedTruth,
    place: Integers,
    went: Mask,
    first: date,
    planted: Planted,
    rng: np.random.Generator,
) -> TimedTruth:
    """The same feed without the crime that the patrols prevented.

    `place` is that of each incident, -1 for none; each one on a day on which a crew
    went there is taken out with the probability that the planted ratio leaves.
    """
    day = _days_since(truth, first)
    inside = (place >= 0) & (day >= 0) & (day < went.shape[1])
    exposed = np.zeros(len(day), dtype=bool)
    exposed[inside] = went[place[inside], day[inside]]
    kept = ~(exposed & (rng.random(len(day)) >= planted.ratio))
    return replace(truth, incidents=_without(truth.incidents, kept))


def number_at(
    truth: TimedTruth,
    place: Integers,
    categories: Collection[str],
    first: date,
    days: int,
) -> int:
    """How many incidents of those categories happened at any place on those days."""
    category = truth.incidents["category"].cast(pa.string())
    counted = pc.is_in(category, pa.array(sorted(categories))).to_numpy()
    day = _days_since(truth, first)
    return int((counted & (place >= 0) & (day >= 0) & (day < days)).sum())


def _days_since(truth: TimedTruth, first: date) -> Integers:
    """The day of each incident by the clock in Great Britain, 0 for the first."""
    moments = truth.incidents["occurred_at"].to_pylist()
    days = [(at.astimezone(LONDON).date() - first).days for at in moments]
    return np.array(days, dtype=np.int64)


def _without(incidents: pa.Table, kept: Mask) -> pa.Table:
    """Those rows; an incident whose parent is gone has none."""
    row = np.where(kept, np.cumsum(kept) - 1, -1)
    parent = incidents["parent"].fill_null(-1).to_numpy()
    now = np.where(parent < 0, -1, row[parent])[kept]
    at = incidents.schema.get_field_index("parent")
    left = incidents.filter(pa.array(kept))
    return left.set_column(at, incidents.schema.field(at), pa.array(now, mask=now < 0))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
