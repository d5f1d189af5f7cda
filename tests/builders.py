"""Made rows and files: a test states only what matters to it."""

import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from transforms.categories import CATEGORIES
from transforms.feeds.members import Member
from transforms.feeds.police_uk import STREET_HEADER
from transforms.feeds.ranges import LocalFile
from transforms.months import Month
from transforms.panel import Panel, build_panel


MIDDLE = (-1.5, 52.5)  # longitude, latitude: an inland point

_DEFAULT_ROW = {
    "Crime ID": "a" * 64,
    "Month": "2024-01",
    "Reported by": "Kent Police",
    "Falls within": "Kent Police",
    "Longitude": "-1.500000",
    "Latitude": "52.500000",
    "Location": "On or near High Street",
    "LSOA code": "E01024000",
    "LSOA name": "Kent 001A",
    "Crime type": "Burglary",
    "Last outcome category": "Under investigation",
    "Context": "",
}


def row(**changes: str) -> dict[str, str]:
    """A street row; columns are named in lower case with underscores."""
    titles = {title.lower().replace(" ", "_"): title for title in _DEFAULT_ROW}
    return _DEFAULT_ROW | {titles[name]: value for name, value in changes.items()}


def street_csv(rows: Iterable[Mapping[str, str]], newline: str = "\n") -> bytes:
    """A street file of those rows."""
    lines = [STREET_HEADER]
    lines += [",".join(_quoted(value) for value in r.values()) for r in rows]
    return (newline.join(lines) + newline).encode()


def _quoted(value: str) -> str:
    return f'"{value}"' if "," in value else value


def release_zip(
    folder: Path, release: str, files: Mapping[tuple[str, str], bytes]
) -> Path:
    """A release holding a street file for each (force, month)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for (force, month), data in files.items():
            archive.writestr(f"{month}/{month}-{force}-street.csv", data)
    return path


def counted(
    rows: Iterable[tuple[int, str, str, int]],
) -> pa.Table:
    """Rows of cell counts: (cell, month, category, incidents)."""
    cell, month, category, incidents = zip(*rows, strict=True)
    return pa.table(
        {
            "h3_cell": pa.array(cell, pa.int64()),
            "month": pa.array(month),
            "category": pa.array(category),
            "incidents": pa.array(incidents, pa.int64()),
        }
    )


def months(first: str, count: int) -> list[Month]:
    """So many months from the first."""
    return [Month.parse(first) + i for i in range(count)]


CATEGORY_SLUGS = list(CATEGORIES)


def panel_of(incidents: Sequence[tuple[str, tuple[int, int], str]]) -> Panel:
    """A panel of (cell, (year, month), category) incidents."""
    numbers = Counter(incidents)
    held = sorted({month for _, month, _ in incidents})
    rows = [
        (int(cell, 16), f"{year}-{month:02d}", category, number)
        for (cell, (year, month), category), number in sorted(numbers.items())
    ]
    return build_panel(counted(rows), [Month(*month) for month in held], 9)


def member(
    force: str = "kent", month: str = "2024-01", release: str = "2024-04"
) -> Member:
    """A street file as a directory lists it, for bytes that are already at hand."""
    name = f"{month}/{month}-{force}-street.csv"
    parsed = Month.parse(month)
    container = LocalFile(Path(f"{release}.zip"))
    return Member(release, force, parsed, "street", name, 0, 0, container)


def kent_csv(month: str, count: int, **changes: str) -> bytes:
    """A street file of so many rows, each with a Crime ID of its own."""
    ids = (sha256(f"{month} {i}".encode()).hexdigest() for i in range(count))
    return street_csv(row(month=month, crime_id=i, **changes) for i in ids)
