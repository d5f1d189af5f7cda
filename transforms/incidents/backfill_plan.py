"""What a backfill would do: decided as ingest itself decides, and nothing done yet."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from transforms.feeds import Feed
from transforms.feeds.archive.members import Member
from transforms.feeds.police_uk import street
from transforms.incidents.coverage import Entry, deciding, entries
from transforms.incidents.lake_check import is_whole, of_table, partitions_of
from transforms.incidents.plan import decide
from transforms.incidents.request import Request
from transforms.lake.lake import Lake
from transforms.reference.forces import Force
from transforms.reference.months import Month


@dataclass(frozen=True, kw_only=True)
class ForcePlan:
    """What a backfill would do for a force: months of incidents, files of all kinds."""

    force: str
    months: int  # asked for
    stored: tuple[str, ...]  # and up to date
    missing: tuple[str, ...]  # to be read for the first time
    revised: tuple[str, ...]  # stored, and a newer release differs
    again: tuple[str, ...]  # stored, and to be read again because of --refetch
    not_there: tuple[str, ...]  # no release of the source has a file
    files: tuple[Member, ...]  # to be read

    @property
    def download_bytes(self) -> int:
        """What will be downloaded: nothing of a local source, or of what is kept."""
        return sum(
            m.packed_bytes for m in self.files if m.raw and not m.raw.holds(*m.identity)
        )

    @property
    def row(self) -> dict[str, object]:
        """The plan in numbers."""
        counts = ("stored", "missing", "revised", "again", "not_there")
        return {
            "force": self.force,
            "months": self.months,
            **{name: len(getattr(self, name)) for name in counts},
            "files": len(self.files),
            "download_bytes": self.download_bytes,
        }


def plan_backfill(lake: Lake, request: Request) -> list[ForcePlan]:
    """The plan of each force asked for, in order."""
    return [_plan(lake, request, force) for force in request.forces]


def absences(request: Request) -> dict[str, str]:
    """What was asked for and is not in the source, a line each."""
    absent = {force: f"{force}: {why}" for force, why in request.absent.items()}
    return absent | {f"source {n}": why for n, why in enumerate(request.broken, 1)}


def in_year(plans: Sequence[ForcePlan], months: Sequence[Month]) -> list[ForcePlan]:
    """The part of the plans that is about those months."""
    return [
        replace(plan, files=tuple(m for m in plan.files if m.month in months))
        for plan in plans
    ]


def plan_sha256(plans: Sequence[ForcePlan]) -> str:
    """The identity of the work: equal where the same files wait for the same lake."""
    work = [
        (plan.force, sorted((m.release, *m.identity) for m in plan.files))
        for plan in plans
    ]
    return sha256(json.dumps(work).encode()).hexdigest()


def _plan(lake: Lake, request: Request, force: Force) -> ForcePlan:
    ledger = entries(lake.read("coverage", force.id))
    files = [
        member
        for feed in request.feeds
        for member in _to_read(lake, request, force, feed, ledger)
    ]
    of_kind = of_table(ledger, street.TABLE)
    partitions = partitions_of(lake, force.id, street.TABLE)
    whole = {
        str(month): entry
        for month, entry in deciding(of_kind).items()
        if is_whole(entry, partitions)
    }
    wanted = {str(month) for month in request.months}
    crcs = {str(m.month): m.crc32 for m in files if m.kind == street.KIND}
    differs = {m for m, crc in crcs.items() if m in whole and crc != whole[m].crc32}
    return ForcePlan(
        force=force.id,
        months=len(wanted),
        stored=_in_order((whole.keys() & wanted) - crcs.keys()),
        missing=_in_order(crcs.keys() - whole.keys()),
        revised=_in_order(differs),
        again=_in_order((crcs.keys() & whole.keys()) - differs),
        not_there=_in_order(wanted - crcs.keys() - whole.keys()),
        files=tuple(files),
    )


def _to_read(
    lake: Lake, request: Request, force: Force, feed: Feed, ledger: Sequence[Entry]
) -> Iterator[Member]:
    """Of each month to be read the file that would be tried first."""
    plan = decide(
        [m for m in request.members if m.kind == feed.KIND],
        force.id,
        request.months,
        of_table(ledger, feed.TABLE),
        partitions_of(lake, force.id, feed.TABLE),
        request.refetch,
    )
    for candidates in plan.read:
        yield candidates[0]


def _in_order(months: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(months))
