"""Forecasts as they were published, and how each did: appended, never rewritten.

A publication is a forecast of the month after its as-of. Where that month is not held
yet, publishing freezes it: the hash of its cells goes into the lake. Once the month is
held, the published cells are counted against it, whatever any score would say by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import cells
from transforms.checksums import file_sha256
from transforms.coverage import MonthCoverage, supplied_months
from transforms.errors import ForceError
from transforms.exclusions import kept_incidents
from transforms.forces import Force
from transforms.groups import GROUPS
from transforms.home import Home
from transforms.lake import SupersededError
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month
from transforms.panel import count_cells
from transforms.publications.edition import Edition
from transforms.publications.geoparquet import CELLS_FILE
from transforms.schemas import ACCURACY_HISTORY, FORECASTS
from transforms.seal import TIER


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
    digest = file_sha256(
        home.publications / "runs" / edition.run_id / TIER / CELLS_FILE
    )
    frozen = []
    for force in edition.scored:
        runs = home.lake.read("forecasts", force.force.id)["run_id"].to_pylist()
        if edition.run_id in runs or _is_held(outcome, force.months):
            continue
        row = {
            "force": force.force.id,
            "run_id": edition.run_id,
            "as_of": str(edition.as_of),
            "outcome_month": str(outcome),
            "method": f"{edition.method.NAME} {edition.method.VERSION}",
            "universe_cells": force.universe_cells,
            "forecast_sha256": digest,
            "frozen_at": now,
        }
        home.lake.append(
            "forecasts", force.force.id, pa.Table.from_pylist([row], schema=FORECASTS)
        )
        frozen.append(force.force.id)
    return frozen


def _is_held(month: Month, months: Mapping[Month, MonthCoverage]) -> bool:
    """Whether any row of that month could have been seen, counted or not."""
    covered = months.get(month)
    return bool(covered and covered.entry and covered.entry.raw_sha256)


def judge(home: Home, now: datetime) -> Judged:
    """Count every frozen forecast whose month is held by now, and was not yet."""
    found = Judged()
    for force in forces_held(home.lake, home.registry):
        waiting = _waiting(home, force.id)
        if not waiting:
            continue
        try:
            months = force_coverage(home.lake, force)
        except ForceError:  # told by whoever scores or publishes the force
            continue
        rows = _judged(home, force, months, waiting, now, found.notes)
        if rows:
            table = pa.Table.from_pylist(rows, schema=ACCURACY_HISTORY)
            try:
                home.lake.append("accuracy_history", force.id, table)
            except SupersededError:  # another run has told the same
                continue
            found.rows += len(rows)
    return found


def _waiting(home: Home, force: str) -> list[dict[str, Any]]:
    """The frozen forecasts of a force that have not been judged."""
    judged = set(home.lake.read("accuracy_history", force)["run_id"].to_pylist())
    frozen = home.lake.read("forecasts", force).to_pylist()
    return [row for row in frozen if row["run_id"] not in judged]


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
        if outcome not in held:
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
            path, columns=_COLUMNS, filters=[("force", "=", force.id)]
        )
        counted = _counted(home, force, outcome, published)
        rows += [
            facts | group
            for group in _by_group(published, counted, forecast["universe_cells"])
        ]
    return rows


def _counted(home: Home, force: Force, month: Month, published: pa.Table) -> pa.Table:
    """The month's incidents by cell and category."""
    files = [
        file.path
        for file in home.lake.files("incidents", force.id)
        if file.partition["month"] == str(month)
    ]
    kept = kept_incidents(files, home.scoring.exclusions, force.id)
    return count_cells(kept, published["h3_res"][0].as_py(), home.scoring.harm)


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
