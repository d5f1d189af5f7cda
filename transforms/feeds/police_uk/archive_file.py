"""What the three kinds of file in the police.uk archive share: names, rules, columns.

Each kind is a feed of its own with its own header and rules; the bytes go one way.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.archive.members import Member
from transforms.feeds.files.csv_bytes import Coded, Rows, read_rows
from transforms.feeds.police_uk.crime_ids import CrimeIds, read_crime_ids
from transforms.feeds.police_uk.lsoa_codes import lsoa_vintage
from transforms.feeds.rules import (
    FileRule,
    Rule,
    Sifted,
    check_identity,
    quarantine,
    refuse_by,
    repeated,
    sort_out,
)
from transforms.reference import cells
from transforms.reference import place_labels as places
from transforms.reference.arrays import Floats, Mask
from transforms.reference.forces import Force


LICENCE = (
    "Contains public sector information licensed under the Open Government Licence"
    " v3.0 (data.police.uk)"
)
_CRIME_ID = "Crime ID"
_NOT_LOOKED_AT = ("Falls within", "LSOA name", "Context")
_LSOA = re.compile(r"[A-Z][0-9]{8}")
_DEGREES = r"\A-?[0-9]{1,7}\.?[0-9]{0,12}\z"  # as Arrow's expressions have it
_MAX_DEGREES = 360.0


@dataclass(frozen=True)
class ArchiveFile:
    """One file's rows, with what the rules look at."""

    member: Member
    force: Force
    rows: Rows
    raw_sha256: str

    @cached_property
    def crime_ids(self) -> CrimeIds:
        """The Crime IDs, of the kinds of file that have them."""
        return read_crime_ids(self.rows.plain[_CRIME_ID])

    @cached_property
    def longitude(self) -> Floats:
        """Degrees east; NaN where the text is not a number."""
        return _degrees(self.rows.coded["Longitude"])

    @cached_property
    def latitude(self) -> Floats:
        """Degrees north; NaN where the text is not a number."""
        return _degrees(self.rows.coded["Latitude"])

    @cached_property
    def located(self) -> Mask:
        """Rows with a place within bounds."""
        return cells.within_bounds(self.longitude, self.latitude)

    @cached_property
    def placeless(self) -> Mask:
        """Rows that give no place at all, as the feed does when it has none."""
        coded = self.rows.coded
        return coded["Longitude"].equals("") & coded["Latitude"].equals("")

    def key(self, feed: str) -> dict[str, pa.Array]:
        """The columns that lead each row back to its bytes."""
        count = len(self.rows.lines)
        return {
            "raw_sha256": repeated(self.raw_sha256, count),
            "raw_line": pa.array(self.rows.lines),
            "feed": repeated(feed, count),
        }

    def point(self) -> dict[str, pa.Array]:
        """The coordinates as published."""
        return {
            "longitude": pa.array(self.longitude, mask=~self.located),
            "latitude": pa.array(self.latitude, mask=~self.located),
        }

    def place(self) -> dict[str, pa.Array]:
        """The LSOA and the label of the snap point."""
        lsoa = self.rows.coded["LSOA code"]
        codes = filter(_LSOA.fullmatch, lsoa.texts)
        vintage = lsoa_vintage(codes, self.member.release, self.member.month)
        return {
            "lsoa_code": lsoa.mapped(lambda text: text or None),
            "lsoa_vintage": lsoa.mapped(lambda text: vintage if text else None),
            "place_label": self.rows.coded["Location"].mapped(places.place_label),
        }


def empty(text: str) -> bool:
    """Whether a field holds nothing."""
    return not text


def _degrees(column: Coded) -> Floats:
    texts = pa.array(column.texts, pa.string())
    stated = pc.match_substring_regex(texts, _DEGREES)
    numbers = pc.if_else(stated, texts, None).cast(pa.float64())
    of_text: Floats = numbers.to_numpy(zero_copy_only=False)  # null is NaN
    return of_text[column.codes]


MONTH = Rule[ArchiveFile](
    "month",
    "the row's month is not the file's",
    lambda f: ~f.rows.coded["Month"].where(lambda text: text == str(f.member.month)),
)
FORCE = Rule[ArchiveFile](
    "force",
    "`Reported by` is not the force that the file is named after",
    lambda f: (
        ~f.rows.coded["Reported by"].where(
            lambda text: places.clean_text(text) == f.force.name
        )
    ),
)
COORDINATES = Rule[ArchiveFile](
    "coordinates",
    "the coordinates are half given, no numbers, or outside Great Britain",
    lambda f: ~f.placeless & ~f.located,
)
LSOA = Rule[ArchiveFile](
    "lsoa",
    "the LSOA code is neither empty nor a letter and eight digits",
    lambda f: (
        ~f.rows.coded["LSOA code"].where(
            lambda text: not text or _LSOA.fullmatch(text) is not None
        )
    ),
)


def _counted(bad: Mask, among: Mask) -> tuple[int, int]:
    return int((bad & among).sum()), int(among.sum())


def all_break(rule: Rule[ArchiveFile]) -> Callable[[ArchiveFile], tuple[int, int]]:
    """How many of a file's rows break a rule, among all."""
    return lambda f: _counted(rule.broken(f), np.ones(len(f.rows.lines), dtype=bool))


OTHER_FORCE = FileRule(
    "wrong-force", "it is another force's file", 0.5, all_break(FORCE)
)
OTHER_MONTH = FileRule(
    "wrong-month", "it is another month's file", 0.01, all_break(MONTH)
)
SWAPPED = FileRule[ArchiveFile](
    "swapped",
    "longitude and latitude are the wrong way round",
    0.9,
    lambda f: _counted(cells.within_bounds(f.latitude, f.longitude), ~f.placeless),
)
PROJECTED = FileRule[ArchiveFile](
    "projected",
    "the coordinates are eastings and northings, not degrees",
    0.9,
    lambda f: _counted(
        (np.abs(f.longitude) > _MAX_DEGREES) | (np.abs(f.latitude) > _MAX_DEGREES),
        ~f.placeless,
    ),
)


def sift_file(
    data: bytes,
    header: str,
    member: Member,
    force: Force,
    rules: Sequence[Rule[ArchiveFile]],
    file_rules: Sequence[FileRule[ArchiveFile]],
    table_of: Callable[[ArchiveFile], pa.Table],
) -> Sifted:
    """A file's bytes as accepted rows and quarantine.

    `table_of` makes rows of all the file's lines, the broken ones too: those are taken
    out here. Raises `FileRejectedError` when the file has not that header and layout.
    """
    names = header.split(",")
    plain = [name for name in (_CRIME_ID, *_NOT_LOOKED_AT) if name in names]
    rows = read_rows(data, header, member.where, plain)
    file = ArchiveFile(member, force, rows, sha256(data).hexdigest())
    if str(member.month) > member.release:
        raise FileRejectedError(
            f"{member.where}: a month after its release {member.release}"
        )
    refuse_by(file_rules, file, member.where)
    good, lines, broken = sort_out(file, rules, rows)
    accepted = table_of(file)
    if not good.all():
        accepted = accepted.filter(pa.array(good))
    quarantined = quarantine(data, file.raw_sha256, lines, broken)
    sifted = Sifted(file.raw_sha256, rows.count, accepted, quarantined, rows.repairs)
    return check_identity(sifted, member.where)
