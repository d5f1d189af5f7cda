"""What a run asks for, made exact: which forces, which months, which files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import UsageError
from transforms.feeds import COMPANIONS, FEEDS, Feed, IncidentFeed
from transforms.feeds.http import Client
from transforms.feeds.members import Member
from transforms.feeds.raw import Raw
from transforms.feeds.remote import PUBLIC_ARCHIVE, Address, Archive
from transforms.forces import Force, find_force
from transforms.home import Home
from transforms.months import Month, month_range, window


DEFAULT_FEED = "police_uk"
DEFAULT_RANGE_MONTHS = 36


@dataclass(frozen=True)
class Request:
    """Forces, months and the files of a source."""

    feed: IncidentFeed
    members: Sequence[Member]  # every file of the source, of any force and kind
    months: Sequence[Month]
    forces: Sequence[Force]
    passed_over: Mapping[str, str]  # force id: why it is not asked for
    not_there: Sequence[str]  # of all forces, those without a file to ask for
    absent: Mapping[str, str]  # force asked for by name: why there is nothing of it
    broken: Sequence[str] = ()  # releases that cannot be read, a line each
    refetch: bool = False  # read what is held anew, too

    @property
    def feeds(self) -> list[Feed]:
        """The feeds to ingest, incidents first."""
        kinds = {member.kind for member in self.members}
        return [self.feed, *(f for f in COMPANIONS.values() if f.KIND in kinds)]


def source_named(source: str | None) -> Path | Address:
    """The folder, zip or address that a source names; without one, the public archive.

    An address is not visited yet.
    """
    if source is None or "://" in source:
        return Address.parse(source or PUBLIC_ARCHIVE)
    if not Path(source).exists():
        raise UsageError(f"source {source} does not exist")
    return Path(source)


@contextmanager
def opened(
    source: Path | Address,
    home: Home,
    newest: Month,
    whole_zips: bool = False,
    refetch: bool = False,
    client: Client | None = None,
) -> Iterator[Path | Archive]:
    """A source ready to be read, for as long as the block lasts.

    What is fetched is kept in the home, and not fetched again unless to `refetch`. No
    release is newer than `newest`.
    """
    if isinstance(source, Path):
        yield source
        return
    with client or Client() as reader:
        raw = Raw(home.root / "raw" / DEFAULT_FEED, trusted=not refetch)
        yield Archive(reader, source, raw, newest, whole_zips)


def asked_forces(
    registry: Mapping[str, Force], forces: Sequence[str], all_forces: bool
) -> list[Force]:
    """The forces asked for by name: none where all are."""
    asked = [find_force(force, registry) for force in dict.fromkeys(forces)]
    if bool(asked) == all_forces:
        raise UsageError("name forces with --force, or ask for --all-forces")
    return asked


def resolve(
    source: Path | Archive,
    registry: Mapping[str, Force],
    forces: Sequence[str] = (),
    all_forces: bool = False,
    start: str | None = None,
    end: str | None = None,
    release: str | None = None,
    until_release: str | None = None,
    refetch: bool = False,
) -> Request:
    """The exact request; `UsageError` for what cannot be asked.

    With `all_forces` those with a street file in the source and range are asked, and
    the rest are told. Without a range: 36 months to the newest of the source. With
    `until_release` the source is taken as it was at that release.
    """
    asked = asked_forces(registry, forces, all_forces)
    feed = FEEDS[DEFAULT_FEED]
    broken: list[str] = []
    members, first, last = _listed(feed, source, release, start, end, broken)
    if until_release:
        members = [m for m in members if m.release <= until_release]
    span = f"{first} to {last}"
    present = {
        m.force for m in members if m.kind == feed.KIND and first <= m.month <= last
    }
    passed_over = _passed_over(present, registry) if all_forces else {}
    if all_forces:
        asked = [registry[f] for f in sorted(present - set(passed_over))]
        if not asked:
            raise UsageError(
                f"source {_named(source)} holds no street file from {span}"
            )
    absent = {f.id: _why_absent(f, span) for f in asked if f.id not in present}
    return Request(
        feed,
        members,
        month_range(first, last),
        [f for f in asked if f.id in present],
        passed_over,
        _not_there(registry, present) if all_forces else [],
        absent,
        broken,
        refetch,
    )


def _listed(
    feed: IncidentFeed,
    source: Path | Archive,
    release: str | None,
    start: str | None,
    end: str | None,
    broken: list[str],
) -> tuple[list[Member], Month, Month]:
    """The source's files, and the range asked for: by default up to its newest."""
    members: list[Member] = []
    if isinstance(source, Archive) and release:
        raise UsageError("--release is for a folder of extracted CSVs")
    if isinstance(source, Path) or end is None:
        members = feed.members(source, release, broken=broken)
        if not any(m.kind == feed.KIND for m in members):
            also = f" ({'; '.join(broken)})" if broken else ""
            raise UsageError(f"source {_named(source)} holds no street file{also}")
    street = [m.month for m in members if m.kind == feed.KIND]
    last = Month.parse(end) if end else max(street)
    first = Month.parse(start) if start else window(last, DEFAULT_RANGE_MONTHS)[0]
    if first > last:
        raise UsageError(f"the range is empty: {first} comes after {last}")
    if isinstance(source, Archive):
        members = feed.members(source, span=(first, last))
    return members, first, last


def _named(source: Path | Archive) -> str:
    return source.address.url if isinstance(source, Archive) else str(source)


def _passed_over(present: set[str], registry: Mapping[str, Force]) -> dict[str, str]:
    reasons = {}
    for force in sorted(present):
        if force not in registry:
            reasons[force] = "not a force that hexbeat knows"
        elif not registry[force].in_scope:
            reasons[force] = "out of scope: hexbeat covers England and Wales"
    return reasons


def freshness(source: Path | Archive, request: Request) -> str | None:
    """A line where the feed says that it has a month which no release held has yet."""
    said = source.says_newest() if isinstance(source, Archive) else None
    newest = max(m.month for m in request.members)
    if said is None or said <= newest:
        return None
    return f"the feed says it has {said}; the newest month of its releases is {newest}"


def _not_there(registry: Mapping[str, Force], present: set[str]) -> list[str]:
    return [f.id for f in registry.values() if f.in_scope and f.id not in present]


def _why_absent(force: Force, span: str) -> str:
    fact = f" ({force.not_supplied.text})" if force.not_supplied else ""
    return f"the source holds no street file of it from {span}{fact}"
