"""Rolling origins of one force: what every contestant ranked, and what then happened.

Each (force, origin) is a partition with the hash of its inputs, as for scores: an
origin whose months have not changed is not computed again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.backtests.contest import Contest, Tops, outcome_of
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.lake_check import force_coverage
from transforms.lake.crash_points import crash_point
from transforms.lake.lake import Lake
from transforms.lake.schemas import ACCURACY
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import Force
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.inputs import months_sha256, unscorable
from transforms.scores.methods import methods_for
from transforms.scores.panel import Panel
from transforms.scores.score_months import force_panel
from transforms.scores.view import view_at


HORIZONS_MONTHS = (1, 3)
VERSION = "3"


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
    pinned = lake.pinned()
    months = force_coverage(pinned, force)
    supplied = supplied_periods(months)
    wanted, left_out = {}, {}
    for origin in origins:
        why = unscorable(supplied, origin, MONTHS) or _no_outcome(months, origin)
        if why:
            left_out[str(origin)] = why
        else:
            wanted[origin] = origin_sha256(months, origin, scoring)
    stored = {f.partition["as_of"]: f.mark for f in pinned.files("accuracy", force.id)}
    stale = [o for o, mark in wanted.items() if stored.get(str(o)) != mark]
    actions, rows = [], 0
    if stale:
        panel = force_panel(pinned, force, scoring)
        for origin in [o for o in stale if not comparable(panel, months, o)]:
            left_out[str(origin)] = "the map points were renewed before its outcome"
            stale.remove(origin)
        for origin, table in origin_rows(panel, supplied, stale):
            mark = pa.repeat(wanted[origin], len(table))
            partition = {"force": force.id, "as_of": str(origin)}
            table = table.append_column("inputs_sha256", mark)
            actions.append(lake.write("accuracy", partition, table))
            rows += len(table)
    done = [str(origin) for origin in stale]
    dropped = [o for o in left_out if o in stored]  # by a revision, or an override
    if done or dropped:
        crash_point("backtest-written")
        lake.commit("accuracy", force.id, actions, [*done, *dropped])
    known = [origin for origin in wanted if str(origin) not in left_out]
    return Backtested(force.id, done, len(known) - len(done), rows, left_out)


def comparable(
    panel: Panel, months: Mapping[Month, MonthCoverage], origin: Month
) -> list[Month]:
    """The outcome months that have the same map points as an origin."""
    outcomes = _outcome_months(months, origin)
    return [month for month in outcomes if panel.epoch(month) == panel.epoch(origin)]


def origin_sha256(
    months: Mapping[Month, MonthCoverage],
    origin: Month,
    scoring: Scoring,
    horizons_months: Sequence[int] = HORIZONS_MONTHS,
) -> str:
    """The identity of everything that a force's rows at an origin are based on.

    With fewer horizons, the identity it had before later outcomes were stored.
    """
    outcomes = {
        str(month): c.entry.score_input if c.entry else None
        for month in _outcome_months(months, origin)
        if month.since(origin) in horizons_months and (c := months.get(month))
    }
    methods = methods_for(MONTHS).values()
    known = [months_sha256(months, origin, m, scoring) for m in methods]
    return sha256(json.dumps([VERSION, known, outcomes]).encode()).hexdigest()


def _outcome_months(
    months: Mapping[Month, MonthCoverage], origin: Month
) -> list[Month]:
    supplied = set(supplied_periods(months))
    return [origin + h for h in HORIZONS_MONTHS if origin + h in supplied]


def _no_outcome(months: Mapping[Month, MonthCoverage], origin: Month) -> str | None:
    if _outcome_months(months, origin):
        return None
    wanted = " and ".join(str(origin + h) for h in HORIZONS_MONTHS)
    return f"neither outcome month ({wanted}) was supplied"


def origin_rows(
    panel: Panel, supplied: list[Month], origins: Sequence[Month]
) -> list[tuple[Month, pa.Table]]:
    """The rows of each origin; each is compared with the top cells of the previous."""
    tables, tops = [], dict[Month, Tops]()
    for origin in origins:
        if origin + -1 not in tops and min(supplied) <= origin + -1:
            earlier = Contest(view_at(panel, supplied, origin + -1))
            tops[origin + -1] = earlier.tops
        contest = Contest(view_at(panel, supplied, origin))
        # nothing is compared across a renewal of the map points
        epoch = panel.epoch(origin)
        before = tops.get(origin + -1, {}) if panel.epoch(origin + -1) == epoch else {}
        rows = [
            {"horizon_months": h, "outcome_month": str(origin + h), **row}
            for h in HORIZONS_MONTHS
            if origin + h in supplied and panel.epoch(origin + h) == epoch
            for row in contest.rows(outcome_of(contest.view, origin + h), before)
        ]
        tops = {origin: contest.tops}
        tables.append((origin, _as_table(rows, contest)))
    return tables


def _as_table(rows: Sequence[Mapping[str, Any]], contest: Contest) -> pa.Table:
    stored = [f for f in ACCURACY if f.name not in ("force", "as_of", "inputs_sha256")]
    universe = {
        "universe_cells": len(contest.view.cells),
        "universe_area_m2": float(contest.view.areas_m2.sum()),
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
