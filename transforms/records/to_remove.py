"""Which records go: those erased by their reference, and those of erased days."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference.days import LONDON


MASKED = ("reference", "occurred_from")  # the columns that say which records go
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def names(text: str, reference: str) -> bool:
    """Whether a text holds the reference by itself, and not in a longer one."""
    return bool(re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", text))


@dataclass(frozen=True)
class Span:
    """From an instant to just before another, UTC."""

    start: datetime
    end: datetime


def span_of(first: date, last: date) -> Span:
    """Those days, both included, on the clock in Great Britain."""
    start, after = (
        datetime.combine(day, time(), LONDON).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    return Span(start, after)


def before(end: datetime) -> Span:
    """All time before an instant."""
    return Span(_EVER, end.astimezone(UTC))


@dataclass(frozen=True)
class ToRemove:
    """What is to go: a record by its reference, a row by that or by when it began."""

    is_erased: Callable[[str], bool] | None  # None where nothing is
    spans: tuple[Span, ...] = ()
    mentions: tuple[str, ...] = ()  # references that must not stay in any text

    def takes(self, reference: str, began: datetime | None) -> bool:
        """Whether a row of that reference, which began then, is to go."""
        if began is not None and any(s.start <= began < s.end for s in self.spans):
            return True
        return self.is_erased is not None and self.is_erased(reference)

    def takes_text(self, texts: Sequence[str]) -> bool:
        """Whether a line that is not a row is to go: by a text of it, or a mention."""
        named = any(names(text, m) for m in self.mentions for text in texts)
        return named or (self.is_erased is not None and any(map(self.is_erased, texts)))

    def mask(self, records: pa.Table) -> pa.BooleanArray:
        """Which of these records are to go."""
        references, known = records["reference"], list[str]()
        if is_erased := self.is_erased:
            known = [r for r in pc.unique(references).to_pylist() if is_erased(r)]
        gone = pc.is_in(references, value_set=pa.array(known, pa.string()))
        began = records["occurred_from"]
        for span in self.spans:
            start, end = (pa.scalar(at, began.type) for at in (span.start, span.end))
            within = pc.and_(pc.greater_equal(began, start), pc.less(began, end))
            gone = pc.or_(gone, pc.fill_null(within, False))
        return gone
