"""The drops that a source offers and the home has not stored, to be read one by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import NamedTuple

from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import DropSource, OfferedDrop
from transforms.records import ledger
from transforms.records.compared import compared
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, land, noted, rejected
from transforms.records.ledger import Entry
from transforms.records.likeness import Earlier
from transforms.records.listed import Listed
from transforms.records.pulled import Pulled
from transforms.records.removal import erased_by
from transforms.records.retention import lapsed, not_again
from transforms.records.to_remove import ToRemove
from transforms.records.told import Told
from transforms.records.watermark import Watermark


class NewDrop(NamedTuple):
    """A drop that is not stored, and the way to its rows."""

    fault: tuple[str, ...]  # what it is known by, where it is refused
    read: Callable[[], Landed]
    before: Entry | None  # of an answer: what the ledger has of the same one, refused

    def landed(self, told: Told) -> Landed:
        """The drop read; where it is refused, whether that is news."""
        landed = self.read()
        if not landed.entry.is_rejected:
            return landed
        is_news, entry = told.is_news(*self.fault), self.before or landed.entry
        return replace(landed, entry=entry, is_news=is_news)


def new_drops(
    home: ForceHome,
    source: DropSource,
    listed: Listed,
    watermark: Watermark,
    done: Pulled,
    now: datetime,
    unheard_of: Callable[[str], None] = lambda _name: None,
) -> Iterator[NewDrop]:
    """Each drop that is not stored yet, to be read.

    `unheard_of` is told the names that the ledger has not, before anything waits to see
    whether they are whole.
    """
    entries = ledger.drops(home.lake, home.force)
    stored = ledger.supplied(entries)
    known = {entry.key for entry in stored}
    taken = {entry.name for entry in stored}
    again, erased = lapsed(home, now), erased_by(home)
    whole = {entry.key for entry in stored if entry.offered_hmac not in again}
    last = max(stored, key=lambda entry: entry.name, default=None)
    last = last if last and last.key in whole else None
    earlier = cache(partial(Earlier.of, home))  # most pulls need none
    to_remove = ToRemove(erased)
    to_remove_again = ToRemove(erased, not_again(home, now) if again else ())
    names = {entry.name for entry in entries}

    def is_known(name: str, at: str) -> bool:
        if name not in names:
            unheard_of(name)
        return listed.knows(name, at, whole)

    drops = source.offered(is_known)
    listed.keep(source.unread)
    done.unchanged = len(source.unread)
    for offered in drops:
        read: Callable[[], Landed]
        if offered.answer:
            done.asked = "all" if offered.answer.is_whole else "changes"
        try:
            data = compared(home, offered, offered.read())
        except FileRejectedError as error:  # cut off on its way: known by why
            mark = home.tombstones.mark(f"unread:{error}".encode())
            entry = noted(home, offered.name, mark, now)
            read = partial(rejected, entry, str(error))
        else:
            entry = noted(home, offered.name, home.tombstones.mark(data), now)
            listed.add(offered, entry)
            is_stored = offered.is_answer and (
                _repeats(last, entry) or _has_no_change(offered, data)
            )
            watermark.add(offered, entry, is_stored)
            if entry.key in known and entry.offered_hmac in again:
                read = partial(land, home, offered, data, to_remove_again, now)
            elif entry.key in known or is_stored:
                done.unchanged += 1
                continue
            else:
                read = partial(
                    _landed, home, offered, data, to_remove, entry, taken, earlier
                )
        yield _to_read(offered, entry, entries, read)


def _to_read(
    offered: OfferedDrop,
    entry: Entry,
    entries: Sequence[Entry],
    read: Callable[[], Landed],
) -> NewDrop:
    """A refusal is known by the same bytes and the same mapping.

    The name of an answer says only when it was asked for.
    """
    bytes_read = entry.offered_hmac, entry.mapping_sha256
    if not offered.is_answer:
        return NewDrop((offered.name, *bytes_read), read, None)
    same = (
        e
        for e in entries
        if e.observed == "rejected" and (e.offered_hmac, e.mapping_sha256) == bytes_read
    )
    return NewDrop(bytes_read, read, next(same, None))


def _repeats(last: Entry | None, entry: Entry) -> bool:
    """Whether an answer is the last one again, read by the same mapping.

    One that equals an earlier answer is new: what has changed back has a later time.
    """
    if last is None or last.mapping_sha256 != entry.mapping_sha256:
        return False
    return last.offered_hmac == entry.offered_hmac


def _has_no_change(offered: OfferedDrop, data: bytes) -> bool:
    """Whether a database has rows, or was asked for changes, and nothing differs."""
    answer = offered.answer
    return bool(answer and not data and (answer.newest or not answer.is_whole))


def _landed(
    home: ForceHome,
    offered: OfferedDrop,
    data: bytes,
    to_remove: ToRemove,
    entry: Entry,
    taken: set[str],
    earlier: Callable[[], Earlier],
) -> Landed:
    """A drop read, unless it cannot be known which of two of its name is the later."""
    if offered.name in taken and home.mapping.columns.updated is None:
        return rejected(
            entry,
            f"{offered.name}: other bytes than those taken by that name; send it by a"
            " name that sorts after, or map columns.updated",
        )
    landed = land(home, offered, data, to_remove, entry.received_at, earlier())
    if landed.records is not None and landed.entry.reason is None:
        earlier().add(offered.name, landed.records.reveal())
    return landed
