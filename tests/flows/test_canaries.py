"""A planted password and a planted Crime ID: neither is seen again outside the lake."""

import re
import subprocess
import sys
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.builders import kent_csv, months, release_zip, row, street_csv
from tests.flows.servers import ROOT, prefect_server


pytestmark = pytest.mark.system

PASSWORD = "canary-password-7f3a"  # noqa: S105
KEY = "canary-store-key-91bc"
# It asks a server that is away as often as ever, and says so, but does not wait.
IMPATIENT = """
from transforms.feeds.web.retries import Patience
Patience.wait = lambda *_: 0.0
from flows.command.cli import main
main()
"""
CRIME_ID = "c0ffee5eedcafe" + "ab12" * 12 + "9d"
BROKEN_ID = "facade0ddba11" + "cd34" * 12 + "9de"


def tellers(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under a folder, and what it says where that is packed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path.name, data
            yield from ((f"in {path.name}", inner) for inner in packed(path, data))


def packed(path: Path, data: bytes) -> Iterator[bytes]:
    match path.suffix:
        case ".parquet":
            yield str(pq.ParquetFile(path).read().to_pydict()).encode()
        case ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield from (book.read(name) for name in book.namelist())
        case ".html":
            for text in re.findall(rb'id="payload"[^>]*>([^<]+)<', data):
                yield zlib.decompress(b64decode(text))
        case ".pdf":
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True)
            yield done.stdout
        case ".duckdb":
            with duckdb.connect(str(path), read_only=True) as db:
                for (name,) in db.sql(
                    "select table_name from duckdb_tables()"
                ).fetchall():
                    yield str(db.table(name).fetchall()).encode()


def seen(folder: Path, canary: bytes) -> list[str]:
    return [name for name, data in tellers(folder) if canary in data]


def test_neither_is_seen_again(tmp_path: Path) -> None:
    source, home, prefect = (tmp_path / n for n in ("source", "home", "prefect"))
    prefect.mkdir()
    span = [str(month) for month in months("2024-01", 4)]
    files = {("kent", month): kent_csv(month, 60) for month in span}
    good = [row(month=span[3], crime_id=CRIME_ID) for _ in range(40)]
    bad = row(month=span[3], crime_id=BROKEN_ID, latitude="95.000000")
    files["kent", span[3]] = street_csv([*good, bad])
    release_zip(source, "2024-04", files)
    auth = f"hexbeat:{PASSWORD}"
    secrets = {"PREFECT_SERVER_API_AUTH_STRING": auth, "AWS_SECRET_ACCESS_KEY": KEY}
    words = ["run", "--force", "kent", "--home", str(home)]
    said = b""
    with prefect_server(prefect, **secrets) as env:
        client = env | {"PREFECT_API_AUTH_STRING": auth}
        for more in (
            ["--source", str(source), "--backtest"],
            ["--source", str(tmp_path / "nowhere")],  # errors talk, too
            ["--source", "http://127.0.0.1:9/"],
        ):
            done = subprocess.run(
                [sys.executable, "-c", IMPATIENT, *words, *more],
                env=client, cwd=ROOT, capture_output=True,
            )  # fmt: skip
            said += done.stdout + done.stderr
        registered = subprocess.run(
            [sys.executable, "-m", "flows.server.registration"], env=client, cwd=ROOT,
            capture_output=True,
        )  # fmt: skip
        assert registered.returncode == 0, registered.stderr
        said += registered.stdout + registered.stderr
    assert b"map      " in said
    assert (prefect / "prefect.db").stat().st_size > 100_000
    for secret in (PASSWORD, KEY):
        for folder in (home, prefect):
            assert seen(folder, secret.encode()) == []
        assert secret.encode() not in said
    for crime_id in (CRIME_ID, BROKEN_ID):
        for canary in (crime_id.encode(), bytes.fromhex(crime_id)):
            assert seen(home / "publications", canary) == []
            assert seen(prefect, canary) == []
            assert canary not in said
    # the search can find: the lake, and it alone, holds the Crime ID
    lake = seen(home / "lake", str(bytes.fromhex(CRIME_ID)).encode())
    assert lake
    assert seen(home / "publications", b"High Street")
