"""Rolling origins of one force: what every contestant said, and what then happened.

Each (force, origin) is a partition that carries the hash of what it rests on, as scores
do: an origin whose months have not changed is not done again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.backtest.contest import Contest, Tops, outcome_of
from transforms.coverage import MonthCoverage, supplied_months
from transforms.crash_points import crash_point
from transforms.forces import Force
from transforms.lake import Lake
from transforms.ledger import force_coverage
from transforms.months import Month
from transforms.panel import Panel
from transforms.schemas import ACCURACY
from transforms.score import force_panel, inputs_sha256, unscorable
from transforms.scores import METHODS
from transforms.scores.view import view
from transforms.scoring import Scoring


HORIZONS_MONTHS = (1, 3)
VERSION = "1"


@dataclass(frozen=True)
class Backtested:
    """What backtesting one force did."""

    force: str
    origins: list[str]  # computed in this run
    unchanged: int  # origins whose months had not changed
    rows: int
    left_out: dict[str, str]  # by month, why there is nothing to compare


def backtest_force(
    lake: Lake, force: Force, origins: Sequence[Month], scoring: Scoring
) -> Backtested:
    """Bring a force's backtest up to date at those origins, oldest first."""
    seen = lake.pinned()
    months = force_coverage(seen, force)
    wanted, left_out = {}, {}
    for origin in origins:
        why = unscorable(months, origin) or _no_outcome(months, origin)
        if why:
            left_out[str(origin)] = why
        else:
            wanted[origin] = origin_sha256(months, origin, scoring)
    held = {f.partition["as_of"]: f.mark for f in seen.files("accuracy", force.id)}
    stale = [o for o, mark in wanted.items() if held.get(str(o)) != mark]
    dropped = [o for o in left_out if o in held]  # by a revision, or an override
    actions, rows = [], 0
    if stale:
        panel = force_panel(seen, force, months, scoring)
        for origin, table in origin_rows(panel, supplied_months(months), stale):
            mark = pa.repeat(wanted[origin], len(table))
            partition = {"force": force.id, "as_of": str(origin)}
            table = table.append_column("inputs_sha256", mark)
            actions.append(lake.write("accuracy", partition, table))
            rows += len(table)
    done = [str(origin) for origin in stale]
    if done or dropped:
        crash_point("backtest-written")
        lake.commit("accuracy", force.id, actions, [*done, *dropped])
    return Backtested(force.id, done, len(wanted) - len(done), rows, left_out)


def origin_sha256(
    months: Mapping[Month, MonthCoverage],
    origin: Month,
    scoring: Scoring,
    horizons_months: Sequence[int] = HORIZONS_MONTHS,
) -> str:
    """The identity of everything that a force's rows at an origin rest on.

    With fewer horizons, as it was when no later outcome was held.
    """
    outcomes = {
        str(month): c.entry.raw_sha256 if c.entry else None
        for month in _outcome_months(months, origin)
        if month.since(origin) in horizons_months and (c := months.get(month))
    }
    known = [inputs_sha256(months, origin, m, scoring) for m in METHODS.values()]
    return sha256(json.dumps([VERSION, known, outcomes]).encode()).hexdigest()


def _outcome_months(
    months: Mapping[Month, MonthCoverage], origin: Month
) -> list[Month]:
    supplied = set(supplied_months(months))
    return [origin + h for h in HORIZONS_MONTHS if origin + h in supplied]


def _no_outcome(months: Mapping[Month, MonthCoverage], origin: Month) -> str | None:
    if _outcome_months(months, origin):
        return None
    wanted = " and ".join(str(origin + h) for h in HORIZONS_MONTHS)
    return f"neither outcome month ({wanted}) was supplied"


def origin_rows(
    panel: Panel, supplied: list[Month], origins: Sequence[Month]
) -> list[tuple[Month, pa.Table]]:
    """The rows of each origin; the top cells of one are those before the next."""
    found, tops = [], dict[Month, Tops]()
    for origin in origins:
        if origin + -1 not in tops and min(supplied) <= origin + -1:
            earlier = Contest(view(panel, supplied, origin + -1))
            tops[origin + -1] = earlier.tops
        contest = Contest(view(panel, supplied, origin))
        before = tops.get(origin + -1, {})
        rows = [
            {"horizon_months": h, "outcome_month": str(origin + h), **row}
            for h in HORIZONS_MONTHS
            if origin + h in supplied
            for row in contest.rows(outcome_of(contest.seen, origin + h), before)
        ]
        tops = {origin: contest.tops}
        found.append((origin, _as_table(rows, contest)))
    return found


def _as_table(rows: Sequence[Mapping[str, Any]], contest: Contest) -> pa.Table:
    stored = [f for f in ACCURACY if f.name not in ("force", "as_of", "inputs_sha256")]
    universe = {
        "universe_cells": len(contest.seen.cells),
        "universe_area_m2": float(contest.seen.areas_m2.sum()),
    }
    columns = {}
    for field in stored:
        values = [(universe | dict(row)).get(field.name) for row in rows]
        columns[field.name] = pa.array(
            [None if _is_nan(value) else value for value in values], field.type
        )
    return pa.table(columns)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))
