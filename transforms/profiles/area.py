"""The area of a problem profile: a whole hot spot, or a place of a programme.

Hot spots of months are those of the newest scores in the lake; of a force's own feed,
those of its newest publication.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import run_folder, withdrawn
from transforms.homes.runs.seal import TIER, latest_run
from transforms.impact.place_rows import place_interval
from transforms.incidents.lake_check import stored_forces
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.patrols.dosage import dosage_of
from transforms.programmes.programme import Programme
from transforms.programmes.published import DAY_CELLS_FILE
from transforms.programmes.usual import power_line
from transforms.records.homes import open_force_home
from transforms.records.tables import DAY_SCORES_TABLE
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.calls import is_call
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import DAYS, HORIZONS_DAYS, Day
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.months import Month, window
from transforms.scores.score_months import newest_supplied
from transforms.scores.table.hotspot_intervals import interval_of


WEEK_DAYS = HORIZONS_DAYS[-1]
_WEEK = ("horizon_days", "=", WEEK_DAYS)
_COLUMNS = [
    "crime_group", "h3_cell", "score", "score_lo", "score_hi", "score_rank",
    "hotspot_id", "hotspot_class",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Area:
    """What a profile is of."""

    id: str
    force: Force
    group: CrimeGroup
    as_of: Any  # the newest month; of a force's own feed, the day
    ground: Cells  # H3 cells of one resolution, sorted
    expected: float  # incidents in the next month, or seven days
    interval: tuple[int, int]  # 95 of 100 such times
    hotspot_class: str | None  # of its highest cell
    lists: int | None  # of the scored as-ofs, those with a hot spot of this id
    of_lists: int | None
    place: str | None = None  # of its programme
    power: str | None = None  # what a look at its programme can show
    delivered: str | None = None  # what patrols of its programme delivered there

    @property
    def clock(self) -> Clock:
        """The clock of its feed."""
        return DAYS if isinstance(self.as_of, Day) else MONTHS

    @property
    def area_m2(self) -> float:
        """Its area, square metres."""
        return float(cells.areas_m2(self.ground).sum())


def areas_by_id(home: Home, ids: Sequence[str]) -> list[Area]:
    """Hot spots of the newest scores; `UsageError` for an id that is none of them."""
    lake, as_of = home.lake.pinned(), newest(home)
    found: dict[str, Area] = {}
    for force in _forces(home, lake):
        wanted = [one for one in ids if one.startswith(f"{force.id}-")]
        if wanted:
            spots = _spots(home, lake, force, as_of)
            rows = spots.rows.filter(
                pc.is_in(spots.rows["hotspot_id"], value_set=pa.array(wanted))
            )
            found |= {area.id: area for area in _areas(spots, rows)}
    for one in ids:
        if one not in found:
            raise UsageError(
                f"no hot spot {one} as of {as_of}: copy an id from hotspots.csv, or"
                " name a place of a programme with --programme"
            )
    return [found[one] for one in dict.fromkeys(ids)]


def highest_areas(home: Home, force_id: str, group: str, top: int) -> list[Area]:
    """The highest hot spots of a force and group, the highest first."""
    if group not in GROUPS:
        raise UsageError(f"{group!r} is no crime group; there are: {', '.join(GROUPS)}")
    if top < 1:
        raise UsageError(f"--top {top}: 1 or more")
    lake, as_of = home.lake.pinned(), newest(home)
    known = {force.id: force for force in _forces(home, lake)}
    if force_id not in known:
        raise UsageError(f"{force_id}: the lake has nothing of it")
    spots = _spots(home, lake, known[force_id], as_of)
    rows = spots.rows.filter(pc.equal(spots.rows["crime_group"], group))
    listed = sorted(_areas(spots, rows), key=lambda area: (-area.expected, area.id))
    if not listed:
        raise UsageError(f"{force_id} has no hot spot of {group} as of {as_of}")
    return listed[:top]


def place_area(home: Home, programme: Programme, place_id: str) -> Area:
    """A place of a programme, with its frozen forecast."""
    places = programme.places
    names = places["place_id"].to_pylist()
    if place_id not in names:
        raise UsageError(
            f"{place_id!r} is no place of {programme.id}; there are {names[0]} to"
            f" {names[-1]}"
        )
    at = names.index(place_id)
    row = places.slice(at, 1).to_pylist()[0]
    rule, clock = programme.rule, programme.clock
    if any(map(is_call, programme.group.categories)):
        raise UsageError(
            f"{programme.id} is of {rule.group}, which has calls for service; a problem"
            " profile is of crimes"
        )
    days = clock is DAYS
    steps = WEEK_DAYS / clock.step if days else 1
    expected = row["level_month"]
    if days:
        expected *= WEEK_DAYS / clock.periods_a_month
    return Area(
        id=f"{programme.id}-{place_id}",
        force=home.registry[rule.force],
        group=programme.group,
        as_of=newest(home),
        ground=np.sort(programme.grounds[at]),
        expected=expected,
        interval=place_interval(row, expected, steps),
        hotspot_class=row["hotspot_class"],
        lists=None,
        of_lists=None,
        place=place_id,
        power=power_line(programme.past_lists, rule.force, len(places), clock),
        delivered=_delivered(home, programme, place_id),
    )


def _delivered(home: Home, programme: Programme, place_id: str) -> str | None:
    """What a log of patrols has of a place; None where there is none."""
    try:
        dosage = dosage_of(home, programme, None, None, None, None)
    except UsageError:  # not started, or no log
        return None
    rows = {row["place_id"]: row for row in dosage.places.to_pylist()}
    row = rows[place_id]
    return (
        f"Patrols were there for {row['patrol_minutes']:,.0f} minutes on {row['days']}"
        f" days of log ({dosage.first} to {dosage.last}), in {row['visits']} visits;"
        f" {row['days_without_visit']} days had none."
    )


def universe_of(home: Home, area: Area) -> Cells:
    """All scored cells of the area's force and group, sorted."""
    group = ("crime_group", "=", area.group.slug)
    if area.clock is DAYS:
        _, file = published_day(home)
        found = pq.read_table(file, columns=["h3_cell"], filters=[group, _WEEK])
        return np.sort(cells.from_text(found["h3_cell"].to_pylist()))
    lake = home.lake.pinned()
    [scores] = [
        one
        for one in lake.files("scores", area.force.id)
        if one.partition["as_of"] == str(area.as_of)
    ]
    rows = pq.read_table(
        readable(scores.path), columns=["h3_cell"], filters=[group], partitioning=None
    )
    return np.sort(rows["h3_cell"].to_numpy())


