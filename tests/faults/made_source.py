"""A small source: two forces, three releases, each of which revises the one before."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from tests.builders import months, release_zip, row, street_csv


FORCES = {"gwent": "Gwent Police", "kent": "Kent Police"}
RELEASES = ("2024-04", "2024-05", "2024-06")
SPAN = months("2024-01", 6)


def street_file(force: str, month: str, rows: int) -> bytes:
    """A street file with a row of another month in it, which is held back."""
    name = FORCES[force]
    made = []
    for number in range(rows):
        named = sha256(f"{force} {month} {number}".encode()).hexdigest()
        at = f"-1.5{number % 7}0000"
        made.append(
            row(
                month="2023-12" if number == 1 else month,
                crime_id=named,
                reported_by=name,
                falls_within=name,
                longitude=at,
            )
        )
    return street_csv(made)


def make_source(folder: Path) -> Path:
    """The releases, in a folder."""
    for number, release in enumerate(RELEASES):
        files = {
            (force, str(month)): street_file(force, str(month), 30 + number * (at > 1))
            for force in FORCES
            for at, month in enumerate(SPAN[: 4 + number])
        }
        release_zip(folder, release, files)
    return folder


@cache
def shared_source() -> Path:
    """One for all that only read it."""
    return make_source(Path(mkdtemp(prefix="hexbeat-faults-")) / "source")
