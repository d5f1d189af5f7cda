"""How each frozen forecast did: judged once, and appended.

Once the month of a forecast is stored, the cells as published are compared with it,
whatever the scores would be by then.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import sql
from transforms.errors import ForceError
from transforms.homes.home import Home
from transforms.homes.runs.seal import TIER
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.holds import find_holds, read_profiles
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.incidents.scored import scored_incidents
from transforms.lake.checksums import file_sha256, refuse_damaged
from transforms.lake.lake import Lake, SupersededError
from transforms.lake.schemas import ACCURACY_HISTORY
from transforms.lake.storage import readable
from transforms.publications.schemas import CELLS_FILE
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, group_categories
from transforms.reference.months import Month
from transforms.scores.panel import count_cells


_SHARES_PERMILLE = {"0_5pct": 5, "1pct": 10, "2pct": 20, "5pct": 50}
_COLUMNS = ["force", "crime_group", "h3_cell", "h3_res"]
_COLUMNS += ["score", "score_lo", "score_hi", "score_rank"]


@dataclass
class Judged:
    """The result of judging frozen forecasts."""

    rows: int = 0
    notes: list[str] = field(default_factory=list)  # forecasts that cannot be read


def judge(home: Home, now: datetime) -> Judged:
    """Judge each frozen forecast whose month is stored and that was not judged yet."""
    result = Judged()
    for force in stored_forces(home.lake, home.registry):
        judged = home.lake.read("accuracy_history", force.id)
        waiting = _waiting(home.lake, force.id, judged)
        if not waiting:
            continue
        try:
            months = force_coverage(home.lake, force)
            rows = _judged(home, force, months, waiting, now, result.notes)
        except ForceError:  # scoring or publishing the force reports it
            continue
        if rows:
            table = pa.Table.from_pylist(rows, schema=ACCURACY_HISTORY)
            try:
                home.lake.append("accuracy_history", force.id, judged, table)
            except SupersededError:  # another run judges the same
                continue
            result.rows += len(rows)
    return result


def is_judged(home: Home) -> bool:
    """Whether no frozen forecast waits whose month is stored: `judge` would do nothing.

    It is not where a forecast cannot be judged, either: `judge` says why.
    """
    for force in stored_forces(home.lake, home.registry):
        judged = home.lake.read("accuracy_history", force.id)
        waiting = _waiting(home.lake, force.id, judged)
        months = {Month.parse(row["outcome_month"]) for row in waiting}
        if months & {*supplied_periods(force_coverage(home.lake, force))}:
            return False
    return True


def waiting_runs(home: Home) -> set[str]:
    """The runs whose forecasts have not been judged: their files are still needed."""
    return {
        str(row["run_id"])
        for force in stored_forces(home.lake, home.registry)
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
    supplied = supplied_periods(months)
    rows: list[dict[str, Any]] = []
    for forecast in waiting:
        outcome = Month.parse(forecast["outcome_month"])
        if outcome not in supplied or _looks_wrong(home, force, months, outcome):
            continue
        if _renewed_between(home, force, Month.parse(forecast["as_of"]), outcome):
            continue
        path = home.publications / "runs" / forecast["run_id"] / TIER / CELLS_FILE
        if not path.exists() or file_sha256(path) != forecast["forecast_sha256"]:
            notes.append(
                f"{force.id}: the forecast of run {forecast['run_id']} is no longer as"
                " it was published and cannot be judged"
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
    """Whether a month is held until a person decides: nothing is judged by it."""
    holds = find_holds(read_profiles(home.lake, force.id), months, month)
    return any(hold.period == month for hold in holds)


def _renewed_between(home: Home, force: Force, as_of: Month, outcome: Month) -> bool:
    """Whether the map points were renewed before the outcome: not judged then."""
    epochs = read_epochs([f.path for f in home.lake.files("incidents", force.id)])
    same: bool = epoch_at(epochs, as_of) == epoch_at(epochs, outcome)
    return not same


def _counted(
    home: Home,
    force: Force,
    month: Month,
    rules: Sequence[Exclusion],
    resolution: int,
) -> pa.Table:
    """The month's incidents by cell and category, under the forecast's exclusions."""
    files = [
        file
        for file in home.lake.files("incidents", force.id)
        if file.partition["month"] == str(month)
    ]
    refuse_damaged("incidents", files)  # the judgement is final
    paths = [file.path for file in files]
    kept = scored_incidents(paths, rules, force.id)
    return count_cells(kept, resolution, home.scoring.harm)


def _by_group(
    published: pa.Table, counted: pa.Table, universe_cells: int
) -> Iterable[dict[str, Any]]:
    """The incidents of the month in each crime group's highest cells."""
    limits = {
        f"cells_{name}": -(-permille * universe_cells // 1000)
        for name, permille in _SHARES_PERMILLE.items()
    }
    relations = {
        "published": published,
        "counted": counted,
        "groups": group_categories(),
    }
    rows = sql.run("forecast_hits", relations, **limits).to_pylist()
    order = list(GROUPS)
    return sorted(rows, key=lambda row: order.index(row["crime_group"]))
