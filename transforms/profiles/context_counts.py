"""Counts of others by place and month: A&E, ambulance. Described, never predicted from.

They are other people's records of injured people. So they stay in a home of a force's
own feed, and a number from 1 to 4 is told as "1-4".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.plain_text import plain
from transforms.profiles.area import Area
from transforms.publications.layers.context import named_file, refuse_sensitive
from transforms.reference import cells
from transforms.reference.csv_rows import csv_rows, whole_number
from transforms.reference.months import Month, window
from transforms.reference.toml_files import text_of


MONTHS = 12
FEW = range(1, 5)
FEW_IN_WORDS = "1-4"
_BY_PLACE = ("place_id", "month", "n")
_BY_POINT = ("lat", "lon", "month", "n")


@dataclass(frozen=True)
class CountRow:
    """What somebody counted at a place, or at a point, in a month."""

    place_id: str | None
    lat: float
    lon: float
    month: Month
    number: int


@dataclass(frozen=True)
class CountsFile:
    """A file of counts, read."""

    name: str
    sha256: str
    rows: Sequence[CountRow]

    @property
    def months(self) -> set[Month]:
        """The months that it has a row of, anywhere: others were not supplied."""
        return {row.month for row in self.rows}


@dataclass(frozen=True)
class CountsThere:
    """Counts of one file in an area."""

    name: str
    months: Mapping[Month, int | None]  # the newest twelve; None: not supplied

    def shown(self, month: Month) -> str:
        """A month's number, as it may be told."""
        number = self.months[month]
        if number is None:
            return "–"
        return FEW_IN_WORDS if number in FEW else f"{number:,}"

    @property
    def total(self) -> str:
        """All months together, no surer than the months that are told."""
        known = [number for number in self.months.values() if number is not None]
        few = sum(number in FEW for number in known)
        low = sum(known) - sum(n for n in known if n in FEW) + few * FEW[0]
        high = low + few * (FEW[-1] - FEW[0])
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def read_counts(home: Home, given: str, sensitive: str | None) -> CountsFile:
    """The counts of NAME=FILE; `UsageError` for a slip, by its line.

    Only in a home of a force's own feed; `sensitive` is as of `read_context`.
    """
    if home.feed is None:
        raise UsageError(
            "--context-counts: such counts are kept in a home of a force's own feed"
            " alone; this one is of the public feed"
        )
    name, path = named_file("--context-counts", given)
    refuse_sensitive("--context-counts", name, path, sensitive)
    text = text_of(path)
    rows = list(_rows(text, path))
    if not rows:
        raise UsageError(f"{path.name}: it has no counts")
    return CountsFile(name, sha256(text.encode()).hexdigest(), rows)


def counts_there(area: Area, files: Sequence[CountsFile]) -> list[CountsThere]:
    """The counts of each file in an area, in the months to its as-of."""
    span = window(Month.of(area.as_of.first_day), MONTHS)
    return [
        CountsThere(
            of.name,
            {month: _number(area, of, month) for month in span},
        )
        for of in files
    ]


def _number(area: Area, of: CountsFile, month: Month) -> int | None:
    if month not in of.months:
        return None
    mine = [row for row in of.rows if row.month == month]
    return sum(row.number for row in mine if _is_there(area, row))


def _is_there(area: Area, row: CountRow) -> bool:
    if row.place_id is not None:
        return row.place_id in (area.id, area.place)
    resolution = int(cells.resolutions(area.ground[:1])[0])
    [at] = cells.index_points(np.array([row.lon]), np.array([row.lat]), resolution)
    return bool(np.isin(at, area.ground))


def _rows(text: str, path: Path) -> Iterator[CountRow]:
    seen: dict[tuple[object, ...], int] = {}
    for line in csv_rows(text, path.name, _check_header):
        row = _row(line.values, line.where)
        key = (row.place_id, row.lat, row.lon, row.month)
        if key in seen:
            raise UsageError(
                f"{line.where}: the same place and month as in line {seen[key]}"
            )
        seen[key] = line.line
        yield row


def _check_header(header: Sequence[str], where: str) -> None:
    if tuple(header) not in (_BY_PLACE, _BY_POINT):
        raise UsageError(
            f"{where}, line 1: the columns are {','.join(_BY_PLACE)} or"
            f" {','.join(_BY_POINT)}, and no others"
        )


def _row(of: Mapping[str, str], where: str) -> CountRow:
    try:
        month = Month.parse(of["month"])
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    number = whole_number(of["n"])
    if number is None:
        raise UsageError(
            f"{where}: n is a whole number, 0 or more, not {plain(of['n'])[:20]!r}"
        )
    if "place_id" in of:
        if not of["place_id"]:
            raise UsageError(f"{where}: no place_id")
        return CountRow(of["place_id"], 0.0, 0.0, month, number)
    return CountRow(None, *_point(of, where), month, number)


def _point(of: Mapping[str, str], where: str) -> tuple[float, float]:
    """Latitude and longitude, in Great Britain and the seas around it."""
    try:
        lat, lon = float(of["lat"]), float(of["lon"])
    except ValueError:
        lat = lon = float("nan")
    if not (49 <= lat <= 61 and -9 <= lon <= 2.5):
        raise UsageError(
            f"{where}: lat and lon are degrees in Great Britain, such as 51.5 and -0.1"
        )
    return lat, lon
