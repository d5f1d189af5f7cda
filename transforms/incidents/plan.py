"""What an ingest has to do: decided before anything is read, from the ledger alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from transforms.feeds.archive.members import Member
from transforms.incidents.coverage import Entry, deciding
from transforms.incidents.lake_check import Partitions, is_whole
from transforms.reference.months import Month, month_range


_AT_ONCE_BYTES = 256 << 20  # of CSV: a million rows, some three seconds of work


@dataclass(frozen=True)
class Plan:
    """What one force's ingest has to do."""

    read: list[list[Member]]  # of each month the files to try, newest release first
    restated: list[tuple[Member, Entry]]  # a newer release, the same bytes
    older: list[Member]  # of releases before the one stored, and new to the ledger
    missing: list[tuple[Month, str]]  # months that a release skips

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not (self.read or self.restated or self.older or self.missing)


def decide(
    members: Collection[Member],
    force: str,
    months: Collection[Month],
    ledger: Iterable[Entry],
    partitions: Partitions,
    refetch: bool = False,
) -> Plan:
    """What is missing: a pure decision, from directories and the ledger alone.

    `members` are all files of one kind in the source, of every force, since a release
    spans the months that it has any file of; `ledger` has the rows of that kind. Of
    each month the newest release is landed, or, where its file is refused, the newest
    that is not; an older release than the one stored never replaces it. To
    `refetch` is to read again what is stored, too.
    """
    ledger = list(ledger)
    by_key = {(entry.month, entry.release): entry for entry in ledger}
    newest = deciding(ledger)
    plan = Plan([], [], [], [])
    for month, candidates in _by_month(members, force, months):
        stored = newest.get(month)
        wanted = []
        for number, member in enumerate(candidates):
            if stored and member.release < stored.release:
                plan.older.extend(candidates[number:])
                break
            same = stored and _same(stored, member) and is_whole(stored, partitions)
            if stored and same and not refetch:
                if member.release > stored.release:
                    plan.restated.append((member, stored))
                plan.older.extend(candidates[number + 1 :])
                break
            wanted.append(member)
        if wanted:
            plan.read.append(wanted)
    plan.older[:] = [m for m in plan.older if (str(m.month), m.release) not in by_key]
    for month, release in _absent(members, force, months):
        if (str(month), release) not in by_key:
            plan.missing.append((month, release))
    return plan


def in_parts(
    months: Collection[Month], members: Collection[Member], force: str
) -> Iterator[list[Month]]:
    """The months in their order, so many at a time as may land in one commit."""
    sizes = dict.fromkeys(sorted(months), 0)
    for member in members:
        if member.force == force and member.month in sizes:
            sizes[member.month] = max(sizes[member.month], member.size_bytes)
    part: list[Month] = []
    together = 0
    for month, size_bytes in sizes.items():
        if part and size_bytes + together > _AT_ONCE_BYTES:
            yield part
            part, together = [], 0
        part.append(month)
        together += size_bytes
    if part:
        yield part


def _by_month(
    members: Iterable[Member], force: str, months: Collection[Month]
) -> list[tuple[Month, list[Member]]]:
    """Each month asked for with its files, oldest month and newest release first."""
    found: dict[Month, list[Member]] = {}
    of_force = [m for m in members if m.force == force and m.month in months]
    for member in sorted(of_force, key=lambda m: m.release, reverse=True):
        found.setdefault(member.month, []).append(member)
    return sorted(found.items())


def _absent(
    members: Collection[Member], force: str, months: Collection[Month]
) -> list[tuple[Month, str]]:
    """Months that a release of the force spans without its file."""
    has: dict[str, set[Month]] = defaultdict(set)
    for member in members:
        if member.force == force:
            has[member.release].add(member.month)
    absent = []
    for release in sorted(has):
        if not (lacking := set(months) - has[release]):
            continue  # as nearly always, and its span takes all of its members
        of_release = {m.month for m in members if m.release == release}
        span = month_range(min(of_release), max(of_release))
        absent += [(month, release) for month in span if month in lacking]
    return absent


def _same(stored: Entry, member: Member) -> bool:
    return (stored.member, stored.crc32, stored.size_bytes) == member.identity
