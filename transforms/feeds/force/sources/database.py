"""A drop out of a force's database: what one SELECT returns now, as JSON lines.

Those lines are the drop's bytes as received. The session may not write, whatever the
query says: the database itself sees to that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import exc

from transforms.errors import FileRejectedError, SourceError
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    check_size,
    nothing_known,
)
from transforms.feeds.force.sources.read_only import ReadOnlyDatabase
from transforms.feeds.force.sources.row_lines import header, row_line


_ROWS_AT_ONCE = 5_000


@dataclass
class QueriedDatabase:
    """What a query gives is one drop, named by when it was asked for."""

    database: ReadOnlyDatabase
    query: str
    received_at: datetime
    growing: list[str] = field(default_factory=list)  # an answer is always whole
    unread: list[str] = field(default_factory=list)  # and asked for each time

    def offered(self, _: Known = nothing_known) -> list[OfferedDrop]:
        """The answer; it is asked for when it is read."""
        name = f"{self.received_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl"
        return [OfferedDrop(name, self._read, is_answer=True)]

    def _read(self) -> bytes:
        lines, size_bytes = [], 0
        with _as_source_error(), self.database.session() as session:
            # row by row: an answer may be more than memory holds
            session = session.execution_options(
                stream_results=True, max_row_buffer=_ROWS_AT_ONCE, no_parameters=True
            )
            with session.exec_driver_sql(self.query) as answer:
                names = header(list(answer.keys()))
                for row in answer:
                    lines.append(row_line(names, row))
                    size_bytes += len(lines[-1])
                    check_size("database", size_bytes)
        return b"".join(lines)


@contextmanager
def _as_source_error() -> Iterator[None]:
    """A database's errors in one line, without a value: it may quote the rows."""
    try:
        yield
    except exc.DBAPIError as error:
        raise SourceError(f"database: {_why(error)}; nothing is taken") from None
    except (exc.SQLAlchemyError, ValueError, OverflowError) as error:
        kind = type(error).__name__
        raise FileRejectedError(
            f"database: its answer cannot be read ({kind})"
        ) from None


def _why(error: exc.DBAPIError) -> str:
    cause = error.orig
    code = getattr(cause, "sqlstate", None) or ""
    why = type(cause).__name__ + (f" ({code})" if code else "")
    # about the query's words or the way there; others may quote a row
    if code[:2] in _OF_NO_ROW or not code:
        why += ": " + " ".join(str(cause).split())
    return why


_OF_NO_ROW = ("25", "28", "3D", "42", "57")
