"""What a run of backtests covers, and its result in one table."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.contest import GI_STAR
from transforms.backtests.report import equal_area, headline, summary
from transforms.backtests.results import EQUAL
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.lake_check import stored_forces
from transforms.lake.data_files import read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.reference.forces import find_force
from transforms.reference.months import Month, month_range
from transforms.scores.methods import DEFAULT_METHOD
from transforms.scores.score_months import newest_supplied


DEFAULT_ORIGINS = 12
_COMPARED = (
    "hit_rate", "hit_rate_lo", "hit_rate_hi", "pei_star", "rolling", "gi_star", "gain",
    "gain_lo", "gain_hi",
)  # fmt: skip


def requested_origins(
    home: Home, start: Month | None, end: Month | None
) -> list[Month]:
    """The origins of a run: the newest twelve with an outcome, or those requested."""
    newest = newest_supplied(home.lake, home.registry)
    if newest is None:
        raise UsageError("the lake contains no supplied month: ingest first")
    last = end or newest + -1
    first = start or last + (1 - DEFAULT_ORIGINS)
    if first > last:
        raise UsageError(
            f"--from {first} is later than --to {last}: swap them"
            if end
            else f"--from {first}: the newest month with one after it is {last}"
        )
    if last >= newest:
        raise UsageError(
            f"--to {last}: no later month is stored to compare with; the newest is"
            f" {newest}"
        )
    return month_range(first, last)


def requested_forces(home: Home, named: Sequence[str]) -> list[str]:
    """The forces of a run: those named, or every one in the lake."""
    stored = [force.id for force in stored_forces(home.lake, home.registry)]
    for force in named:
        if find_force(force, home.registry).id not in stored:
            raise UsageError(f"{force} is not in the lake of {home.root}: ingest first")
    return list(dict.fromkeys(named)) or stored


def account_of_backtest(
    lake: Lake, forces: Sequence[str], origins: Sequence[Month]
) -> list[dict[str, Any]]:
    """What the default score and its rivals found by group, in 1 % of the area.

    The same of 10 km2 has names that end in `_10km2`; None where no universe is
    large enough.
    """
    wanted = {str(origin) for origin in origins}
    files = [
        file
        for force in forces
        for file in lake.files("accuracy", force)
        if file.partition["as_of"] in wanted
    ]
    found = summary(_newest_horizon(read_files(files, TABLES["accuracy"])))
    share, equal = _with_rivals(headline(found)), _with_rivals(equal_area(found))
    return [
        row | {f"{name}_{EQUAL}": equal.get(slug, {}).get(name) for name in _COMPARED}
        for slug, row in share.items()
    ]


def _with_rivals(rows: pa.Table) -> dict[str, dict[str, Any]]:
    """The default score's row of each group, with what rivals found beside it."""
    by_key = {(r["crime_group"], r["method"]): r for r in rows.to_pylist()}
    return {
        slug: {
            **row,
            "rolling": by_key[slug, row["rival"]]["hit_rate"] if row["rival"] else None,
            "gi_star": by_key[slug, GI_STAR]["hit_rate"],
        }
        for (slug, method), row in by_key.items()
        if method == DEFAULT_METHOD
    }


def _newest_horizon(rows: pa.Table) -> pa.Table:
    """The horizon of one month; the longer one is in accuracy.csv."""
    return rows.filter(pc.equal(rows["horizon_months"], 1))
