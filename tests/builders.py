"""Made rows and files: a test states only what matters to it."""

import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from transforms.feeds.archive.members import Member
from transforms.feeds.archive.ranges import LocalFile
from transforms.feeds.police_uk import outcomes as police_uk_outcomes
from transforms.feeds.police_uk import stop_and_search as police_uk_stop_and_search
from transforms.feeds.police_uk.street import STREET_HEADER
from transforms.reference.categories import CATEGORIES, FORMER
from transforms.reference.harm import shipped_weights
from transforms.reference.months import Month
from transforms.scores.panel import Panel, build_panel


MIDDLE = (-1.5, 52.5)  # longitude, latitude: an inland point
HARM_BY_CATEGORY = {
    **shipped_weights().categories,
    **{s: shipped_weights().categories[f.weighs_as] for s, f in FORMER.items()},
}

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


_DEFAULT_OUTCOME = {
    name: _DEFAULT_ROW[name]
    for name in police_uk_outcomes.HEADER.split(",")
    if name in _DEFAULT_ROW
} | {"Outcome type": "Offender given a caution"}

_DEFAULT_STOP = {
    "Type": "Person search",
    "Date": "2024-01-15T22:30:00+00:00",
    "Part of a policing operation": "False",
    "Policing operation": "",
    "Latitude": "52.500000",
    "Longitude": "-1.500000",
    "Gender": "Male",
    "Age range": "18-24",
    "Self-defined ethnicity": "White - Irish",
    "Officer-defined ethnicity": "White",
    "Legislation": "Misuse of Drugs Act 1971 (section 23)",
    "Object of search": "Controlled drugs",
    "Outcome": "A no further action disposal",
    "Outcome linked to object of search": "False",
    "Removal of more than just outer clothing": "",
}


def outcome(**changes: str) -> dict[str, str]:
    """A row of an outcomes file; columns are named as `row` names them."""
    return _changed(_DEFAULT_OUTCOME, changes)


def outcomes_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """An outcomes file of those rows."""
    return _csv(police_uk_outcomes.HEADER, rows)


def stop(**changes: str) -> dict[str, str]:
    """A row of a stop-and-search file; dashes in columns' names are underscores too."""
    return _changed(_DEFAULT_STOP, changes)


def stops_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A stop-and-search file of those rows."""
    return _csv(police_uk_stop_and_search.HEADER, rows)


def _changed(default: dict[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    names = {t.lower().replace(" ", "_").replace("-", "_"): t for t in default}
    return default | {names[name]: value for name, value in changes.items()}


def _csv(header: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    lines = [header]
    lines += [",".join(_quoted(r[n]) for n in header.split(",")) for r in rows]
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(value: str) -> str:
    return f'"{value}"' if "," in value else value


def release_zip(
    folder: Path, release: str, files: Mapping[tuple[str, ...], bytes]
) -> Path:
    """A release holding a file for each (force, month), or (force, month, kind)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for (force, month, *kind), data in files.items():
            [named] = kind or ["street"]
            archive.writestr(f"{month}/{month}-{force}-{named}.csv", data)
    return path


def counted(
    rows: Iterable[tuple[int, str, str, int]],
) -> pa.Table:
    """Rows of cell counts: (cell, month, category, incidents)."""
    cell, month, category, incidents = zip(*rows, strict=True)
    return pa.table(
        {
            "h3_cell": pa.array(cell, pa.int64()),
            "period": pa.array(month),
            "category": pa.array(category),
            "incidents": pa.array(incidents, pa.int64()),
            "harm": [
                n * HARM_BY_CATEGORY[c]
                for n, c in zip(incidents, category, strict=True)
            ],
            "gravest": [HARM_BY_CATEGORY[c] for c in category],
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
    # each category of a cell stands on a point of its own
    points = pa.table(
        {
            "h3_cell": [int(cell, 16) for cell, _, _ in sorted(numbers)],
            "point": _numbered([(cell, slug) for cell, _, slug in sorted(numbers)]),
            "period": [f"{y}-{m:02d}" for _, (y, m), _ in sorted(numbers)],
        }
    )
    months_held = [Month(*month) for month in held]
    return build_panel(counted(rows), points, months_held, 9)


def _numbered(keys: Sequence[tuple[str, str]]) -> list[int]:
    at = {key: number for number, key in enumerate(sorted(set(keys)))}
    return [at[key] for key in keys]


def member(
    force: str = "kent",
    month: str = "2024-01",
    release: str = "2024-04",
    kind: str = "street",
) -> Member:
    """A file as a directory lists it, for bytes that are already at hand."""
    name = f"{month}/{month}-{force}-{kind}.csv"
    parsed = Month.parse(month)
    container = LocalFile(Path(f"{release}.zip"))
    return Member(
        release=release,
        force=force,
        month=parsed,
        kind=kind,
        name=name,
        crc32=0,
        size_bytes=0,
        container=container,
    )


def kent_csv(month: str, count: int, **changes: str) -> bytes:
    """A street file of so many rows, each with a Crime ID of its own."""
    ids = (sha256(f"{month} {i}".encode()).hexdigest() for i in range(count))
    return street_csv(row(month=month, crime_id=i, **changes) for i in ids)
