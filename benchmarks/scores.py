"""Scores and backtests in memory, beside esda and what a pandas user would write."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import Work, newest_as_of, table
from transforms.backtests.origins import origin_rows
from transforms.homes.home import open_home
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range, window
from transforms.scores.inputs import unscorable
from transforms.scores.labels.gi_star import benjamini_hochberg, gi_star_z, two_sided_p
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.panel import Panel
from transforms.scores.score_months import force_panel, score_month
from transforms.scores.view import View, view_at


METHOD = METHODS[DEFAULT_METHOD]
ORIGINS = 12


def one_as_of(folder: Path, _: str) -> str:
    """From incidents in the lake: every force and crime group at the newest month."""
    home = open_home(folder)
    as_of, forces, rows = newest_as_of(home), 0, 0
    for force in stored_forces(home.lake, home.registry):
        months = force_coverage(home.lake, force)
        supplied = supplied_periods(months)
        if unscorable(supplied, as_of, MONTHS):
            continue
        panel = force_panel(home.lake, force, home.scoring)
        scored, _spots = score_month(
            panel, supplied, as_of, METHOD, home.scoring, force.id, {}
        )
        forces, rows = forces + 1, rows + len(scored)
    return f"{forces} forces, {rows:,} rows"


def backtest(folder: Path, force: str) -> str:
    """Twelve origins of one force, two horizons, all contestants."""
    panel, supplied = _panel(folder, force)
    last = supplied[-1] + -1
    origins = month_range(last + (1 - ORIGINS), last)
    rows = sum(len(t) for _, t in origin_rows(panel, supplied, origins))
    return f"{force}, {rows:,} rows"


def gi_star(folder: Path, force: str) -> str:
    """Neighbours, Gi* and q of twelve months' counts, all groups."""
    counts, seen = _counts(folder, force)
    hot = 0
    for values in counts:
        q = benjamini_hochberg(two_sided_p(gi_star_z(values, seen.links[0])))
        hot += int((q <= 0.05).sum())
    return f"{len(seen.cells):,} cells x {len(counts)} groups, {hot:,} significant"


def gi_star_esda(folder: Path, force: str) -> str:
    """The same z by esda, without permutations, from the same neighbours."""
    warnings.simplefilter("ignore")
    from esda import G_Local
    from libpysal.graph import Graph
    from scipy.stats import false_discovery_control

    counts, seen = _counts(folder, force)
    graph = Graph.from_sparse(seen.links[0].tocoo())
    hot = 0
    for values in counts:
        found = G_Local(values, graph, star=True, transform="B", permutations=0)
        p = false_discovery_control(two_sided_p(found.Zs))
        hot += int((p <= 0.05).sum())
    return f"{len(seen.cells):,} cells x {len(counts)} groups, {hot:,} significant"


def rolling_pandas(folder: Path, _: str) -> str:
    """A rolling 12-month count of every force and group, as a notebook would."""
    home = open_home(folder)
    as_of, rows = newest_as_of(home), 0
    span = [str(month) for month in window(as_of, 12)]
    for force in stored_forces(home.lake, home.registry):
        files = [f.path for f in home.lake.files("incidents", force.id)]
        columns = ["h3_r9", "category", "in_area"]
        months = [p.split("month=")[1][:7] for p in files]
        frames = [pd.read_parquet(p, columns=columns) for p in files]
        frame = pd.concat(
            f.assign(month=m) for f, m in zip(frames, months, strict=True)
        )
        frame = frame[frame.in_area & frame.h3_r9.notna()]
        by = ["category", "h3_r9", "month"]
        monthly = frame.groupby(by, observed=True).size().unstack(fill_value=0)
        rolled = monthly.reindex(columns=span, fill_value=0).sum(axis=1)
        for group in GROUPS.values():
            chosen = rolled[rolled.index.isin(group.categories, level=0)]
            ranked = chosen.groupby(level=1).sum().rank(ascending=False)
            rows += len(ranked)
    return f"{rows:,} ranked cells: no score, interval, label or universe"


def _counts(folder: Path, force: str) -> tuple[list[np.ndarray], View]:
    panel, supplied = _panel(folder, force)
    seen = view_at(panel, supplied, supplied[-1])
    year = seen.windows["12m"]
    return [seen.of(year, group.categories) for group in GROUPS.values()], seen


def _panel(folder: Path, force: str) -> tuple[Panel, list[Month]]:
    home = open_home(folder)
    months = force_coverage(home.lake, home.registry[force])
    panel = force_panel(home.lake, home.registry[force], home.scoring)
    return panel, supplied_periods(months)


WORK: dict[str, Work] = {
    "all forces, one as-of": one_as_of,
    "rolling count in pandas": rolling_pandas,
    "twelve-origin backtest": backtest,
    "Gi* and q": gi_star,
    "Gi* and q by esda": gi_star_esda,
}


if __name__ == "__main__":
    table(WORK, Path(sys.argv[1]), sys.argv[2])
