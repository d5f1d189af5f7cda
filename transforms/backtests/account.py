"""What a run of backtests is asked, and what it answers in one table."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtest.contest import GI_STAR
from transforms.backtest.report import headline, summary
from transforms.data_files import read_files
from transforms.errors import UsageError
from transforms.forces import find_force
from transforms.home import Home
from transforms.lake import Lake
from transforms.ledger import forces_held
from transforms.months import Month, month_range
from transforms.score import newest_supplied
from transforms.scores import DEFAULT_METHOD
from transforms.table_specs import TABLES


DEFAULT_ORIGINS = 12


def origins_asked(home: Home, start: Month | None, end: Month | None) -> list[Month]:
    """The origins of a run: the newest twelve that have an outcome, or those asked."""
    newest = newest_supplied(home.lake, home.registry)
    if newest is None:
        raise UsageError("the lake holds no supplied month: ingest first")
    last = end or newest + -1
    first = start or last + (1 - DEFAULT_ORIGINS)
    if first > last:
        raise UsageError(f"--from {first} lies after --to {last}")
    if last >= newest:
        raise UsageError(
            f"--to {last}: no later month is held to compare with, {newest} being the"
            " newest"
        )
    return month_range(first, last)


def forces_asked(home: Home, asked: Sequence[str]) -> list[str]:
    """The forces of a run: those asked, or every one in the lake."""
    held = [force.id for force in forces_held(home.lake, home.registry)]
    for force in asked:
        if find_force(force, home.registry).id not in held:
            raise UsageError(f"{force} is not in the lake of {home.root}: ingest first")
    return list(dict.fromkeys(asked)) or held


def account_of_backtest(
    lake: Lake, forces: Sequence[str], origins: Sequence[Month]
) -> list[dict[str, Any]]:
    """What the default score found in 1 % of the area, and its rivals, by group."""
    asked = {str(origin) for origin in origins}
    files = [
        file
        for force in forces
        for file in lake.files("accuracy", force)
        if file.partition["as_of"] in asked
    ]
    rows = headline(summary(_newest_horizon(read_files(files, TABLES["accuracy"]))))
    by_key = {(r["crime_group"], r["method"]): r for r in rows.to_pylist()}
    return [
        {
            **row,
            "rolling": by_key[slug, row["rival"]]["hit_rate"] if row["rival"] else None,
            "gi_star": by_key[slug, GI_STAR]["hit_rate"],
        }
        for (slug, method), row in by_key.items()
        if method == DEFAULT_METHOD
    ]


def _newest_horizon(rows: pa.Table) -> pa.Table:
    """A month ahead alone: the longer horizon is in accuracy.csv."""
    return rows.filter(pc.equal(rows["horizon_months"], 1))
