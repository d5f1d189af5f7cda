"""A drop out of a force's database: what one SELECT returns now, as JSON lines.

Those lines are the drop's bytes as received. The session may not write, whatever the
query says: the database itself sees to that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult, exc

from transforms.errors import FileRejectedError, SourceError
from transforms.feeds.force.sources.offered import (
    Answer,
    Known,
    OfferedDrop,
    check_size,
    nothing_known,
)
from transforms.feeds.force.sources.read_only import ReadOnlyDatabase
from transforms.feeds.force.sources.row_lines import header, row_line
from transforms.feeds.force.sources.watermark import Mark, Newest


_ROWS_AT_ONCE = 5_000
_SINCE = "\0"  # which no query has
# The mapping's own query, in a session that may not write.
_CHANGED = f"""
SELECT * FROM (
{{query}}
) AS asked WHERE {{column}} >= {_SINCE} ORDER BY {{column}}
"""  # noqa: S608


@dataclass
class QueriedDatabase:
    """What a query gives is one drop, named by when it was asked for.

    With a watermark, it is asked for the rows that changed `since` a mark alone.
    """

    database: ReadOnlyDatabase
    query: str
    received_at: datetime
    watermark: str | None = None  # its column in the answer
    since: Mark | None = None
    overlap: int = 0  # below that mark, asked again
    growing: list[str] = field(default_factory=list)  # an answer is always whole
    unread: list[str] = field(default_factory=list)  # and asked for each time

    def offered(self, _: Known = nothing_known) -> list[OfferedDrop]:
        """The answer; it is asked for when it is read."""
        name = f"{self.received_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl"
        answer = Answer(self.since is None) if self.watermark else None
        read = partial(self._read, answer)
        return [OfferedDrop(name, read, is_answer=True, answer=answer)]

    def _read(self, answer: Answer | None) -> bytes:
        lines, size_bytes = [], 0
        newest = Newest(self.watermark) if self.watermark else None
        with (
            _as_source_error(),
            self.database.session() as session,
            self._answer(session) as rows,
        ):
            names = header(list(rows.keys()))
            at = newest.place(names) if newest else 0
            for row in rows:
                if newest:
                    newest.add(row[at])
                lines.append(row_line(names, row))
                size_bytes += len(lines[-1])
                check_size("database", size_bytes)
        if answer and newest:
            answer.newest = newest.mark
        return b"".join(lines)

    def _answer(self, session: Connection) -> CursorResult[Any]:
        # row by row: an answer may be more than memory holds
        options = {"stream_results": True, "max_row_buffer": _ROWS_AT_ONCE}
        if self.since is None or self.watermark is None:
            session = session.execution_options(**options, no_parameters=True)
            return session.exec_driver_sql(self.query)
        # a column's name has no quotes
        text = _CHANGED.format(query=self.query, column=f'"{self.watermark}"')
        # its colons are not the mark of a value
        marked = text.replace(":", r"\:").replace(_SINCE, ":since")
        session = session.execution_options(**options)
        return session.execute(
            sa.text(marked), {"since": self.since.less(self.overlap)}
        )


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
