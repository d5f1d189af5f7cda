"""A drop's bytes without the rows that go: the rest, and its line numbers, stay.

How a row is found and blanked is the format's to say: `feeds/force/drop_formats/`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.drop_formats.drop import Row
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.times import read_moment
from transforms.records.to_remove import ToRemove
from transforms.reference.days import LONDON


_LEAST_MENTION = 4  # characters: a shorter one is part of too many other things


@dataclass(frozen=True)
class Blanked:
    """A drop without the rows that went."""

    data: bytes
    lines: list[int]  # that were blanked whole, this time
    first_day: date | None  # the earliest on which a row that stays began
    stay: list[int]  # lines that are not blank


def blanked(data: bytes, mapping: ForceMapping, to_remove: ToRemove) -> Blanked:
    """The drop's bytes with every row blanked that goes; the same where none does.

    Another record may name an erased one, in a column that nobody maps: there the
    reference alone is cut out.
    """
    raw, began = DROP_FORMATS[mapping.format].raw(data, mapping), _began(mapping)
    gone: list[int] = []
    stay: list[int] = []
    first = None
    for number, row, texts in raw.rows():
        if row is None:
            (gone if to_remove.takes_text(texts) else stay).append(number)
            continue
        at = began(row)
        if to_remove.takes(row.get(mapping.columns.reference, ""), at):
            gone.append(number)
        else:
            stay.append(number)
            first = _earlier(first, at)
    raw.blank(gone)
    if mentions := [m for m in to_remove.mentions if len(m) >= _LEAST_MENTION]:
        raw.cut(mentions)
    return Blanked(raw.data(), gone, first, stay)


def _began(mapping: ForceMapping) -> Callable[[Row], datetime | None]:
    """When a row says it began, as far as it says."""
    columns, times = mapping.columns, mapping.times

    @cache
    def read(day: str, clock: str) -> datetime | None:
        moment = read_moment(day, clock, times)
        return moment.first if moment else None

    def began(row: Row) -> datetime | None:
        clock = columns.occurred_from_time
        return read(row.get(columns.occurred_from, ""), row.get(clock or "", ""))

    return began


def _earlier(first: date | None, at: datetime | None) -> date | None:
    day = at.astimezone(LONDON).date() if at else None
    return min((d for d in (first, day) if d), default=None)
