"""The area of a problem profile: a whole hot spot, or a place of a programme."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.impact.place_rows import place_interval
from transforms.incidents.lake_check import stored_forces
from transforms.lake.checksums import refuse_damaged
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.patrols.dosage import dosage_of
from transforms.programmes.programme import Programme
from transforms.programmes.usual import power_line
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.months import Month, window
from transforms.scores.score_months import newest_supplied
from transforms.scores.table.hotspot_intervals import interval_of


LISTS = 12  # as-of months whose hot spots are compared
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
    as_of: Month
    ground: Cells  # H3 cells of one resolution, sorted
    expected: float  # incidents in the next month
    interval: tuple[int, int]  # 95 of 100 such months
    hotspot_class: str | None  # of its highest cell
    lists: int | None  # of the scored as-of months, those with a hot spot of this id
    of_lists: int | None
    power: str | None = None  # what a look at its programme can show
    delivered: str | None = None  # what patrols of its programme delivered there

    @property
    def area_m2(self) -> float:
        """Its area, square metres."""
        return float(cells.areas_m2(self.ground).sum())


def areas_by_id(home: Home, ids: Sequence[str]) -> list[Area]:
    """Hot spots of the newest scores; `UsageError` for an id that is none of them."""
    lake, as_of = home.lake.pinned(), _newest(home)
    found: dict[str, Area] = {}
    for force in stored_forces(lake, home.registry):
        wanted = [one for one in ids if one.startswith(f"{force.id}-")]
        if wanted:
            spots = _spots(lake, force, as_of)
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
    lake, as_of = home.lake.pinned(), _newest(home)
    known = {force.id: force for force in stored_forces(lake, home.registry)}
    if force_id not in known:
        raise UsageError(f"{force_id}: the lake has nothing of it")
    spots = _spots(lake, known[force_id], as_of)
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
    rule = programme.rule
    return Area(
        id=f"{programme.id}-{place_id}",
        force=home.registry[rule.force],
        group=GROUPS[rule.group],
        as_of=_newest(home),
        ground=np.sort(programme.grounds[at]),
        expected=row["level_month"],
        interval=place_interval(row, row["level_month"], 1),
        hotspot_class=row["hotspot_class"],
        lists=None,
        of_lists=None,
        power=power_line(programme.past_lists, rule.force, len(programme.places)),
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
    lake = home.lake.pinned()
    [file] = [
        file
        for file in lake.files("scores", area.force.id)
        if file.partition["as_of"] == str(area.as_of)
    ]
    rows = pq.read_table(
        readable(file.path),
        columns=["h3_cell"],
        filters=[("crime_group", "=", area.group.slug)],
        partitioning=None,
    )
    return np.sort(rows["h3_cell"].to_numpy())


def _newest(home: Home) -> Month:
    month = newest_supplied(home.lake, home.registry)
    if month is None:
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    return month


@dataclass(frozen=True)
class _Spots:
    """The hot spots of a force at an as-of, and at those before."""

    force: Force
    as_of: Month
    rows: pa.Table  # scores of their cells, the highest first
    lists: dict[str, int]  # by hot spot: as-of months that have it
    of_lists: int


def _spots(lake: Lake, force: Force, as_of: Month) -> _Spots:
    span = [str(month) for month in window(as_of, LISTS)]
    files = [f for f in lake.files("scores", force.id) if f.partition["as_of"] in span]
    newest = [file for file in files if file.partition["as_of"] == str(as_of)]
    if not newest:
        raise UsageError(
            f"{force.id} has no scores as of {as_of}: run hexbeat score first"
        )
    refuse_damaged("scores", files)
    rows = pq.read_table(
        readable(newest[0].path),
        columns=_COLUMNS,
        filters=pc.is_valid(pc.field("hotspot_id")),
        partitioning=None,
    )
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


def _areas(spots: _Spots, rows: pa.Table) -> Iterator[Area]:
    for id_ in pc.unique(rows["hotspot_id"]).to_pylist():
        of_spot = rows.filter(pc.equal(rows["hotspot_id"], id_))
        first: dict[str, Any] = of_spot.slice(0, 1).to_pylist()[0]
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
