"""A made-up nation in the layout of the public archive, with its oddities.

44 forces x 36 months in one release, and the same files extracted. A smaller nation is
smaller in all but that: in rows, points, towns, so that a row of it is as much work.
Each file comes of its own seed: the same bytes wherever and however often it is made.
"""

import json
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.feeds.police_uk.street import STREET_HEADER
from transforms.reference.categories import CATEGORIES
from transforms.reference.forces import FORCES, Force
from transforms.reference.months import Month, month_range
from transforms.reference.place_labels import VENUE_KINDS


SIZES = {"20k": 20_000, "0.2M": 200_000, "2M": 2_000_000, "20M": 20_000_000}
RELEASE = Month(2025, 12)
MONTHS = month_range(RELEASE + -35, RELEASE)
# Silent Manchester stays in: there are files of 44 forces in the nation's making.
NATION = [force for force in FORCES.values() if force.in_scope]

_SEED = 20_251_231
_VERSION = 1  # of what is made: raise it with any change of the bytes
_ROWS_A_POINT = 20  # over 36 months, as Kent and Sussex have it
_POINTS_A_TOWN = 900
_POINTS_AN_LSOA = 28
_PLACELESS = 0.0195
_UNNAMED_STREET = 0.0045
_POPULARITY = 0.77  # Zipf: a twentieth of the points has two fifths of the rows
_WITHOUT_ID = "btp"
_PLACELESS_ROW = ",,No Location,,,"
# of the fourteen categories in their order, in thousandths
_CATEGORY_SHARES = (
    173, 7, 27, 83, 34, 27, 64, 13, 61, 9, 108, 6, 37, 351,
)  # fmt: skip
_OUTCOMES = {
    "Investigation complete; no suspect identified": 401,
    "Unable to prosecute suspect": 364,
    "Status update unavailable": 65,
    "Court result unavailable": 58,
    "Local resolution": 40,
    "Awaiting court outcome": 35,
    "Action to be taken by another organisation": 18,
    "Offender given a caution": 10,
    "Further action is not in the public interest": 4,
    "Further investigation is not in the public interest": 3,
    "Formal action is not in the public interest": 1,
    "Suspect charged as part of another case": 1,
}
# What becomes of outcomes by the next release, and in how many months rows change
_NEXT_OUTCOMES = (
    (b",Status update unavailable,", b",Court result unavailable,"),
    (b",Awaiting court outcome,", b",Local resolution,"),
    (b",Unable to prosecute suspect,", b",Status update unavailable,"),
)
_ROWS_CHANGED_MONTHS = 3
_STREETS = (
    "High Street", "Station Road", "Maes-Yr-Hâf", "The  Green", "St John's Hill",
    "Mill Lane", "Church Close", "Victoria & Albert Row", "London Road", "Park Drive",
)  # fmt: skip
_TOWNS = ("Ash", "Brook", "Carn", "Dun", "East", "Fern", "Glan", "Holm", "Isle", "King")
_SUFFIXES = ("ford", "wick", "ham", "ley", "by", "mouth, Combe and Vale", "ton")


@dataclass(frozen=True)
class Places:
    """A force's snap points in the order of its files, and how often each is hit."""

    texts: pa.Array  # longitude to LSOA name as a file has it, each with its commas
    until: NDArray[np.float64]  # cumulated share of each


@dataclass(frozen=True)
class Nation:
    """Where a nation's files are."""

    folder: Path
    rows: int

    @property
    def source(self) -> Path:
        """The folder of its one release."""
        return self.folder / "releases"

    @property
    def zip(self) -> Path:
        """That release."""
        return self.source / f"{RELEASE}.zip"

    @property
    def next_source(self) -> Path:
        """The folder of the release after it, made by `next_release`."""
        return self.folder / "next"

    @property
    def csvs(self) -> Path:
        """The folder of the same files, extracted."""
        return self.folder / "csv"


