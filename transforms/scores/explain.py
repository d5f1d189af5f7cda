"""Why a cell scores as it does: its row, what the score is made of, the raw lines.

It reads only the lake, and shows of an incident only its month, its category and its
line in the raw file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.coverage import MonthCoverage
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
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.months import Month, window
from transforms.reference.resolutions import MONTHS_RESOLUTION
from transforms.scores.methods import point_exposure
from transforms.scores.methods.point_exposure import Parts
from transforms.scores.score_months import force_panel, newest_supplied
from transforms.scores.view import view_at


EXPLAINED_MONTHS = 36
_CELL_LENGTH = 15


@dataclass(frozen=True)
class CategoryPart:
    """What one category adds to a score, in incidents a month."""

    category: str
    recorded: float  # decayed mean of the cell's own record
    prior: float  # what to expect without that record
    prior_weight: float  # of the prior against the record, 0 to 1
    factor: float  # of the district, the season, and the force's own total
    score: float  # the weighted mean of prior and record, times the factor


@dataclass(frozen=True, kw_only=True)
class RawLines:
    """The raw lines of the incidents of one month and category."""

    month: str
    release: str | None
    member: str | None
    raw_sha256: str
    category: str
    lines: list[int]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One cell and crime group of one force at one as-of."""

    force: Force
    group: CrimeGroup
    cell: str
    as_of: Month
    row: Mapping[str, Any]  # as scored
    parts: Sequence[CategoryPart]  # empty where the method has no parts
    raw: Sequence[RawLines]


def explain(
    home: Home, cell: str, slug: str, as_of: Month | None, force_id: str | None
) -> list[Explained]:
    """The cell in each force that has scored it: universes may overlap.

    `ForceError` where the scores of one are damaged.
    """
    group = known_group(slug)
    number = cell_number(cell)
    lake = home.lake.pinned()
    month = as_of or newest_supplied(lake, home.registry)
    if month is None:
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    explained = []
    for force in stored_forces(lake, home.registry):
        if force_id not in (None, force.id):
            continue
        question = _Question(
            lake, home, force, force_coverage(lake, force), group, number, month
        )
        for file in lake.files("scores", force.id):
            if file.partition["as_of"] == str(month):
                refuse_damaged("scores", [file])
                explained += _explained(question, file)
    if not explained:
        refuse_unscored(lake, month, force_id)
        raise UsageError(
            f"no score of {slug} in {cell} at {month}: it is outside every scored"
            " universe, or has had none in 36 months and is below the top 5 %"
        )
    return explained


def refuse_unscored(lake: Lake, month: Month, force_id: str | None) -> None:
    """Say which months have scores, if that one has none."""
    scored = sorted(
        {f.partition["as_of"] for f in lake.files("scores", force_id) if f.rows}
    )
    if str(month) in scored:
        return
    there = f"scores exist for {_span(scored)}" if scored else "run hexbeat score first"
    of = f" of {force_id}" if force_id else ""
    raise UsageError(f"no scores{of} for {month}: {there}")


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def known_group(slug: str, own: Iterable[CrimeGroup] = ()) -> CrimeGroup:
    """The group of that name; a `UsageError` names those that there are."""
    known = GROUPS | {group.slug: group for group in own}
    if slug not in known:
        raise UsageError(f"unknown crime group {slug!r}; there are {', '.join(known)}")
    return known[slug]


def cell_number(cell: str) -> int:
    """An H3 cell as a number; `UsageError` unless it is 15 lower-case characters."""
    try:
        if len(cell) == _CELL_LENGTH and cell == cell.lower():
            return int(cells.from_text([cell])[0])
    except ValueError:
        pass
    raise UsageError(
        f"{cell!r} is not an H3 cell: copy its 15 lower-case characters from a profile"
        " on the map (search there by street or town), or from the column h3_cell"
    )


@dataclass(frozen=True)
class _Question:
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


def _explained(question: _Question, file: DataFile) -> list[Explained]:
    wanted = [
        ("h3_cell", "=", question.cell),
        ("crime_group", "=", question.group.slug),
    ]
    rows = _rows(file, wanted).to_pylist()
    if not rows:
        return []
    [row] = rows
    with_parts = f"{point_exposure.NAME} {point_exposure.VERSION}"
    parts = _parts(question) if row["method"] == with_parts else []
    text = cells.as_text(np.array([question.cell]))[0]
    return [
        Explained(
            force=question.force,
            group=question.group,
            cell=text,
            as_of=question.as_of,
            row=row,
            parts=parts,
            raw=_raw_lines(question),
        )
    ]


def _parts(question: _Question) -> list[CategoryPart]:
    """What each category of the group adds, the largest part first."""
    scoring = question.home.scoring_of(question.force.id)
    panel = force_panel(question.lake, question.force, scoring)
    supplied = supplied_periods(question.months)
    view = view_at(panel, supplied, question.as_of)
    at = int(np.searchsorted(view.cells, question.cell))
    scored = point_exposure.expect(view)
    explained = []
    for category in question.group.categories:
        if category not in scored:  # it no longer existed at the as-of
            continue
        parts = point_exposure.parts([category], view)[category]
        explained.append(_part(category, parts, at, float(scored[category].mean[at])))
    return sorted(explained, key=lambda part: -part.score)


def _part(category: str, parts: Parts, at: int, score: float) -> CategoryPart:
    weight, prior = float(parts.weight[at]), float(parts.prior[at])
    share = weight / (weight + prior)
    own = float(parts.own[at])
    mixed = (share * prior + (1 - share) * own) / parts.exposure_terms
    return CategoryPart(
        category,
        recorded=own / parts.exposure_terms,
        prior=prior / parts.exposure_terms,
        prior_weight=share,
        factor=score / mixed if mixed else 1.0,
        score=score,
    )


def _raw_lines(question: _Question) -> list[RawLines]:
    """Every incident that is counted, in the supplied months, newest first.

    No count includes incidents from before the map points were renewed.
    """
    files = question.lake.files("incidents", question.force.id)
    first = epoch_at(read_epochs([file.path for file in files]), question.as_of)
    span = [
        str(month)
        for month in window(question.as_of, EXPLAINED_MONTHS)
        if first is None or first <= month
    ]
    supplied = {str(month) for month in supplied_periods(question.months)}
    entries = {str(month): c.entry for month, c in question.months.items() if c.entry}
    counted = [
        file for file in files if file.partition["month"] in supplied.intersection(span)
    ]
    if not counted:
        return []
    rules = question.home.scoring.exclusions
    paths = [file.path for file in counted]
    months = [file.partition["month"] for file in counted]
    hashes = pa.array([file.mark for file in counted], pa.string())
    rows = sql.run(
        "cell_lines",
        {
            "incidents": scored_incidents(paths, rules, question.force.id),
            "files": pa.table({"month": months, "raw_sha256": hashes}),
        },
        h3_res=MONTHS_RESOLUTION,
        cell=question.cell,
        first_month=span[0],
        last_month=span[-1],
    )
    return [
        RawLines(
            month=row["month"],
            release=entries[row["month"]].release,
            member=entries[row["month"]].member,
            raw_sha256=row["raw_sha256"],
            category=row["category"],
            lines=row["raw_lines"],
        )
        for row in reversed(rows.to_pylist())
        if row["category"] in question.group.categories
    ]
