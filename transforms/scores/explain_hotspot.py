"""What a hot spot is: its cells, range and mix, its months, and its earlier ranks.

It reads only the lake, as the explanation of a cell does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.incidents.scored import scored_incidents
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.reference import cells
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, CrimeGroup, group_categories
from transforms.reference.months import Month, window
from transforms.reference.resolutions import MONTHS_RESOLUTION
from transforms.scores.score_months import newest_supplied
from transforms.scores.table.hotspot_intervals import interval_of


MONTHS_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class ExplainedHotspot:
    """One hot spot at one as-of."""

    hotspot_id: str
    force: Force
    group: CrimeGroup
    as_of: Month
    expected: float
    interval: tuple[int, int]
    harm_score: float
    n_12m: int | None
    months_12m: int
    cells: Sequence[tuple[str, float, int | None]]  # id, score, n_12m: highest first
    mix: Sequence[tuple[str, int]]  # crime group and its incidents in the cells
    months: Sequence[tuple[str, int | None]]  # in today's cells; None: not supplied
    ranks: Sequence[Mapping[str, Any]]  # of the hot spot with this id at each as-of


def explain_hotspot(
    home: Home, hotspot_id: str, as_of: Month | None
) -> ExplainedHotspot:
    """That hot spot; a `UsageError` where there is none with this id at the as-of."""
    lake = home.lake.pinned()
    month = as_of or newest_supplied(lake, home.registry)
    if month is None:
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    for force in stored_forces(lake, home.registry):
        if not hotspot_id.startswith(f"{force.id}-"):
            continue
        files = _scored(lake, force, month)
        for file in files[-1:]:
            refuse_damaged("scores", [file])
            rows = _read(file, ("hotspot_id", "=", hotspot_id))
            if file.partition["as_of"] == str(month) and len(rows):
                return _explained(home, lake, force, month, files, rows)
    raise UsageError(
        f"no hot spot {hotspot_id} as of {month}: copy an id from hotspots.csv, or give"
        " --as-of a month when there was one"
    )


def _scored(lake: Lake, force: Force, month: Month) -> list[DataFile]:
    """The scores of the newest as-ofs up to a month, oldest first."""
    span = {str(one) for one in window(month, MONTHS_SHOWN)}
    files = lake.files("scores", force.id)
    mine = [file for file in files if file.partition["as_of"] in span]
    return sorted(mine, key=lambda file: file.partition["as_of"])


def _read(file: DataFile, wanted: tuple[str, str, object]) -> pa.Table:
    rows = pq.read_table(readable(file.path), filters=[wanted], partitioning=None)
    return rows.sort_by("score_rank")


def _explained(
    home: Home,
    lake: Lake,
    force: Force,
    month: Month,
    files: Sequence[DataFile],
    rows: pa.Table,
) -> ExplainedHotspot:
    listed = rows.to_pylist()
    incidents = lake.files("incidents", force.id)
    first = epoch_at(read_epochs([file.path for file in incidents]), month)
    span = [m for m in window(month, MONTHS_SHOWN) if first is None or first <= m]
    paths = [file.path for file in files]
    ranks = sql.run("hotspot_ranks", {"scores": paths}, first_month=str(span[0]))
    spot = listed[0]["hotspot_id"]
    ids = cells.as_text(rows["h3_cell"].to_numpy())
    known = [row["n_12m"] for row in listed if row["n_12m"] is not None]
    return ExplainedHotspot(
        hotspot_id=spot,
        force=force,
        group=GROUPS[listed[0]["crime_group"]],
        as_of=month,
        expected=float(sum(row["score"] for row in listed)),
        interval=interval_of(rows),
        harm_score=float(sum(row["harm_score"] for row in listed)),
        n_12m=sum(known) if known else None,
        months_12m=listed[0]["months_12m"],
        cells=[
            (cell, row["score"], row["n_12m"])
            for cell, row in zip(ids, listed, strict=True)
        ],
        mix=_mix(files[-1], rows["h3_cell"]),
        months=list(_months(home, lake, force, span, rows)),
        ranks=ranks.filter(pc.equal(ranks["hotspot_id"], spot)).to_pylist(),
    )


def _mix(file: DataFile, members: pa.ChunkedArray) -> list[tuple[str, int]]:
    """What is recorded in those cells, by single category, the most first."""
    rows = _read(file, ("h3_cell", "in", members.to_pylist()))
    numbers: dict[str, int] = {}
    for row in rows.select(["crime_group", "n_12m"]).to_pylist():
        slug = row["crime_group"]
        if len(GROUPS[slug].categories) == 1 and row["n_12m"]:
            numbers[slug] = numbers.get(slug, 0) + row["n_12m"]
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))


def _months(
    home: Home, lake: Lake, force: Force, span: Sequence[Month], rows: pa.Table
) -> Iterator[tuple[str, int | None]]:
    """The incidents of each month in those cells."""
    files = [file.path for file in lake.files("incidents", force.id)]
    counted = sql.run(
        "hotspot_months",
        {
            "incidents": scored_incidents(files, home.scoring.exclusions, force.id),
            "members": rows.select(["hotspot_id", "crime_group", "h3_cell"]),
            "groups": group_categories(),
        },
        h3_res=MONTHS_RESOLUTION,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )
    number = dict(
        zip(*(counted[n].to_pylist() for n in ("month", "incidents")), strict=True)
    )
    supplied = set(supplied_periods(force_coverage(lake, force)))
    for month in span:
        yield str(month), number.get(str(month), 0) if month in supplied else None
