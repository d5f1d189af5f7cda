"""Why a cell scores as it does: its row, what the score is made of, the raw lines.

Nothing is read but the lake; nothing is told of an incident but its month, its category
and where in which raw file it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import sql
from transforms import cells
from transforms.coverage import MonthCoverage, supplied_months
from transforms.data_files import DataFile
from transforms.errors import UsageError
from transforms.exclusions import kept_incidents
from transforms.feeds import FEEDS
from transforms.forces import Force
from transforms.groups import GROUPS, CrimeGroup
from transforms.home import Home
from transforms.lake import Lake
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, window
from transforms.score import force_panel, newest_supplied
from transforms.scores import point_exposure
from transforms.scores.view import view
from transforms.storage import readable


TOLD_MONTHS = 36
_CELL_LENGTH = 15


@dataclass(frozen=True)
class CategoryPart:
    """What one category brings to a score, in incidents a month."""

    category: str
    recorded: float  # decayed mean of the cell's own record
    prior: float  # what one would expect without that record
    prior_weight: float  # of the prior against the record, 0 to 1
    score: float


@dataclass(frozen=True)
class RawLines:
    """Where the incidents of one month and category stand."""

    month: str
    release: str | None
    member: str | None
    raw_sha256: str
    category: str
    lines: list[int]


@dataclass(frozen=True)
class Explained:
    """One cell and crime group of one force at one as-of."""

    force: Force
    group: CrimeGroup
    cell: str
    as_of: Month
    row: Mapping[str, Any]  # as scored
    parts: Sequence[CategoryPart]  # none where the method has no parts to tell
    raw: Sequence[RawLines]


def explain(
    home: Home, cell: str, slug: str, as_of: Month | None, force_id: str | None
) -> list[Explained]:
    """The cell in each force that has scored it: the universes of two may overlap."""
    group = _known_group(slug)
    number = _cell_number(cell)
    lake = home.lake.pinned()
    month = as_of or newest_supplied(lake, home.registry)
    if month is None:
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    found = []
    for force in forces_held(lake, home.registry):
        if force_id not in (None, force.id):
            continue
        asked = _Asked(
            lake, home, force, force_coverage(lake, force), group, number, month
        )
        for file in lake.files("scores", force.id):
            if file.partition["as_of"] == str(month):
                found += _explained(asked, file)
    if not found:
        raise UsageError(
            f"no score of {slug} in {cell} at {month}: it lies outside every scored"
            " universe, or has had none in 36 months and is below the top 5 %"
        )
    return found


def _known_group(slug: str) -> CrimeGroup:
    if slug not in GROUPS:
        raise UsageError(f"unknown crime group {slug!r}; there are {', '.join(GROUPS)}")
    return GROUPS[slug]


def _cell_number(cell: str) -> int:
    try:
        if len(cell) == _CELL_LENGTH and cell == cell.lower():
            return int(cells.from_text([cell])[0])
    except ValueError:
        pass
    raise UsageError(f"{cell!r} is no H3 cell: write its 15 lower-case characters")


@dataclass(frozen=True)
class _Asked:
    """One force's part of the question."""

    lake: Lake
    home: Home
    force: Force
    months: Mapping[Month, MonthCoverage]
    group: CrimeGroup
    cell: int
    as_of: Month


def _rows(file: DataFile, wanted: list[tuple[str, str, object]]) -> pa.Table:
    return pq.read_table(readable(file.path), filters=wanted, partitioning=None)


def _explained(asked: _Asked, file: DataFile) -> list[Explained]:
    wanted = [("h3_cell", "=", asked.cell), ("crime_group", "=", asked.group.slug)]
    rows = _rows(file, wanted).to_pylist()
    if not rows:
        return []
    [row] = rows
    told = f"{point_exposure.NAME} {point_exposure.VERSION}"
    parts = _parts(asked) if row["method"] == told else []
    text = cells.as_text(np.array([asked.cell]))[0]
    return [
        Explained(
            asked.force, asked.group, text, asked.as_of, row, parts, _raw_lines(asked)
        )
    ]


def _parts(asked: _Asked) -> list[CategoryPart]:
    """What each category of the group brings, the largest part first."""
    panel = force_panel(asked.lake, asked.force, asked.months, asked.home.scoring)
    seen = view(panel, supplied_months(asked.months), asked.as_of)
    at = int(np.searchsorted(seen.cells, asked.cell))
    scored = point_exposure.expect(seen)
    found = []
    for category in asked.group.categories:
        parts = point_exposure.parts([category], seen)[category]
        own, prior, weight = parts.own[at], parts.prior[at], parts.weight[at]
        found.append(
            CategoryPart(
                category,
                float(own / parts.exposure_terms),
                float(prior / parts.exposure_terms),
                float(weight / (weight + prior)),
                float(scored[category].mean[at]),
            )
        )
    return sorted(found, key=lambda part: -part.score)


def _raw_lines(asked: _Asked) -> list[RawLines]:
    """Every incident that the counts rest on, in the supplied months, newest first."""
    span = [str(month) for month in window(asked.as_of, TOLD_MONTHS)]
    supplied = {str(month) for month in supplied_months(asked.months)}
    entries = {str(month): c.entry for month, c in asked.months.items() if c.entry}
    held = [
        file
        for file in asked.lake.files("incidents", asked.force.id)
        if file.partition["month"] in supplied.intersection(span)
    ]
    if not held:
        return []
    feed = next(e.feed for e in entries.values())
    rules = asked.home.scoring.exclusions
    paths = [file.path for file in held]
    months = [file.partition["month"] for file in held]
    hashes = pa.array([file.mark for file in held], pa.string())
    rows = sql.run(
        "cell_lines",
        {
            "incidents": kept_incidents(paths, rules, asked.force.id),
            "files": pa.table({"month": months, "raw_sha256": hashes}),
        },
        h3_res=FEEDS[feed].SCORED_RESOLUTION,
        cell=asked.cell,
        first_month=span[0],
        last_month=span[-1],
    )
    return [
        RawLines(
            row["month"],
            entries[row["month"]].release,
            entries[row["month"]].member,
            row["raw_sha256"],
            row["category"],
            row["raw_lines"],
        )
        for row in reversed(rows.to_pylist())
        if row["category"] in asked.group.categories
    ]
