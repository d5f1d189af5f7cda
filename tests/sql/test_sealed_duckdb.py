"""DuckDB reaches no file but those that it is handed, and leaves nothing behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sql
from sql.delta_files import of_files, partition_of


ROWS = pa.table(
    {
        "category": pa.array(["burglary", "drugs", "burglary"]).dictionary_encode(),
        "longitude": [0.5, None, 0.5],
        "latitude": [51.2, None, 51.2],
    }
)
NAMES = ["a[1-2]", "a*", "a?", "50%20", "a=b", "x y", "ü", "it's", '"', "#1", "s3:"]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with sql._connected() as opened:
        yield opened


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from glob('{folder}/*')",
        "attach '{folder}/new.duckdb' as new",
        "copy (select 1) to '{folder}/new.csv'",
        "install httpfs",
        "set temp_directory = '{folder}'",
        "set enable_external_access = true",
        "set allowed_directories = ['{folder}']",
    ],
)
def test_no_query_opens_a_file_or_unlocks_the_settings(
    query: str, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(duckdb.Error):
        con.execute(query.format(file=file, folder=tmp_path))
    assert list(tmp_path.iterdir()) == [file]


def test_what_does_not_fit_in_memory_is_an_error_and_not_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where DuckDB would spill
    monkeypatch.setattr(sql, "_SEALED", {**sql._SEALED, "memory_limit": "20MB"})
    monkeypatch.setattr(
        sql,
        "text",
        lambda name: "select range, hash(range) from range(9000000) order by 2",
    )
    with ThreadPoolExecutor(1) as pool:  # each thread has a connection of its own
        error = pool.submit(sql.run, "some", {}).exception()
    assert isinstance(error, OSError)
    assert "needs more memory than there is" in str(error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_files_are_read_by_their_very_paths(name: str, tmp_path: Path) -> None:
    files = []
    for home in (name, "a1", "ab"):  # which a pattern would find, too
        for month in ("2025-01", "2025-02"):
            folder = tmp_path / home / f"lake/incidents/force=kent/month={month}"
            folder.mkdir(parents=True)
            pq.write_table(ROWS, folder / "x.parquet")
            files.append(str(folder / "x.parquet"))
    found = sql.run("month_profiles", {"incidents": files[:2]})
    assert found["month"].to_pylist() == ["2025-01"] * 2 + ["2025-02"] * 2
    assert found["incidents"].to_pylist() == [2, 1, 2, 1]
    assert of_files(files[:2]).schema.names == [*ROWS.column_names, "force", "month"]


def test_partition_values_end_at_the_tables_own_folder() -> None:
    path = "/a=b/lake/incidents/force=kent/month=2025-01/x.parquet"
    assert partition_of(path) == {"force": "kent", "month": "2025-01"}
    assert partition_of("/a=b/lake/coverage/x.parquet") == {}
