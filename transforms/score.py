"""The second stage: from incidents to scores, one force at its newest as-of months.

Each (force, as-of month) carries a hash of everything it rests on: equal hash, nothing
to do. A score knows nothing later than its as-of month, the universe included.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.checksums import refuse_damaged
from transforms.coverage import MonthCoverage, supplied_months
from transforms.crash_points import crash_point
from transforms.data_files import DataFile
from transforms.errors import ForceError, UsageError
from transforms.feeds import FEEDS
from transforms.forces import Force
from transforms.groups import GROUPS, groups_sha256
from transforms.hotspots import Named
from transforms.lake import Lake
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, window
from transforms.panel import Panel, read_panel
from transforms.scores import Method
from transforms.scores.group_labels import labels
from transforms.scores.harm_sums import harm_sums
from transforms.scores.table import GroupScores, score_rows
from transforms.scores.view import View, view
from transforms.scoring import Scoring
from transforms.storage import readable


KEPT_AS_OFS = 12
_AT_LEAST_OF_LAST_12 = 3
_AT_MOST_MONTHS_BEHIND = 3


@dataclass(frozen=True)
class Scored:
    """What scoring one force did."""

    force: str
    as_ofs: list[str]  # computed in this run
    unchanged: int  # as-of months whose inputs had not changed
    rows: int
    unscored: str | None  # why the newest as-of has no score


def newest_supplied(lake: Lake, registry: Mapping[str, Force]) -> Month | None:
    """The newest month that any force has supplied: the as-of month of a run.

    A force whose lake is unfinished is passed over here, and fails when it is scored.
    """
    newest = []
    for force in forces_held(lake, registry):
        try:
            newest += supplied_months(force_coverage(lake, force))[-1:]
        except ForceError:
            continue
    return max(newest, default=None)


def check_as_of(as_of: Month, newest: Month | None) -> Month:
    """The as-of month asked for, which no month supplied may lie before."""
    if newest is None:
        raise UsageError("the lake holds no supplied month: ingest first")
    if as_of > newest:
        raise UsageError(f"as-of {as_of}: the newest month supplied is {newest}")
    return as_of


def unscorable(months: Mapping[Month, MonthCoverage], as_of: Month) -> str | None:
    """Why a force can have no score at that month, or None if it can."""
    known = [month for month in supplied_months(months) if month <= as_of]
    if not known:
        return f"no month supplied up to {as_of}"
    if as_of.since(known[-1]) > _AT_MOST_MONTHS_BEHIND:
        return f"newest supplied month is {known[-1]}, over 3 months before {as_of}"
    recent = len(set(known) & set(window(as_of, 12)))
    if recent < _AT_LEAST_OF_LAST_12:
        return f"only {recent} of the 12 months to {as_of} were supplied"
    return None


def inputs_sha256(
    months: Mapping[Month, MonthCoverage],
    as_of: Month,
    method: Method,
    scoring: Scoring,
) -> str:
    """The identity of everything that a force's scores at a month rest on."""
    rests_on = [
        (str(month), c.status, c.entry.raw_sha256 if c.entry else None)
        for month, c in months.items()
        if month <= as_of
    ]
    code = [_version(), method.NAME, method.VERSION, groups_sha256()]
    identity = [str(as_of), code, scoring.sha256, rests_on]
    return sha256(json.dumps(identity).encode()).hexdigest()


@cache
def _version() -> str:
    """Hexbeat's own: to look it up is to read a file."""
    return version("hexbeat")


def score_force(
    lake: Lake,
    force: Force,
    as_of: Month,
    method: Method,
    scoring: Scoring,
    rescore: bool = False,
) -> Scored:
    """Bring a force's scores up to date at the as-of month and the eleven before.

    To `rescore` is to compute those anew, too, whose inputs have not changed.
    """
    seen = lake.pinned()  # so that the hash is of the very rows that are read
    months = force_coverage(seen, force)
    wanted = {
        str(month): inputs_sha256(months, month, method, scoring)
        for month in window(as_of, KEPT_AS_OFS)
        if unscorable(months, month) is None
    }
    held = {f.partition["as_of"]: f for f in seen.files("scores", force.id)}
    stale = [
        month
        for month, mark in wanted.items()
        if rescore or month not in held or held[month].mark != mark
    ]
    rows = 0
    actions = []
    if stale:
        panel = force_panel(seen, force, months, scoring)
        supplied = supplied_months(months)
        spots = hotspots_before(held, stale[0])
        for text in stale:
            month = Month.parse(text)
            if str(month + -1) in held and str(month + -1) not in stale:
                spots = hotspots_before(held, text)
            table, spots = score_month(
                panel, supplied, month, method, scoring, force.id, spots
            )
            marked = _with(table, "inputs_sha256", wanted[text])
            partition = {"force": force.id, "as_of": text}
            actions.append(lake.write("scores", partition, marked))
            rows += table.num_rows
    dropped = _expired(held, as_of) | {m for m in held if _unwanted(m, as_of, wanted)}
    if stale or dropped:
        crash_point("scores-written")
        lake.commit("scores", force.id, actions, [*stale, *dropped])
    return Scored(
        force.id, stale, len(wanted) - len(stale), rows, unscorable(months, as_of)
    )


