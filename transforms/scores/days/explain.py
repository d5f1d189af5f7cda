"""What a cell of a force's own feed scores on a day: its stored rows, and no record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import UsageError
from transforms.lake.checksums import refuse_damaged
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.reference.days import Day
from transforms.reference.forces import Force
from transforms.reference.groups import CrimeGroup
from transforms.scores.explain import cell_number, known_group


@dataclass(frozen=True)
class ExplainedDay:
    """One cell and crime group at one as-of day."""

    force: Force
    group: CrimeGroup
    cell: str
    as_of: Day
    rows: list[Mapping[str, Any]]  # as scored, one for each horizon, shortest first


def explain_day(
    lake: Lake,
    force: Force,
    cell: str,
    slug: str,
    as_of: Day | None,
    own: Iterable[CrimeGroup] = (),
) -> ExplainedDay:
    """The stored scores of a cell, of the newest day scored if none is named.

    `own` are the groups that the user named beside the shipped ones.

    `UsageError` where that day or cell has no score, `ForceError` where they are
    damaged.
    """
    group, number = known_group(slug, own), cell_number(cell)
    files = {f.partition["as_of"]: f for f in lake.files("day_scores", force.id)}
    day = str(as_of) if as_of else max(files, default="any day")
    if day not in files:
        raise UsageError(f"{force.id} has no scores of {day}: run hexbeat feed run")
    refuse_damaged("day_scores", [files[day]])
    wanted = [("h3_cell", "=", number), ("crime_group", "=", slug)]
    rows: pa.Table = pq.read_table(
        readable(files[day].path), filters=wanted, partitioning=None
    )
    if not len(rows):
        raise UsageError(
            f"no score of {slug} in {cell} at {day}: it is outside the universe, or has"
            " had no incident and is below the top 5 %"
        )
    found = rows.sort_by("horizon_days").drop_columns(["h3_cell"]).to_pylist()
    return ExplainedDay(force, group, cell, Day.parse(day), found)
