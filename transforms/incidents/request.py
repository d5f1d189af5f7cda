"""What a run asks for, made exact: which forces, which months, which files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import UsageError
from transforms.feeds import COMPANIONS, Feed
from transforms.feeds.archive.members import Member
from transforms.feeds.archive.raw import Raw
from transforms.feeds.archive.remote import PUBLIC_ARCHIVE, Address, Archive
from transforms.feeds.archive.shapes import WANTED, why_not_found
from transforms.feeds.police_uk import street
from transforms.feeds.web.http import Client
from transforms.homes.home import Home
from transforms.reference.forces import Force, find_force
from transforms.reference.months import Month, month_range, window


DEFAULT_RANGE_MONTHS = 36


@dataclass(frozen=True, kw_only=True)
class Request:
    """Forces, months and the files of a source."""

    members: Sequence[Member]  # every file of the source, of any force and kind
    months: Sequence[Month]
    forces: Sequence[Force]
    passed_over: Mapping[str, str]  # force id: why it is not asked for
    not_there: Sequence[str]  # of all forces, those without a file to ask for
    absent: Mapping[str, str]  # force asked for by name: why there is nothing of it
    broken: Sequence[str] = ()  # releases that cannot be read, a line each
    refetch: bool = False  # read again what is stored, too

    @property
    def feeds(self) -> list[Feed]:
        """The feeds to ingest, incidents first."""
        kinds = {member.kind for member in self.members}
        return [street, *(f for f in COMPANIONS.values() if f.KIND in kinds)]


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
    waits: Callable[[str], None] = lambda _: None,
) -> Iterator[Path | Archive]:
    """A source ready to be read, for as long as the block lasts.

    What is fetched is kept in the home, and not fetched again unless to `refetch`. No
    release is newer than `newest`. `waits` is told what has to be tried again.
    """
    if isinstance(source, Path):
        yield source
        return
    with client or Client(waits=waits) as reader:
        raw = Raw(home.root / "raw" / street.NAME, trusted=not refetch)
        yield Archive(
            client=reader, address=source, raw=raw, newest=newest, whole_zips=whole_zips
        )


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
    """The exact request; `UsageError` for what cannot be asked for.

    With `all_forces` those with a street file in the source and range are taken, and
    the rest are listed. Without a range: 36 months to the newest of the source. With
    `until_release` the source is taken as it was at that release.
    """
    asked = asked_forces(registry, forces, all_forces)
    broken: list[str] = []
    members, first, last = _listed(source, release, start, end, broken)
    if until_release:
        members = [m for m in members if m.release <= until_release]
    span = f"{first} to {last}"
    present = {
        m.force for m in members if m.kind == street.KIND and first <= m.month <= last
    }
    passed_over = _passed_over(present, registry) if all_forces else {}
    if all_forces:
        asked = [registry[f] for f in sorted(present - set(passed_over))]
        if not asked:
            raise UsageError(
                f"source {_named(source)} contains no street file from {span}"
            )
    absent = {
        f.id: _why_absent(f, first, span, members) for f in asked if f.id not in present
    }
    return Request(
        members=members,
        months=month_range(first, last),
        forces=[f for f in asked if f.id in present],
        passed_over=passed_over,
        not_there=_not_there(registry, present) if all_forces else [],
        absent=absent,
        broken=broken,
        refetch=refetch,
    )


def _listed(
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
        members = street.members(source, release, broken=broken)
        if not any(m.kind == street.KIND for m in members):
            why = "; ".join(broken) or _why_not_found(source)
            raise UsageError(f"source {_named(source)} contains no street file: {why}")
    given = [m.month for m in members if m.kind == street.KIND]
    last = Month.parse(end) if end else max(given)
    first = Month.parse(start) if start else window(last, DEFAULT_RANGE_MONTHS)[0]
    if first > last:
        raise UsageError(f"--from ({first}) is later than --to ({last}): swap them")
    if isinstance(source, Archive):
        members = street.members(source, span=(first, last))
    return members, first, last


def _why_not_found(source: Path | Archive) -> str:
    if isinstance(source, Path):
        return why_not_found(source)
    return f"its newest release has no file named {WANTED}"


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
    """A line where the feed says that it has a month that no release has yet."""
    announced = source.says_newest() if isinstance(source, Archive) else None
    newest = max(m.month for m in request.members)
    if announced is None or announced <= newest:
        return None
    return (
        f"the feed says it has {announced};"
        f" the newest month of its releases is {newest}"
    )


def _not_there(registry: Mapping[str, Force], present: set[str]) -> list[str]:
    return [f.id for f in registry.values() if f.in_scope and f.id not in present]


def _why_absent(
    force: Force, first: Month, span: str, members: Sequence[Member]
) -> str:
    fact = force.not_supplied if force.is_silent(first) else None
    known = f" ({fact.text})" if fact else ""
    of_it = [m.month for m in members if (m.force, m.kind) == (force.id, street.KIND)]
    holds = f"; it holds {min(of_it)} to {max(of_it)}" if of_it else ""
    return f"the source contains no street file of {force.id} from {span}{known}{holds}"
