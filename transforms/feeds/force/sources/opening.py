"""Which kind of source an address names."""

from datetime import datetime
from pathlib import Path

from transforms.errors import UsageError
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.patience import Patience


SQL = "sql"
# A force's own server is often a small one, and nobody waits at a screen.
_PATIENCE = Patience(deadline_seconds=600)


def open_source(
    address: str,
    mapping: ForceMapping,
    access: Access,
    received_at: datetime,
    patience: Patience = _PATIENCE,
) -> DropSource:
    """The source at an address: a folder, sftp://, s3://, https://, or `sql`.

    `sql` is the mapping's own query. Nothing is connected to before it is asked what it
    offers. `received_at` names the drop of a database. Raises `UsageError` for an
    address or a key that cannot be.
    """
    if (address == SQL) != (mapping.format == SQL):
        raise UsageError(
            f"source {address}: it does not go with format {mapping.format}"
        )
    match address.partition("://")[0]:
        case "sftp":
            return _sftp(address, access, patience)
        case "s3":
            from transforms.feeds.force.sources.object_store import ObjectStore

            return ObjectStore(address, patience)
        case "https":
            from transforms.feeds.force.sources.https import WebFolder, web_address

            return WebFolder(web_address(address), access, patience)
        case "sql":
            return _database(mapping, access, received_at, patience)
    if "://" not in address:
        return _folder(address, patience)
    raise UsageError(
        f"source {address.partition('://')[0]!r}: write sftp://user@host/folder,"
        " s3://bucket/prefix, https://host/folder/, a folder or sql"
    )


def _folder(address: str, patience: Patience) -> DropSource:
    if not Path(address).is_dir():
        raise UsageError(f"source {address}: no such folder")
    return DropFolder(Path(address), patience.sleep)


def _sftp(address: str, access: Access, patience: Patience) -> DropSource:
    try:
        from transforms.feeds.force.sources.sftp import SftpFolder
        from transforms.feeds.force.sources.sftp_login import Server
    except ModuleNotFoundError as error:
        raise UsageError(f"{address}: install hexbeat[feeds] for SFTP") from error
    return SftpFolder(Server.parse(address), access, patience)


def _database(
    mapping: ForceMapping, access: Access, received_at: datetime, patience: Patience
) -> DropSource:
    from transforms.feeds.force.sources.database import QueriedDatabase
    from transforms.feeds.force.sources.read_only import ReadOnlyDatabase

    if access.database_url is None or mapping.database is None:
        raise UsageError("source sql: set HEXBEAT_FEED_DATABASE_URL")
    database = ReadOnlyDatabase(access.database_url, patience)
    return QueriedDatabase(database, mapping.database.query, received_at)
