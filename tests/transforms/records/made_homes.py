"""Homes of a made-up feed, with drops pulled into them from memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    RECEIVED,
    Truth,
    as_csv,
    csv_row,
)
from transforms.feeds.force.sources.offered import Known, OfferedDrop, nothing_known
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.records.pulled import Pulled
from transforms.records.tables import stored_records


NOW = RECEIVED
GONE, STREET = "canary/7/26", "Canary Street"  # a record that goes, and its place
# the order of updates in a column of their own
UPDATED_MAPPING = CSV_MAPPING.replace(
    'place_label = "Street"', 'place_label = "Street"\nupdated = "Updated"'
)


@dataclass
class Offers:
    """A source that offers those bytes."""

    drops: Mapping[str, bytes]
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def offered(self, _: Known = nothing_known) -> list[OfferedDrop]:
        return [OfferedDrop(n, lambda d=d: d) for n, d in self.drops.items()]  # type: ignore[misc]


def made_home(folder: Path, mapping: str = CSV_MAPPING) -> ForceHome:
    """A new home of the feed that a mapping reads."""
    path = folder / "kent.toml"
    path.write_text(mapping)
    return open_force_home(create_force_home(folder / "home", path, None, "me", NOW))


def pulled(
    home: ForceHome, drops: Mapping[str, bytes], days_later: float = 0
) -> Pulled:
    """Those drops, brought in."""
    return pull(home, Offers(drops), "tester", NOW + timedelta(days=days_later))


def state(home: ForceHome) -> dict[str, dict[str, object]]:
    """Each record by its reference."""
    rows = stored_records(home.lake, home.force).reveal().to_pylist()
    found = {row["reference"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def truth(reference: str, day: int = 1, **more: object) -> Truth:
    """A burglary at noon on a day of October 2026."""
    began = datetime(2026, 10, day, 11, tzinfo=UTC)
    return Truth(reference, began=began, **more)  # type: ignore[arg-type]


def canary(day: int = 1, **more: object) -> Truth:
    """The record that goes."""
    return truth(GONE, day, street=STREET, **more)


def csv(*made: Truth) -> bytes:
    """Those records as a drop."""
    return as_csv(map(csv_row, made))


def commits(home: ForceHome) -> dict[str, int]:
    """How often each table was committed to."""
    return home.lake.versions()


def tellers(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Every file under a folder, and every value of those that are packed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path.name, data
            if data[:4] == b"PAR1":
                yield path.name, str(pq.ParquetFile(path).read().to_pydict()).encode()


def seen(folder: Path, text: str) -> list[str]:
    """The files that hold that text anywhere."""
    return [name for name, data in tellers(folder) if text.encode() in data]
