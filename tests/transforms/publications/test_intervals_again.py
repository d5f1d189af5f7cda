"""Whoever has only the published files computes every interval again, with scipy."""

import sqlite3
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from scipy.stats import nbinom

from transforms.publications.formats.power_bi_columns import CELLS_FACT, HISTORY_FACT


def _by_scipy(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the intervals of those rows, from mean and size alone."""
    success = rows["score_size"] / (rows["score_size"] + rows["score"])
    low, high = (
        nbinom.ppf(q, rows["score_size"], success).astype(int) for q in (0.025, 0.975)
    )
    return low, high


def same_intervals(rows: pd.DataFrame) -> int:
    """The number of rows, all of whose intervals are what scipy says."""
    low, high = _by_scipy(rows)
    assert (rows["score_size"] > 0).all()
    assert (rows["score_lo"] == low).all()
    assert (rows["score_hi"] == high).all()
    return len(rows)


def _gpkg(file: Path) -> pd.DataFrame:
    with sqlite3.connect(file) as layers:
        return pd.read_sql_query("select * from hotspot_cells", layers)


def _duckdb(file: Path) -> pd.DataFrame:
    with duckdb.connect(file, read_only=True) as tables:
        return tables.sql("from cells").df()


READ = {
    "hotspot_cells.parquet": lambda file: pq.read_table(file).to_pandas(),
    "hotspot_cells.csv": pd.read_csv,
    "hotspots.gpkg": _gpkg,
    "hotspots.duckdb": _duckdb,
    "powerbi_fact_cells.csv": pd.read_csv,
}


@pytest.mark.parametrize("name", READ)
def test_every_interval_is_computed_again_from_the_file_alone(
    tier: Path, name: str
) -> None:
    assert same_intervals(READ[name](tier / name)) > 1_000


@pytest.mark.parametrize(
    "name", ["hotspot_history.parquet", "powerbi_fact_history.csv"]
)
def test_those_of_older_as_ofs_are_too(tier: Path, name: str) -> None:
    read = pd.read_csv if name.endswith("csv") else pd.read_parquet
    assert same_intervals(read(tier / name)) > 1_000


def test_the_cells_of_the_workbook_are_too(tier: Path) -> None:
    cells = pyogrio.read_dataframe(
        tier / "top_hotspots.xlsx", layer="Top cells", read_geometry=False
    )
    names = {
        "Expected incidents": "score",
        "Size of the interval's negative binomial": "score_size",
        "Expected, from": "score_lo",
        "Expected, to": "score_hi",
    }
    assert same_intervals(cells.rename(columns=names)) > 200


def test_the_size_is_in_the_star_and_never_public(tier: Path) -> None:
    assert {"score_size"} <= {*CELLS_FACT.names} & {*HISTORY_FACT.names}
    for file in tier.parent.glob("public/*.parquet"):
        assert "score_size" not in pq.read_schema(file).names
