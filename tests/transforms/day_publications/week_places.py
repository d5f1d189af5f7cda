"""The places that four forces deliver to, each filled and read by a test."""

import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from tests.flows.servers import forget_stores, free_port
from tests.transforms.feeds.force.made_drops import (
    SQL_MAPPING,
    Truth,
    as_csv,
    csv_row,
    json_row,
)
from tests.transforms.feeds.force.sources.servers import ssh_server
from tests.transforms.records.made_homes import UPDATED_MAPPING
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.opening import open_source
from transforms.feeds.web.retries import Patience
from transforms.records.homes import ForceHome


@dataclass(frozen=True, kw_only=True)
class Version(Truth):
    """A record as its force had it at one time."""

    updated: datetime


class Place(ABC):
    """Where a force delivers, and how its home reads it."""

    mapping: str
    is_database = False

    def __init__(self, address: str, access: Access) -> None:
        self.address, self.access = address, access

    def source(self, home: ForceHome, now: datetime) -> DropSource:
        patience = Patience(deadline_seconds=20, sleep=lambda _: None)
        return open_source(self.address, home.mapping, self.access, now, patience)

    @abstractmethod
    def put(self, name: str, versions: Sequence[Version]) -> None:
        """Deliver those."""

    @abstractmethod
    def put_broken(self, name: str) -> None:
        """Deliver what nobody can read."""


class Files(Place):
    """Drops are CSV files, written by that."""

    mapping = UPDATED_MAPPING.replace("[columns]", 'empty = "nothing-new"\n[columns]')

    def __init__(
        self, address: str, access: Access, write: Callable[[str, bytes], Any]
    ) -> None:
        super().__init__(address, access)
        self.write = write

    def put(self, name: str, versions: Sequence[Version]) -> None:
        rows = [
            csv_row(v) | {"Updated": f"{v.updated:%d/%m/%Y %H:%M}"} for v in versions
        ]
        header = as_csv([csv_row(Truth("")) | {"Updated": ""}]).splitlines(True)[0]
        self.write(f"{name}.csv", as_csv(rows) if rows else header)

    def put_broken(self, name: str) -> None:
        self.write(f"{name}.csv", b"<html>Service Unavailable</html>\n")


class Database(Place):
    """A table of all records; the query asks for what changed in the last hours."""

    is_database = True
    mapping = (
        SQL_MAPPING.replace("[columns]", 'empty = "nothing-new"\n[columns]')
        .replace(
            'place_label = "street"', 'place_label = "street"\nupdated = "updated"'
        )
        .replace('began AS "from", ended AS "to"', '"from", "to", updated')
        .replace(
            "FROM crimes",
            "FROM crimes, (SELECT max(updated) AS newest FROM crimes)\n"
            "WHERE datetime(updated) >= datetime(newest, '-3 hours')",
        )
    )

    def __init__(self, path: Path) -> None:
        access = Access(database_url=SecretStr(f"sqlite:///{path}"))
        super().__init__("sql", access)
        self.path = path
        self._run(f"CREATE TABLE crimes ({_COLUMNS})")

    def put(self, name: str, versions: Sequence[Version]) -> None:
        rows = []
        for version in versions:
            row = json_row(version) | {"updated": version.updated.isoformat()}
            del row["notes"]
            rows.append(list(row.values()))
        self._run(_UPSERT, rows)

    def put_broken(self, name: str) -> None:
        self._run("ALTER TABLE crimes RENAME TO away")

    def mend(self) -> None:
        self._run("ALTER TABLE away RENAME TO crimes")

    def _run(self, query: str, rows: Sequence[Sequence[object]] = ((),)) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executemany(query, rows)


_COLUMNS = (
    'id PRIMARY KEY, offence, "from", "to", lon, lat, street, domestic, deleted,'
    " updated"
)
_UPSERT = """
INSERT INTO crimes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET offence = excluded.offence, street = excluded.street,
    deleted = excluded.deleted, updated = excluded.updated
WHERE excluded.updated > updated
"""


@contextmanager
def folder(root: Path) -> Iterator[Place]:
    """A folder that both can see."""
    drops = root / "drops"
    drops.mkdir()
    yield Files(
        str(drops), Access(), lambda name, data: (drops / name).write_bytes(data)
    )


@contextmanager
def sftp(root: Path) -> Iterator[Place]:
    """OpenSSH on loopback."""
    with ssh_server(root) as server:
        access = Access(key_file=root / "user", host_key=server.fingerprint())

        def write(name: str, data: bytes) -> None:
            (server.drops / name).write_bytes(data)
            (server.drops / f"{name}.done").touch()  # spares logins: one look is enough

        yield Files(server.address(), access, write)


@contextmanager
def sql(root: Path) -> Iterator[Place]:
    """A database that is a file."""
    yield Database(root / "force.db")


@contextmanager
def s3(_: Path) -> Iterator[Place]:
    """A bucket on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    server.start()
    endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    keys = {"aws_access_key_id": "kent", "aws_secret_access_key": "canary"}
    store = boto3.resource("s3", "us-east-1", endpoint_url=endpoint, **keys)
    bucket = store.Bucket("week")
    bucket.create()
    access = Access(
        access_key_id="kent",
        secret_access_key=SecretStr("canary"),
        endpoint_url=endpoint,
    )
    forget_stores()
    yield Files(
        "s3://week/drops",
        access,
        lambda name, data: bucket.put_object(Key=f"drops/{name}", Body=data),
    )
    forget_stores()
    bucket.objects.all().delete()
    bucket.delete()
    server.stop()


PLACES = {"folder": folder, "sftp": sftp, "sql": sql, "s3": s3}