def hotspots_before(held: Mapping[str, DataFile], as_of: str) -> dict[str, Named]:
    """The hot spots of each group as they were named before that as-of is scored.

    Those of the as-of before it; where none is held, its own of an earlier scoring, so
    that a new method or a revision changes no name that it need not.
    """
    before = str(Month.parse(as_of) + -1)
    file = held.get(before) or held.get(as_of)
    if file is None:
        return {}
    columns = ["crime_group", "hotspot_id", "h3_cell"]
    rows = pq.ParquetFile(readable(file.path)).read(columns=columns)
    return named_cells(rows)


def named_cells(rows: pa.Table) -> dict[str, Named]:
    """By crime group, the cells of each hot spot in score rows."""
    found: dict[str, dict[str, set[int]]] = {}
    for row in rows.filter(rows["hotspot_id"].is_valid()).to_pylist():
        of_group = found.setdefault(row["crime_group"], {})
        of_group.setdefault(row["hotspot_id"], set()).add(row["h3_cell"])
    return {
        group: {name: frozenset(cells) for name, cells in spots.items()}
        for group, spots in found.items()
    }


def score_month(
    panel: Panel,
    supplied: list[Month],
    as_of: Month,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Mapping[str, Named],
) -> tuple[pa.Table, dict[str, Named]]:
    """All groups' score rows of one force at one month, and its hot spots by group.

    `earlier` are the hot spots of the as-of before, whose ids live on.
    """
    return score_view(view(panel, supplied, as_of), method, scoring, force, earlier)


def score_view(
    seen: View,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Mapping[str, Named],
) -> tuple[pa.Table, dict[str, Named]]:
    """The same of a view, whatever its clock."""
    expected = method.expect(seen)
    harm = harm_sums(seen, expected)
    of_group = {s: GroupScores(g, seen, expected[s]) for s, g in GROUPS.items()}
    labelled = labels(seen, {slug: one.kept for slug, one in of_group.items()})
    spots = {
        slug: one.hotspots(f"{force}-{slug}", earlier.get(slug, {}), scoring.hotspots)
        for slug, one in of_group.items()
    }
    table = score_rows(list(of_group.values()), harm, labelled, spots)
    for name, value in {
        "h3_res": seen.panel.resolution,
        "method": f"{method.NAME} {method.VERSION}",
        "universe_cells": len(seen.cells),
        "universe_area_m2": round(float(seen.areas_m2.sum()), 1),
    }.items():
        table = _with(table, name, value)
    return table, spots


def _with(table: pa.Table, name: str, value: object) -> pa.Table:
    return table.append_column(name, pa.repeat(value, len(table)))


def force_panel(
    lake: Lake,
    force: Force,
    months: Mapping[Month, MonthCoverage],
    scoring: Scoring,
) -> Panel:
    """All held incidents of a force, ready to be looked at from any month."""
    files = lake.files("incidents", force.id)
    refuse_damaged("incidents", files)
    feed = next(c.entry.feed for c in months.values() if c.entry)
    return read_panel(
        [file.path for file in files],
        [Month.parse(file.partition["month"]) for file in files],
        FEEDS[feed].SCORED_RESOLUTION,
        force.id,
        scoring,
    )


def _expired(held: Mapping[str, object], as_of: Month) -> set[str]:
    """As-of months older than both this run's twelve and the newest twelve held."""
    newest = max(map(Month.parse, held), default=as_of)
    kept = {str(m) for end in (as_of, newest) for m in window(end, KEPT_AS_OFS)}
    return {month for month in held if month not in kept}


def _unwanted(month: str, as_of: Month, wanted: Mapping[str, str]) -> bool:
    """An as-of of this run that was scorable once and, after a revision, is not."""
    return month not in wanted and Month.parse(month) in window(as_of, KEPT_AS_OFS)
