"""Raw files of superseded releases, once their time is over.

A raw file stays while any row of the lake leads to it, while a kept publication names
it, and where the ledger does not know it (it may have come this minute).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from transforms.homes.home import Home
from transforms.incidents.coverage import Entry, entries
from transforms.lake.tables import TABLES
from transforms.lake.unused_files import Unneeded
from transforms.operations.maintenance.rests_on import RestsOn


SUPERSEDED_RAW = "superseded raw files"


def unneeded_raw(home: Home, rests: RestsOn, now: datetime) -> Iterator[Unneeded]:
    """The raw files superseded for longer than the home's settings say."""
    days = home.retention.superseded_raw_days
    if days is None:
        return
    since = superseded_at(entries(home.lake.read("coverage")))
    over = {sha for sha, at in since.items() if now - at >= timedelta(days=days)}
    over -= rests.raw | _live_marks(home)
    if not over:
        return
    raw = home.root / "raw"
    for pointer in sorted(raw.glob("*/names/**/*")):
        if pointer.is_file() and _named_by(pointer) in over:
            yield Unneeded(SUPERSEDED_RAW, pointer)
    for sha in sorted(over):
        for path in sorted(raw.glob(f"*/{sha[:2]}/{sha}.*")):
            yield Unneeded(SUPERSEDED_RAW, path)


def superseded_at(ledger: list[Entry]) -> dict[str, datetime]:
    """When each raw file was superseded by another of a newer release, if it was."""
    by_month = defaultdict(list)
    for entry in ledger:
        if entry.raw_sha256:
            by_month[entry.force, entry.feed, entry.month].append(entry)
    found: dict[str, datetime] = {}
    current: set[str] = set()
    for of_month in by_month.values():
        for entry in of_month:
            newer = [
                other.received_at
                for other in of_month
                if other.release > entry.release
                and other.raw_sha256 != entry.raw_sha256
            ]
            sha = str(entry.raw_sha256)
            if newer:
                found[sha] = max(min(newer), found.get(sha, min(newer)))
            else:
                current.add(sha)
    return {sha: at for sha, at in found.items() if sha not in current}


def _live_marks(home: Home) -> set[str | None]:
    """The raw files that rows of the lake lead to."""
    tables = [name for name, spec in TABLES.items() if spec.mark == "raw_sha256"]
    return {file.mark for name in tables for file in home.lake.files(name)}


def _named_by(pointer: Path) -> str:
    return pointer.read_text("ascii").partition(".")[0]
