"""How far a database's answer reaches: the highest value of its watermark column.

It grows with each change of a row: a time, as the database gives it or as text in ISO,
or a whole number. Texts are compared as texts, so all must be written alike.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from transforms.errors import FileRejectedError


_EPOCH = datetime(1, 1, 1, tzinfo=UTC)  # the first of all times
NUMBER, LOCAL, INSTANT, TEXT = "number", "local time", "instant", "text"
# The date, a mark, the clock, and perhaps an offset, which must be the same everywhere.
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d)(:\d\d(\.\d{1,9})?)?(\D.*)?")


@dataclass(frozen=True)
class Mark:
    """One value of a watermark column; those of one kind can be compared."""

    kind: str  # of texts with what they have between date and clock, and their offset
    value: str  # an integer, or a time in ISO

    @property
    def number(self) -> int:
        """What it is compared by: itself, or microseconds."""
        if self.kind == NUMBER:
            return int(self.value)
        return (self._time - _EPOCH) // timedelta(microseconds=1)

    def is_lower(self, other: "Mark", by: int = 0) -> bool:
        """Whether it is lower than that one of its kind, by more than so much."""
        unit = 1 if self.kind == NUMBER else 1_000_000
        return self.number < other.number - by * unit

    def less(self, overlap: int) -> int | datetime | str:
        """A value so many seconds (or whole numbers) lower, as the database has them.

        Texts are cut after the minute: what is cut is not later than its whole.
        """
        if self.kind == NUMBER:
            return self.number - overlap
        room = (self._time - _EPOCH) // timedelta(seconds=1)
        lower = self._time - timedelta(seconds=min(overlap, room))
        if self.kind == INSTANT:
            return lower
        plain = lower.replace(tzinfo=None)
        if self.kind == LOCAL:
            return plain
        return plain.isoformat(self.kind[len(TEXT)], "minutes")

    @property
    def _time(self) -> datetime:
        """The time, that of a clock without an offset as if it were UTC's."""
        found = datetime.fromisoformat(self.value)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def mark_of(value: object) -> Mark | None:
    """A value as a mark; None where it is neither a time nor a whole number."""
    match value:
        case bool():
            return None
        case int():
            return Mark(NUMBER, str(value))
        case datetime() if value.tzinfo:
            return Mark(INSTANT, value.astimezone(UTC).isoformat())
        case datetime():
            return Mark(LOCAL, value.isoformat())
        case str():
            return _of_text(value)
    return None


def _of_text(text: str) -> Mark | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    day, between, clock, seconds, _, offset = found.groups()
    try:
        plain = datetime.fromisoformat(f"{day}T{clock}{seconds or ''}")
        datetime.fromisoformat(f"{day}T{clock}{offset or ''}")
    except ValueError:
        return None
    return Mark(f"{TEXT}{between}{offset or ''}", plain.isoformat())


class Newest:
    """The highest mark of an answer's rows; refuses what no row could be found by."""

    def __init__(self, column: str) -> None:
        self._column = column
        self.mark: Mark | None = None

    def place(self, names: list[str]) -> int:
        """Where the column is in a row."""
        if self._column not in names:
            raise FileRejectedError(
                f"database: no column {self._column!r} in the answer, which the mapping"
                " names as watermark; select it"
            )
        return names.index(self._column)

    def add(self, value: object) -> None:
        """A row's value. `FileRejectedError` where rows like it would be missed."""
        if value is None:
            self._refuse("is empty in a row, which would be missed")
        mark = mark_of(value)
        if mark is None:
            self._refuse(
                "has a value that is neither a time (as text: ISO) nor a whole number"
            )
        elif self.mark is None or self.mark == mark:
            self.mark = mark
        elif self.mark.kind != mark.kind:
            self._refuse(
                f"has values of two kinds: {_named(self.mark)} and {_named(mark)}"
            )
        elif self.mark.is_lower(mark):
            self.mark = mark

    def _refuse(self, why: str) -> None:
        raise FileRejectedError(
            f"database: the watermark {self._column!r} {why}; nothing is taken: select"
            " it so that each row has one, all of a kind"
        )


def _named(mark: Mark) -> str:
    if not mark.kind.startswith(TEXT):
        return mark.kind
    between, offset = mark.kind[len(TEXT)], mark.kind[len(TEXT) + 1 :]
    return f"text like 2026-01-31{between}09:30:00{offset}"
