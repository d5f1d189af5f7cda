"""Which kind of source an address names: a kind is a module, and one row here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from transforms.errors import UsageError
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.watermark import Mark
from transforms.feeds.web.retries import Patience
from transforms.lake.addresses import refuse_secrets


SQL = "sql"
# A force's own server is often a small one, and nobody waits at a screen.
_PATIENCE = Patience(deadline_seconds=600)


@dataclass(frozen=True)
class Asked:
    """What a source is opened by."""

    address: str
    mapping: ForceMapping
    access: Access
    received_at: datetime  # names the drop of a database
    patience: Patience
    since: Mark | None  # of a database: what is stored up to


class SourceKind(NamedTuple):
    """A kind of source; it opens without connecting, and imports its libraries then."""

    form: str  # of its addresses
    keys: tuple[str, ...]  # of `Access`, those that it reads
    opened: Callable[[Asked], DropSource]


def open_source(
    address: str,
    mapping: ForceMapping,
    access: Access,
    received_at: datetime,
    patience: Patience = _PATIENCE,
    since: Mark | None = None,
) -> DropSource:
    """The source at an address: one of `SOURCES`.

    `sql` is the mapping's own query; of one with a watermark, what changed `since` a
    mark, all where there is none. Nothing is connected to before it is asked what it
    offers. Raises `UsageError` for an address or a key that cannot be.
    """
    refuse_secrets("source", address)
    if (address == SQL) != (mapping.format == SQL):
        raise UsageError(
            f"source {address}: it does not go with format {mapping.format}"
        )
    kind = kind_of(address)
    if kind not in SOURCES or ("://" in address) != ("://" in SOURCES[kind].form):
        forms = ", ".join(kind.form for kind in SOURCES.values())
        raise UsageError(f"source {kind!r}: write {forms}")
    asked = Asked(address, mapping, access, received_at, patience, since)
    return SOURCES[kind].opened(asked)


def kind_of(address: str) -> str:
    """The kind that an address names: what stands before its ://, `sql` or a folder."""
    scheme, mark, _ = address.partition("://")
    return scheme if mark or address == SQL else "folder"


def _folder(asked: Asked) -> DropSource:
    if not Path(asked.address).is_dir():
        raise UsageError(f"source {asked.address}: no such folder")
    return DropFolder(Path(asked.address), asked.patience.sleep)


def _sftp(asked: Asked) -> DropSource:
    try:
        from transforms.feeds.force.sources.sftp import SftpFolder
        from transforms.feeds.force.sources.sftp_login import Server
    except ModuleNotFoundError as error:
        raise UsageError(f"{asked.address}: install hexbeat[feeds] for SFTP") from error
    return SftpFolder(Server.parse(asked.address), asked.access, asked.patience)


def _object_store(asked: Asked) -> DropSource:
    from transforms.feeds.force.sources.object_store import ObjectStore

    return ObjectStore(asked.address, asked.patience, asked.access)


def _https(asked: Asked) -> DropSource:
    from transforms.feeds.force.sources.https import WebFolder, web_address

    return WebFolder(web_address(asked.address), asked.access, asked.patience)


def _database(asked: Asked) -> DropSource:
    from transforms.feeds.force.sources.database import QueriedDatabase
    from transforms.feeds.force.sources.read_only import ReadOnlyDatabase

    if asked.access.database_url is None or asked.mapping.database is None:
        raise UsageError("source sql: set HEXBEAT_FEED_DATABASE_URL")
    database = ReadOnlyDatabase(asked.access.database_url, asked.patience)
    of = asked.mapping.database
    return QueriedDatabase(
        database, of.query, asked.received_at, of.watermark, asked.since, of.overlap
    )


SOURCES: dict[str, SourceKind] = {
    "folder": SourceKind("a folder", (), _folder),
    "sftp": SourceKind(
        "sftp://user@host:port/folder", ("password", "key_file", "host_key"), _sftp
    ),
    "s3": SourceKind(
        "s3://bucket/prefix",
        ("access_key_id", "secret_access_key", "endpoint_url"),
        _object_store,
    ),
    "https": SourceKind("https://host/folder/", ("token",), _https),
    "sql": SourceKind("sql", ("database_url",), _database),
}