def nation(cache: Path, size: str) -> Nation:
    """The nation of that size in the cache, made where it is not there yet."""
    made = Nation(cache / f"nation-{size}", SIZES[size])
    mark = made.folder / "made.json"
    says = json.dumps({"version": _VERSION, "seed": _SEED, "rows": made.rows})
    if not mark.exists() or mark.read_text() != says:
        shutil.rmtree(made.folder, ignore_errors=True)
        made.source.mkdir(parents=True)
        _write(made)
        mark.write_text(says)
    return made


def _write(made: Nation) -> None:
    places = {f.id: _places(f, made.rows) for f in NATION}
    with zipfile.ZipFile(made.zip, "w", zipfile.ZIP_DEFLATED) as release:
        for month in MONTHS:
            (made.csvs / str(month)).mkdir(parents=True)
            for name, data in _files(month, places, made.rows):
                info = zipfile.ZipInfo(name, (2025, 12, 31, 0, 0, 0))
                release.writestr(info, data, zipfile.ZIP_DEFLATED)
                (made.csvs / name).write_bytes(data)


def next_release(made: Nation) -> list[Month]:
    """Make the release after a nation's; the months whose rows it changes."""
    changed = MONTHS[-_ROWS_CHANGED_MONTHS:]
    path = made.next_source / f"{RELEASE + 1}.zip"
    if not path.exists():
        path.parent.mkdir()
        revise(made.zip, path, changed)
    return changed


