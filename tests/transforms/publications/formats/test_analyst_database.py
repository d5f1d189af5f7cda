"""The DuckDB file: what was published, described, and readable by old clients."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.transforms.operations.sealed import content
from tests.transforms.publications.grown_home import Grown
from transforms.publications.edition.force_tables import forces_table
from transforms.publications.formats.analyst_database import VIEWS, write_database


TABLES = {
    "accuracy", "cells", "coverage", "crime_groups", "forces", "hotspots",
    "reconciliation", "run_info",
}  # fmt: skip


@pytest.fixture(scope="module")
def con(tier: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(tier / "hotspots.duckdb", read_only=True) as opened:
        yield opened


def test_each_table_is_as_published(
    grown: Grown, con: duckdb.DuckDBPyConnection
) -> None:
    edition = grown.now.edition
    published = {
        "cells": edition.cells,
        "hotspots": edition.hotspots,
        "accuracy": edition.accuracy,
        "coverage": edition.coverage,
        "forces": forces_table(edition.forces, edition.as_of),
    }
    for name, rows in published.items():
        assert con.table(name).to_arrow_table().to_pylist() == rows.to_pylist(), name


def test_every_table_view_and_column_has_a_comment(
    con: duckdb.DuckDBPyConnection,
) -> None:
    tables = dict(
        con.execute("select table_name, comment from duckdb_tables()").fetchall()
    )
    views = dict(
        con.execute(
            "select view_name, comment from duckdb_views() where not internal"
        ).fetchall()
    )
    assert tables.keys() == TABLES
    assert views == VIEWS
    assert all(tables.values())
    columns = con.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where not internal"
    ).fetchall()
    bare = [(t, c) for t, c, words in columns if t in TABLES and not words]
    assert bare == []
    words = {(t, c): said for t, c, said in columns}
    assert words["cells", "score"] == "Expected incidents in the next month"
    assert "Null: no month of the window was supplied" in words["cells", "n_12m"]


def test_its_views_answer(con: duckdb.DuckDBPyConnection) -> None:
    for view in VIEWS:
        assert len(con.table(view)) > 0, view
    gaps = con.execute(
        "select month from coverage_gaps where force = 'saltmarsh' order by month"
    ).fetchall()
    assert ("2025-01",) in gaps


def test_old_clients_can_read_it(tier: Path) -> None:
    """After a checksum and four letters stands the storage version: 64 is 1.0's."""
    head = (tier / "hotspots.duckdb").read_bytes()[:24]
    assert head[8:12] == b"DUCK"
    assert int.from_bytes(head[12:20], "little") == 64


def test_views_hold_under_another_name(tier: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "other.duckdb"
    renamed.write_bytes((tier / "hotspots.duckdb").read_bytes())
    with duckdb.connect() as con:
        con.execute("attach $path as mine (read_only)", {"path": str(renamed)})
        for view in VIEWS:
            assert con.execute(f"from mine.{view}").fetchall()


def test_the_same_edition_is_the_same_content(
    grown: Grown, tier: Path, tmp_path: Path
) -> None:
    write_database(grown.now.edition, tmp_path / "again.duckdb")
    assert content(tmp_path / "again.duckdb") == content(tier / "hotspots.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["again.duckdb"]


def test_a_formula_is_withheld_here_too_and_no_accuracy_is_no_table(
    grown: Grown, tmp_path: Path
) -> None:
    bare = replace(grown.now.edition, backtests=())
    rows = grown.now.edition.cells.slice(0, 10)
    at = rows.schema.get_field_index("place_label")
    labels = pa.array(["=1+1"] * 10)
    vars(bare)["cells"] = rows.set_column(at, rows.schema.field(at), labels)
    write_database(bare, tmp_path / "bare.duckdb")
    with duckdb.connect(tmp_path / "bare.duckdb", read_only=True) as con:
        [(rows_told, labels_told)] = con.execute(
            "select count(*), count(place_label) from cells"
        ).fetchall()
        names = {name for (name,) in con.execute("show tables").fetchall()}
    assert (rows_told, labels_told) == (10, 0)
    assert names == (TABLES | VIEWS.keys()) - {"accuracy"}
