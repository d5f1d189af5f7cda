"""Forecasts as they were published, and how each did: appended, never rewritten.

A publication is a forecast of the month after its as-of. Where that month is not held
yet, publishing freezes it: the hash of its cells goes into the lake. Once the month is
held, the published cells are counted against it, whatever any score would say by then.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import cells
from transforms.checksums import file_sha256, refuse_damaged
from transforms.coverage import MonthCoverage, supplied_months
from transforms.errors import ForceError
from transforms.exclusions import Exclusion, kept_incidents
from transforms.forces import Force
from transforms.groups import GROUPS
from transforms.holds import find_holds, read_profiles
from transforms.home import Home
from transforms.lake import Lake, SupersededError
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month
from transforms.panel import count_cells
from transforms.publications.edition import Edition
from transforms.publications.geoparquet import CELLS_FILE
from transforms.schemas import ACCURACY_HISTORY, FORECASTS
from transforms.seal import TIER
from transforms.storage import readable


_SHARES_PERMILLE = {"0_5pct": 5, "1pct": 10, "2pct": 20, "5pct": 50}
_COLUMNS = ["force", "crime_group", "h3_cell", "h3_res"]
_COLUMNS += ["score", "score_lo", "score_hi", "score_rank"]


@dataclass
class Judged:
    """What became of frozen forecasts whose month is now held."""

    rows: int = 0
    notes: list[str] = field(default_factory=list)  # forecasts that cannot be read


def freeze(home: Home, edition: Edition, now: datetime) -> list[str]:
    """Freeze a publication's forecasts; the forces whose outcome is still to come."""
    outcome = edition.as_of + 1
    told = home.publications / "runs" / edition.run_id / TIER / CELLS_FILE
    if not told.exists():  # withdrawn, and its files removed since
        return []
    digest = file_sha256(told)
    frozen = []
    for force in edition.scored:
        if _is_held(outcome, force.months):
            continue
        row = {
            "force": force.force.id,
            "run_id": edition.run_id,
            "as_of": str(edition.as_of),
            "outcome_month": str(outcome),
            "method": f"{edition.method.NAME} {edition.method.VERSION}",
            "universe_cells": force.universe_cells,
            "forecast_sha256": digest,
            "exclusions": json.dumps([asdict(rule) for rule in force.exclusions]),
            "frozen_at": now,
        }
        if _added(home.lake, force.force.id, row):
            frozen.append(force.force.id)
    return frozen


def _added(lake: Lake, force: str, forecast: Mapping[str, Any]) -> bool:
    """Add a forecast; False where that run's is held already."""
    row = pa.Table.from_pylist([forecast], schema=FORECASTS)
    while True:
        held = lake.read("forecasts", force)
        if forecast["run_id"] in held["run_id"].to_pylist():
            return False
        try:
            lake.append("forecasts", force, held, row)
        except SupersededError:  # another run came in between: decide again
            continue
        return True


def _is_held(month: Month, months: Mapping[Month, MonthCoverage]) -> bool:
    """Whether any row of that month could have been seen, counted or not."""
    covered = months.get(month)
    return bool(covered and covered.entry and covered.entry.raw_sha256)


def judge(home: Home, now: datetime) -> Judged:
    """Count every frozen forecast whose month is held by now, and was not yet."""
    found = Judged()
    for force in forces_held(home.lake, home.registry):
        judged = home.lake.read("accuracy_history", force.id)
        waiting = _waiting(home.lake, force.id, judged)
        if not waiting:
            continue
        try:
            months = force_coverage(home.lake, force)
            rows = _judged(home, force, months, waiting, now, found.notes)
        except ForceError:  # told by whoever scores or publishes the force
            continue
        if rows:
            table = pa.Table.from_pylist(rows, schema=ACCURACY_HISTORY)
            try:
                home.lake.append("accuracy_history", force.id, judged, table)
            except SupersededError:  # another run is telling the same
                continue
            found.rows += len(rows)
    return found


def waiting_runs(home: Home) -> set[str]:
    """The runs whose forecasts have not been judged: their files are still needed."""
    return {
        str(row["run_id"])
        for force in forces_held(home.lake, home.registry)
        for row in _waiting(
            home.lake, force.id, home.lake.read("accuracy_history", force.id)
        )
    }


