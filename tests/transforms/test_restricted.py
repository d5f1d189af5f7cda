"""Restricted rows reach nothing that publishes: not by types, not at run time."""

import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.open_tables import PublicTables
from transforms.publications.schemas import PUBLIC_ACCURACY, PUBLIC_BANDS, PUBLIC_CELLS
from transforms.restricted import Restricted


ROOT = Path(__file__).parent.parent.parent
ROWS = pa.table({"reference": ["46/1/26"]})
SNIPPET = """
import pyarrow as pa

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.home import Home
from transforms.publications.public.open_tables import PublicTables
from transforms.publications.public.publish import publish_public
from transforms.restricted import Restricted


def publish(home: Home, rows: Restricted, table: pa.Table) -> None:
    PublicTables(table, table, table, DisclosureSettings())
    PublicTables(rows, table, table, DisclosureSettings())
    PublicTables(table, rows, table, DisclosureSettings())
    PublicTables(table, table, rows, DisclosureSettings())
    publish_public(home, rows)
    rows["reference"]
"""


def test_a_type_checker_refuses_them(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", snippet],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    found = [
        line.split("error: ") for line in done.stdout.splitlines() if "error" in line
    ]
    numbers = [int(where.split(":")[1]) for where, _ in found]
    first = SNIPPET.splitlines().index(
        "    PublicTables(rows, table, table, DisclosureSettings())"
    )
    assert numbers == [first + 1 + n for n in range(5)], done.stdout + done.stderr
    assert all("Restricted" in said for _, said in found)


def test_so_does_the_public_tier_itself() -> None:
    tables = [s.empty_table() for s in (PUBLIC_CELLS, PUBLIC_BANDS, PUBLIC_ACCURACY)]
    PublicTables(*tables, DisclosureSettings())
    for at, table in enumerate(tables):
        mixed = [*tables[:at], Restricted(table), *tables[at + 1 :]]
        with pytest.raises(TypeError, match="Restricted is not a public table"):
            PublicTables(*mixed, DisclosureSettings())


def test_nothing_that_takes_a_table_takes_them(tmp_path: Path) -> None:
    rows = Restricted(ROWS)
    for take in (
        pa.table,
        pa.RecordBatchReader.from_stream,
        lambda r: pq.write_table(r, tmp_path / "rows.parquet"),
        lambda r: pa.concat_tables([r]),
        pickle.dumps,
    ):
        with pytest.raises((TypeError, AttributeError)):
            take(rows)


def test_they_show_how_many_they_are_and_no_more() -> None:
    assert len(Restricted(ROWS)) == 1
    assert repr(Restricted(ROWS)) == "Restricted(1 rows)"
    assert Restricted(ROWS).reveal() is ROWS