def published_day(home: Home) -> tuple[Day, Path]:
    """The day of a force's newest publication, and the file of its cells.

    `UsageError` where there is none, or it is withdrawn.
    """
    run_id = latest_run(home.publications)
    if run_id is None:
        raise UsageError(
            f"there is no publication in {home.publications} yet: hexbeat feed score"
        )
    folder = run_folder(home.publications, run_id)
    if why := withdrawn(folder):
        raise UsageError(f"{run_id} is withdrawn ({why}): hexbeat feed score")
    file = folder / TIER / DAY_CELLS_FILE
    as_of = pq.ParquetFile(file).read_row_group(0, ["as_of"])["as_of"][0].as_py()
    return Day.parse(as_of), file


def newest(home: Home) -> Any:
    """The newest month that was supplied; of a force's own feed, the day published."""
    if home.feed:
        return published_day(home)[0]
    month = newest_supplied(home.lake, home.registry)
    if month is None:
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    return month


def _forces(home: Home, lake: Lake) -> list[Force]:
    """The forces of a home; of a force's own feed, that one."""
    if home.feed:
        return [home.registry[open_force_home(home.root).force]]
    return list(stored_forces(lake, home.registry))


@dataclass(frozen=True)
class _Spots:
    """The hot spots of a force at an as-of, and at those before."""

    force: Force
    as_of: Any
    rows: pa.Table  # scores of their cells, the highest first
    lists: dict[str, int]  # by hot spot: as-ofs that have it
    of_lists: int


def _spots(home: Home, lake: Lake, force: Force, as_of: Any) -> _Spots:
    table = DAY_SCORES_TABLE if home.feed else "scores"
    span = [str(period) for period in window(as_of, _clock(home).kept_as_ofs)]
    files = [f for f in lake.files(table, force.id) if f.partition["as_of"] in span]
    refuse_damaged(table, files)
    rows = _published_spots(home) if home.feed else _scored_spots(force, as_of, files)
    ranks = sql.run(
        "hotspot_ranks", {"scores": [f.path for f in files]}, first_month=span[0]
    )
    counted = ranks.group_by("hotspot_id").aggregate([("as_of", "count_distinct")])
    ids, times = (
        counted[n].to_pylist() for n in ("hotspot_id", "as_of_count_distinct")
    )
    return _Spots(
        force, as_of, rows.sort_by("score_rank"), dict(zip(ids, times, strict=True)),
        len({file.partition["as_of"] for file in files}),
    )  # fmt: skip


def _scored_spots(force: Force, as_of: Month, files: Sequence[DataFile]) -> pa.Table:
    """The scored cells of a month's hot spots."""
    of_month = [file for file in files if file.partition["as_of"] == str(as_of)]
    if not of_month:
        raise UsageError(
            f"{force.id} has no scores as of {as_of}: run hexbeat score first"
        )
    return pq.read_table(
        readable(of_month[0].path),
        columns=_COLUMNS,
        filters=pc.is_valid(pc.field("hotspot_id")),
        partitioning=None,
    )


def _published_spots(home: Home) -> pa.Table:
    """The cells of a day's hot spots as published, by what a week is to bring."""
    _, file = published_day(home)
    rows = pq.read_table(file, columns=[*_COLUMNS, "horizon_days"], filters=[_WEEK])
    rows = rows.filter(pc.is_valid(rows["hotspot_id"]))
    numbers = pa.array(cells.from_text(rows["h3_cell"].to_pylist()), pa.int64())
    return rows.set_column(rows.schema.get_field_index("h3_cell"), "h3_cell", numbers)


def _clock(home: Home) -> Clock:
    return DAYS if home.feed else MONTHS


def _areas(spots: _Spots, rows: pa.Table) -> Iterator[Area]:
    for id_ in pc.unique(rows["hotspot_id"]).to_pylist():
        of_spot = rows.filter(pc.equal(rows["hotspot_id"], id_))
        first: dict[str, Any] = of_spot.slice(0, 1).to_pylist()[0]
        if first["crime_group"] not in GROUPS:
            raise UsageError(
                f"{id_}: {first['crime_group']} is a group of this home's own; a"
                " problem profile is of the shipped groups"
            )
        yield Area(
            id=id_,
            force=spots.force,
            group=GROUPS[first["crime_group"]],
            as_of=spots.as_of,
            ground=np.sort(of_spot["h3_cell"].to_numpy()),
            expected=float(of_spot["score"].to_numpy().sum()),
            interval=interval_of(of_spot),
            hotspot_class=first["hotspot_class"],
            lists=spots.lists.get(id_, 0),
            of_lists=spots.of_lists,
        )
