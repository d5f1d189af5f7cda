"""How often intervals held and how far levels drifted, by group, band and month.

    hexbeat backtest --home HOME
    .venv/bin/python -m benchmarks.bands HOME

Tables in Markdown of what the backtests in a home's lake found of the default score, a
month ahead, or of another calibrated method (`--method NAME`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.calibration import BAND_NAMES
from transforms.homes.home import open_home
from transforms.incidents.lake_check import stored_forces
from transforms.lake.data_files import read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.reference.arrays import Floats
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.scores.methods import DEFAULT_METHOD


# A share of fewer cells says little.
FEWEST_CELLS = 200
_BUSY = slice(1, None)  # bands of cells that expect one incident or more


def backtested(lake: Lake, forces: Sequence[Force], method: str) -> pa.Table:
    """The rows of a method a month ahead, of all origins in the lake."""
    files = [file for force in forces for file in lake.files("accuracy", force.id)]
    rows = read_files(files, TABLES["accuracy"])
    of_method = pc.and_(
        pc.equal(rows["method"], method), pc.equal(rows["horizon_months"], 1)
    )
    return rows.filter(pc.and_(of_method, pc.is_valid(rows["interval_cells"])))


def held(rows: pa.Table) -> tuple[Floats, Floats]:
    """Cells in each band, and the share of them whose count was in the interval."""
    cells, inside = (
        np.sum(rows[name].to_pylist(), axis=0, initial=0.0)
        if len(rows)
        else np.zeros(len(BAND_NAMES))
        for name in ("interval_cells", "interval_inside")
    )
    share = np.full(len(cells), np.nan)
    np.divide(inside, cells, out=share, where=cells > 0)
    return cells, share


def level(rows: pa.Table) -> float:
    """Incidents observed in the universes, by those expected there."""
    outside = pc.sum(rows["incidents_outside"]).as_py() or 0
    observed = (pc.sum(rows["incidents"]).as_py() or 0) - outside
    expected = pc.sum(rows["expected"]).as_py() or 0.0
    return observed / expected if expected else np.nan


def by_band(rows: pa.Table) -> Iterator[str]:
    """The share held in each band, by group; those of few cells in brackets."""
    yield from _head("crime group", *BAND_NAMES)
    for slug, group in GROUPS.items():
        of_group = rows.filter(pc.equal(rows["crime_group"], slug))
        told = [
            f"{share:.3f} ({cells:,.0f})" if cells >= FEWEST_CELLS else f"({cells:.0f})"
            for cells, share in zip(*held(of_group), strict=True)
        ]
        yield _line(group.label, *told)


def by_month(rows: pa.Table) -> Iterator[str]:
    """The level of each month, and the share held in cells that expect 1 or more."""
    months = sorted(set(rows["outcome_month"].to_pylist()))
    yield from _head("crime group", *months)
    for slug, group in GROUPS.items():
        of_group = rows.filter(pc.equal(rows["crime_group"], slug))
        yield _line(
            group.label,
            *(
                _of_month(of_group.filter(pc.equal(of_group["outcome_month"], month)))
                for month in months
            ),
        )


def _of_month(rows: pa.Table) -> str:
    cells, share = (values[_BUSY] for values in held(rows))
    known = f"{level(rows):.2f}"
    if cells.sum() < FEWEST_CELLS:
        return known
    return f"{known}, {np.average(np.nan_to_num(share), weights=cells):.3f}"


def _head(*names: str) -> Iterator[str]:
    yield _line(*names)
    yield "|" + "---|" * len(names)


def _line(*columns: str) -> str:
    return f"| {' | '.join(columns)} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.bands", description=__doc__)
    parser.add_argument("home")
    parser.add_argument("--method", default=DEFAULT_METHOD)
    asked = parser.parse_args()
    home = open_home(asked.home)
    lake = home.lake.pinned()
    rows = backtested(lake, stored_forces(lake, home.registry), asked.method)
    if not len(rows):
        raise SystemExit(f"{asked.home}: no backtest is stored: run hexbeat backtest")
    for table in (by_band(rows), by_month(rows)):
        sys.stdout.write("\n".join(table) + "\n\n")


if __name__ == "__main__":
    main()
