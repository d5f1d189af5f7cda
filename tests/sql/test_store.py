"""A DuckDB file: tables, views by their text, comments whatever is in them."""

from pathlib import Path

import duckdb
import pyarrow as pa

import sql


COVERAGE = pa.table(
    {
        "force": ["a", "b"],
        "force_name": ["A", "B"],
        "month": ["2025-01", "2025-02"],
        "status": ["supplied", "missing"],
        "reason": pa.array([None, 'it\'s "so"; --']),
    }
)
WORDS = """It's a 'comment'; drop table coverage; -- $1 "and" more"""


def test_tables_views_and_comments_are_there(tmp_path: Path) -> None:
    path = tmp_path / "it's a.duckdb"
    comments = {"coverage": WORDS, "coverage_gaps": WORDS, "coverage.month": WORDS}
    sql.store(path, {"coverage": COVERAGE}, ["coverage_gaps"], comments)
    assert list(tmp_path.iterdir()) == [path]
    with duckdb.connect(path, read_only=True) as con:
        assert (
            con.table("coverage").to_arrow_table().to_pylist() == COVERAGE.to_pylist()
        )
        gaps = con.table("coverage_gaps").to_arrow_table().to_pylist()
        assert gaps == COVERAGE.slice(1).to_pylist()
        asked = (
            "select comment from duckdb_tables()",
            "select comment from duckdb_views() where not internal",
            "select comment from duckdb_columns() where comment is not null",
        )
        for query in asked:
            assert con.execute(query).fetchall() == [(WORDS,)]