def revise(old: Path, new: Path, changed: Sequence[Month]) -> None:
    """Make a newer release of the same months.

    In every file the outcomes are others, and the order of the rows with them stays; in
    the months that are changed a file also lacks its last row.
    """
    part = new.with_suffix(".part")
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(part, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            is_changed = Month.parse(info.filename.partition("/")[0]) in changed
            for outcome, other in _NEXT_OUTCOMES:
                data = data.replace(outcome, other)
            last = data.rindex(b"\n", 0, -1) + 1
            if is_changed and last > data.index(b"\n") + 1:  # not its only row
                data = data[:last]
            after.writestr(info, data, zipfile.ZIP_DEFLATED)
    part.rename(new)


def _files(
    month: Month, places: dict[str, Places], rows: int
) -> Iterator[tuple[str, bytes]]:
    """A month's files, the next one made while one is packed."""

    def make(force: Force) -> tuple[str, bytes]:
        name = f"{month}/{month}-{force.id}-street.csv"
        return name, _file(force, month, places[force.id], rows)

    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(make, NATION)


def share(force: Force) -> float:
    """A force's part of the nation, from a fifth of it to a five-hundredth."""
    order = sorted(
        f.id for f in NATION if f.id not in ("metropolitan", "city-of-london")
    )
    sizes = {name: 5.2 * 26 ** (-rank / 42) for rank, name in enumerate(order)}
    sizes |= {"metropolitan": 18.0, "city-of-london": 0.2}
    return sizes[force.id] / sum(sizes.values())


def _rng(*of: int) -> np.random.Generator:
    return np.random.default_rng([_SEED, *of])


def _number(force: Force) -> int:
    return NATION.index(force)


def _places(force: Force, rows: int) -> Places:
    """Towns of points about the force's own corner of a grid over England and Wales."""
    rng = _rng(_number(force))
    points = max(int(share(force) * rows / _ROWS_A_POINT), 20)
    towns = max(points // _POINTS_A_TOWN, 1)
    row, column = divmod(_number(force), 7)
    centres = rng.uniform(-0.23, 0.23, (towns, 2)) * [1.4, 1.0]
    centres += [-3.4 + 0.7 * column, 51.0 + 0.55 * row]
    town = np.sort(rng.zipf(1.6, points) % towns)
    lonlat = centres[town] + rng.normal(0, 0.012, (points, 2)) * [1.6, 1.0]
    hits = rng.permutation(1 / np.arange(1, points + 1) ** _POPULARITY)
    texts = [
        f"{lon:.6f},{lat:.6f},{street},{code},{name},"
        for (lon, lat), street, (code, name) in zip(
            lonlat, _streets(rng, points), _lsoas(force, town), strict=True
        )
    ]
    return Places(pa.array([*texts, _PLACELESS_ROW]), np.cumsum(hits) / hits.sum())


def _streets(rng: np.random.Generator, points: int) -> Iterator[str]:
    kinds = (*_STREETS, *VENUE_KINDS[:6])
    unnamed = rng.random(points) < _UNNAMED_STREET
    number = rng.integers(0, 40 * len(kinds), points)
    for n, none in zip(number.tolist(), unnamed.tolist(), strict=True):
        kind, which = kinds[n % len(kinds)], n // len(kinds)
        plain = kind in VENUE_KINDS or not which
        yield "On or near " + ("" if none else kind if plain else f"{kind} {which}")


def _lsoas(force: Force, town: NDArray[np.int64]) -> Iterator[tuple[str, str]]:
    """Code and name of each point's LSOA; a name with commas stands in quotes."""
    country = "W" if force.code and force.code.startswith("W") else "E"
    if force.id == _WITHOUT_ID:  # some of its points lie where there is no LSOA
        country = ""
    for point, of in enumerate(town.tolist()):
        number = point // _POINTS_AN_LSOA
        if not country and number % 9 == 0:
            yield "", ""
            continue
        place = _TOWNS[of % len(_TOWNS)] + _SUFFIXES[of % len(_SUFFIXES)]
        name = f"{place} {of // 7 + 1:03}{'ABCDEF'[number % 6]}"
        code = f"{country or 'E'}01{_number(force) * 9_000 + number:06}"
        yield code, f'"{name}"' if "," in name else name


def _file(force: Force, month: Month, places: Places, rows: int) -> bytes:
    """One force's month, in the order of its LSOAs as the archive has it."""
    at = MONTHS.index(month)
    rng = _rng(_number(force), at)
    season = 1 + 0.12 * np.cos(2 * np.pi * (month.month - 7) / 12)
    count = max(int(rng.poisson(share(force) * rows / len(MONTHS) * season)), 1)
    end = "\r\n" if (at // 6 + _number(force)) % 3 == 0 else "\n"
    place = np.searchsorted(places.until, rng.random(count))
    place[rng.random(count) < _PLACELESS] = len(places.texts) - 1
    place.sort()
    with_id, tail = _tails(rng, count, season, end)
    if force.id == _WITHOUT_ID:
        with_id[:] = False
    const = f",{month},{force.name},{force.name},"
    lines = pc.binary_join_element_wise(
        _ids(rng, with_id), const, places.texts.take(pa.array(place)), tail, ""
    )
    return (STREET_HEADER + end).encode() + lines.buffers()[2].to_pybytes()


def _tails(
    rng: np.random.Generator, count: int, season: float, end: str
) -> tuple[NDArray[np.bool_], pa.Array]:
    """Which rows have a Crime ID, and each row's crime type and outcome."""
    labels, outcomes = list(CATEGORIES.values()), list(_OUTCOMES)
    shares = np.array(_CATEGORY_SHARES) * np.linspace(season, 1, len(labels))
    category = rng.choice(len(labels), count, p=shares / shares.sum())
    weights = np.array(list(_OUTCOMES.values())) / sum(_OUTCOMES.values())
    outcome = rng.choice(len(outcomes), count, p=weights)
    is_asb = category == 0
    outcome[is_asb] = len(outcomes)
    kinds = [f"{c},{o},{end}" for c in labels for o in (*outcomes, "")]
    kind = pa.array(category * (len(outcomes) + 1) + outcome)
    return ~is_asb, pa.array(kinds).take(kind)


def _ids(rng: np.random.Generator, with_id: NDArray[np.bool_]) -> pa.Array:
    """64 hexadecimal characters, or none."""
    data = rng.bytes(32 * int(with_id.sum())).hex().encode()
    ends = np.concatenate([[0], np.cumsum(with_id * 64)]).astype(np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data)]
    return pa.StringArray.from_buffers(len(with_id), *buffers[1:])


if __name__ == "__main__":
    done = nation(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write(f"{done.zip}\n")
