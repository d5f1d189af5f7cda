"""A database of a force, in sessions that cannot write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, exc, make_url
from sqlalchemy.pool import NullPool

from transforms.errors import UsageError
from transforms.feeds.web.retries import Patience


_DATABASES = "postgresql://… or sqlite:///…"


class ReadOnlyDatabase:
    """The database at an address, which is a secret: a password may stand in it."""

    def __init__(self, url: SecretStr, patience: Patience) -> None:
        try:
            self._url = make_url(url.get_secret_value())
        except exc.ArgumentError:
            raise UsageError(f"HEXBEAT_FEED_DATABASE_URL: write {_DATABASES}") from None
        self._patience = patience
        kinds = {"postgresql": self._postgresql, "sqlite": self._sqlite}
        kind = kinds.get(self._url.get_backend_name())
        if kind is None or not self._url.database:
            # of others it is not known how to open them for reading alone
            raise UsageError(f"HEXBEAT_FEED_DATABASE_URL: write {_DATABASES}")
        self._open = kind

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A transaction that may not write, ended when the block is left."""
        try:
            engine = self._open()
        except ModuleNotFoundError as error:
            raise UsageError("install hexbeat[feeds] for PostgreSQL") from error
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _postgresql(self) -> Engine:
        silence = max(1, int(self._patience.silence_seconds))
        longest = int(self._patience.deadline_seconds * 1000)
        own = self._url.query.get("options", "")
        return create_engine(
            self._url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True},
            connect_args={
                "connect_timeout": silence,
                # a way that is cut without a word is noticed as well
                "keepalives_idle": silence,
                "tcp_user_timeout": silence * 1000,
                "options": f"{own} -c statement_timeout={longest}",
            },
        )

    def _sqlite(self) -> Engine:
        silence = self._patience.silence_seconds

        def connect() -> sqlite3.Connection:
            # as a path it could name parameters of its own
            uri = Path(str(self._url.database)).absolute().as_uri()
            return sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=silence)

        return create_engine(
            URL.create("sqlite"), creator=connect, poolclass=NullPool,
            hide_parameters=True,
        )  # fmt: skip
