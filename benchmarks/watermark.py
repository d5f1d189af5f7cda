"""A pull from a database of 240,000 rows: all of them, and by a watermark."""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from pydantic import SecretStr

from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.opening import open_source
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.records.watermark import Watermark


NEW_ROWS, DAYS = 500, 1_500
MAPPING = """
force = "kent"
format = "sql"
crs = "EPSG:27700"
retention_days = 2000
columns = { reference = "ref", occurred_from = "began", offence_code = "code", easting = "x", northing = "y" }
times = { date_format = "iso", time_zone = "UTC", ambiguous = "earlier", skipped = "shift" }
categories = { unknown = "quarantine", codes = { 30A = "burglary" } }
tombstone = { column = "deleted", yes = ["Y"], no = ["N"] }
[database]
query = "SELECT ref, code, began, x, y, 'N' AS deleted, changed FROM crimes ORDER BY ref"
"""  # noqa: E501
BY_MARK = 'watermark = "changed"\n'


def main() -> None:
    """Print what each pull took, with a watermark and without."""
    parser = argparse.ArgumentParser(prog="benchmarks.watermark", description=__doc__)
    parser.add_argument("--rows", type=int, default=240_000)
    rows_before: int = parser.parse_args().rows
    sys.stdout.write("| mapping | pull | CPU s | rows |\n|---|---|---|---|\n")
    for name, more in {"without a watermark": "", "with one": BY_MARK}.items():
        with tempfile.TemporaryDirectory() as folder:
            for what, cpu_s, rows in _pulls(Path(folder), MAPPING + more, rows_before):
                sys.stdout.write(f"| {name} | {what} | {cpu_s:.1f} | {rows:,} |\n")
                sys.stdout.flush()


def _pulls(folder: Path, mapping: str, rows: int) -> Iterator[tuple[str, float, int]]:
    now = datetime.now(UTC).replace(microsecond=0)
    database, text = folder / "crimes.db", folder / "kent.toml"
    text.write_text(mapping)
    root = create_force_home(folder / "home", text, "sql", "me", now)
    with _changed(database) as run:
        run("CREATE TABLE crimes (ref PRIMARY KEY, code, began, x, y, changed)", [()])
        run("CREATE INDEX by_change ON crimes (changed)", [()])
        spread = timedelta(days=DAYS) / rows
        _insert(run, "old", rows, lambda n: now - timedelta(days=DAYS) + n * spread)
    steps = ("the first", "nothing new", f"{NEW_ROWS} new rows", "a day later")
    for step, what in enumerate(steps):
        at = now + timedelta(minutes=step, days=step // 3 * 2)
        if step == 2:
            with _changed(database) as run:
                _insert(run, "new", NEW_ROWS, lambda _: now)
        home, began = open_force_home(root), process_time()
        since = Watermark.of(home).since(at)
        access = Access(database_url=SecretStr(f"sqlite:///{database}"))
        source = open_source("sql", home.mapping, access, at, since=since)
        done = pull(home, source, "me", at)
        yield what, process_time() - began, done.counts["rows_in"]


@contextmanager
def _changed(database: Path) -> Iterator[Callable[[str, Any], object]]:
    with closing(sqlite3.connect(database)) as connection, connection:
        yield connection.executemany


def _insert(
    run: Callable[[str, Any], object],
    name: str,
    rows: int,
    at: Callable[[int], datetime],
) -> None:
    run(
        "INSERT INTO crimes VALUES (?, '30A', ?, ?, ?, ?)",
        (
            (
                f"{name}/{n}",
                f"{at(n) - timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ}",
                560_000 + n * 37 % 50_000,
                130_000 + n * 91 % 40_000,
                f"{at(n):%Y-%m-%d %H:%M:%S}",
            )
            for n in range(rows)
        ),
    )


if __name__ == "__main__":
    main()
