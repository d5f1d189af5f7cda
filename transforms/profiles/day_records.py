"""A force's own records as profiles count them: points, hours, repeats, near repeats.

Records stay in their home. What leaves this module are sums: by address where several
records that are not sensitive lie, by hour of the week, and of an area as a whole.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

import sql
from transforms.homes.home import Home
from transforms.incidents.scored import scored_incidents
from transforms.profiles.area import Area, published_day
from transforms.profiles.force_points import ForcePoints
from transforms.profiles.repeats import Repeats, repeats_of
from transforms.profiles.week_hours import ForceWeek, WeekHours
from transforms.programmes.force_records import ForceRecords, force_records
from transforms.records.homes import open_force_home
from transforms.records.sensitive import AT_LEAST_RECORDS, are_sensitive
from transforms.reference import cells
from transforms.reference.arrays import Cells, Mask
from transforms.reference.days import DAYS, Day
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.time_precision import MINUTE, known_to
from transforms.restricted import Restricted
from transforms.scores.panel import harm_relations
from transforms.scores.timing.hours import of_the_year, spread_records


LEAST_FLAGGED = 5  # a smaller number of sensitive incidents is not told


@dataclass(frozen=True)
class Flagged:
    """The share of incidents that the force flags so."""

    share: float  # 0 to 1
    few: bool  # under five of them: no number is told


@dataclass(frozen=True, kw_only=True)
class NearRepeats:
    """The Knox test of one category in the whole force, as published."""

    category: str
    rows: pa.Table  # as NEAR_REPEATS


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What exact places and times tell of an area's incidents of 365 days."""

    incidents: int
    hours: WeekHours | None  # None where no record has an hour
    repeats: Repeats
    domestic: Flagged | None  # None where the feed has no such flag
    under_18: Flagged | None
    near_repeats: NearRepeats | None


@dataclass(frozen=True, eq=False)
class _Year:
    """A force's records of 365 days of one crime group."""

    rows: Restricted
    week: ForceWeek | None


class DayRecords:
    """The crimes of a force that were known by the end of a published day."""

    def __init__(self, home: Home, as_of: Day) -> None:
        self._home, self._as_of = home, as_of
        known = force_records(open_force_home(home.root)).known_by(as_of)
        days = [day for day in known.supplied if as_of.since(day) >= 0]
        self._known: ForceRecords = replace(known, supplied=days)
        self._years: dict[tuple[str, ...], _Year] = {}

    @cached_property
    def points(self) -> ForcePoints:
        """Where and when they were, in three years; addresses to about a metre."""
        first = self._as_of + (1 - DAYS.points)
        days = [day for day in self._known.supplied if day >= first]
        kept = self._kept(self._known.crimes.reveal())
        dated = sql.run(
            "dated_records",
            {"live_records": kept.append_column("sensitive", are_sensitive(kept))},
            first_day=str(first),
            last_day=str(self._as_of),
        )
        known = pa.array(map(str, days), pa.string())
        dated = dated.filter(pc.is_in(dated["period"], known))
        relations = {"dated_records": dated, **harm_relations(self._home.scoring.harm)}
        rows = sql.run("record_points", relations, h3_res=DAYS_RESOLUTION)
        return ForcePoints(
            self._as_of, days, _with_names(rows), open_to_list=AT_LEAST_RECORDS
        )

    def timed(self, area: Area, points: ForcePoints, addresses: int) -> Timed:
        """What exact places and times tell of an area.

        `points` are its group's; `addresses` had an incident of any kind.
        """
        year = self._year_of(area.group.categories)
        rows = year.rows.reveal()
        there = _inside(rows, area.ground)
        mine = rows.filter(pa.array(there))
        return Timed(
            incidents=len(mine),
            hours=year.week.of(there) if year.week else None,
            repeats=repeats_of(points.of_the_year.rows, addresses),
            domestic=_flagged(rows, mine, "domestic"),
            under_18=_flagged(rows, mine, "under_18"),
            near_repeats=self._near_repeats(mine),
        )

    def _year_of(self, categories: tuple[str, ...]) -> _Year:
        """The year's records of some categories, read and spread once."""
        if categories not in self._years:
            year = self._kept(
                of_the_year(self._known.crimes, self._as_of, self._known.supplied)
            )
            rows = year.filter(
                pc.is_in(
                    year["category"].cast(pa.string()),
                    pa.array(list(categories), pa.string()),
                )
            )
            self._years[categories] = _Year(Restricted(rows), _force_week(rows))
        return self._years[categories]

    def _kept(self, rows: pa.Table) -> pa.Table:
        """The records that are not at excluded places, with all that they say."""
        at = rows.schema.get_field_index("raw_line")
        number = pa.array(np.arange(len(rows)), pa.int32())
        numbered = rows.set_column(at, "raw_line", number)
        scoring, force = self._known.scoring, self._known.force
        kept = scored_incidents(numbered, scoring.exclusions, force)["raw_line"]
        return rows.take(pa.array(np.sort(kept.to_numpy())))

    def _near_repeats(self, mine: pa.Table) -> NearRepeats | None:
        """The published test of the category that most of some records have."""
        published, cells_file = published_day(self._home)
        file = cells_file.with_name("near_repeats.csv")
        if published != self._as_of or not file.is_file():
            return None
        found = pacsv.read_csv(file)
        tested = set(found["category"].to_pylist())
        counted = pc.value_counts(mine["category"].cast(pa.string())).to_pylist()
        ranked = sorted(counted, key=lambda one: (-one["counts"], one["values"]))
        for slug in (one["values"] for one in ranked if one["values"] in tested):
            of = found.filter(pc.equal(found["category"], slug))
            return NearRepeats(category=slug, rows=of)
        return None


def _force_week(rows: pa.Table) -> ForceWeek | None:
    """The hours of records; None where none has an hour.

    A whole day says nothing of its hours: such a record has no part in them.
    """
    timed = known_to(rows["time_precision"], MINUTE)
    if not timed.any():
        return None
    found = spread_records(rows.filter(pa.array(timed)))
    position = np.flatnonzero(timed)[found.position]
    return ForceWeek(position, found.week_hour, found.weight, len(rows))


def _inside(rows: pa.Table, ground: Cells) -> Mask:
    """Which records lie in some cells of one resolution."""
    resolution = int(cells.resolutions(ground[:1])[0])
    longitude, latitude = (rows[n].to_numpy() for n in ("longitude", "latitude"))
    return np.isin(cells.index_points(longitude, latitude, resolution), ground)


def _flagged(force: pa.Table, mine: pa.Table, flag: str) -> Flagged | None:
    """The share of an area's records with a flag; None where no record has it."""
    if force[flag].null_count == len(force) or not len(mine):
        return None
    number = int(pc.sum(pc.fill_null(mine[flag], False)).as_py() or 0)
    return Flagged(number / len(mine), 0 < number < LEAST_FLAGGED)


def _with_names(rows: pa.Table) -> pa.Table:
    """Points whose label several open records of the force have; others have none."""
    of_label: dict[str, int] = {}
    labels = rows["place_label"].to_pylist()
    for label, number in zip(labels, rows["open_incidents"].to_pylist(), strict=True):
        if label is not None:
            of_label[label] = of_label.get(label, 0) + number
    names = pa.array(
        [label for label, n in of_label.items() if n >= AT_LEAST_RECORDS], pa.string()
    )
    named = pc.is_in(rows["place_label"], names)
    none = pa.scalar(None, pa.string())
    shown = pc.if_else(named, rows["place_label"], none)
    at = rows.schema.get_field_index("place_label")
    return rows.set_column(at, "place_label", shown)