def _waiting(lake: Lake, force: str, judged: pa.Table) -> list[dict[str, Any]]:
    """The frozen forecasts of a force that have not been judged."""
    done = set(judged["run_id"].to_pylist())
    frozen = lake.read("forecasts", force).to_pylist()
    return [row for row in frozen if row["run_id"] not in done]


def _judged(
    home: Home,
    force: Force,
    months: Mapping[Month, MonthCoverage],
    waiting: Iterable[Mapping[str, Any]],
    now: datetime,
    notes: list[str],
) -> list[dict[str, Any]]:
    held = supplied_months(months)
    rows: list[dict[str, Any]] = []
    for forecast in waiting:
        outcome = Month.parse(forecast["outcome_month"])
        if outcome not in held or _looks_wrong(home, force, months, outcome):
            continue
        path = home.publications / "runs" / forecast["run_id"] / TIER / CELLS_FILE
        if not path.exists() or file_sha256(path) != forecast["forecast_sha256"]:
            notes.append(
                f"{force.id}: the forecast of run {forecast['run_id']} is no longer as"
                " it was published, and cannot be judged"
            )
            continue
        entry = months[outcome].entry
        same = ("force", "run_id", "as_of", "outcome_month", "method")
        facts = {name: forecast[name] for name in (*same, "forecast_sha256")}
        facts |= {"release": entry.release if entry else None, "judged_at": now}
        published = pq.read_table(
            readable(path), columns=_COLUMNS, filters=[("force", "=", force.id)]
        )
        rules = [Exclusion(**rule) for rule in json.loads(forecast["exclusions"])]
        counted = _counted(home, force, outcome, rules, published["h3_res"][0].as_py())
        rows += [
            facts | group
            for group in _by_group(published, counted, forecast["universe_cells"])
        ]
    return rows


def _looks_wrong(
    home: Home, force: Force, months: Mapping[Month, MonthCoverage], month: Month
) -> bool:
    """Whether a month waits for a person to look: nothing is judged by it."""
    holds = find_holds(read_profiles(home.lake, force.id), months, month)
    return any(hold.month == month for hold in holds)


def _counted(
    home: Home,
    force: Force,
    month: Month,
    rules: Sequence[Exclusion],
    resolution: int,
) -> pa.Table:
    """The month's incidents by cell and category, as the forecast left places out."""
    files = [
        file
        for file in home.lake.files("incidents", force.id)
        if file.partition["month"] == str(month)
    ]
    refuse_damaged("incidents", files)  # what is judged stays as it is
    paths = [file.path for file in files]
    kept = kept_incidents(paths, rules, force.id)
    return count_cells(kept, resolution, home.scoring.harm)


def _by_group(
    published: pa.Table, counted: pa.Table, universe_cells: int
) -> Iterable[dict[str, Any]]:
    limits = {
        name: -(-permille * universe_cells // 1000)
        for name, permille in _SHARES_PERMILLE.items()
    }
    for slug, group in GROUPS.items():
        rows = published.filter(
            pc.and_(
                pc.equal(published["crime_group"], slug),
                pc.less_equal(published["score_rank"], limits["5pct"]),
            )
        )
        mine = counted.filter(pc.is_in(counted["category"], pa.array(group.categories)))
        found = _counts_of(rows, mine)
        rank = rows["score_rank"].to_numpy()
        low, high = rows["score_lo"].to_numpy(), rows["score_hi"].to_numpy()
        yield {
            "crime_group": slug,
            "incidents": int(pc.sum(mine["incidents"]).as_py() or 0),
            **{f"hits_{n}": int(found[rank <= k].sum()) for n, k in limits.items()},
            "expected_1pct": float(
                rows["score"].to_numpy()[rank <= limits["1pct"]].sum()
            ),
            "cells_5pct": len(rows),
            "inside_5pct": int(((found >= low) & (found <= high)).sum()),
        }


def _counts_of(rows: pa.Table, counted: pa.Table) -> cells.Floats:
    """The incidents counted in each row's cell."""
    by_cell: dict[int, int] = {}
    for cell, number in zip(
        counted["h3_cell"].to_pylist(), counted["incidents"].to_pylist(), strict=True
    ):
        by_cell[cell] = by_cell.get(cell, 0) + number
    ids = cells.from_text(rows["h3_cell"].to_pylist()).tolist()
    return np.array([by_cell.get(cell, 0) for cell in ids], dtype=float)
