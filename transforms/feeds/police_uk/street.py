"""data.police.uk: monthly street files of each force, in the public archive's layout.

The public feed knows the month of an incident and no more, and its points are snapped
to the middle of a street or to a venue, each with eight or more addresses about it
or none.
"""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from transforms.feeds.archive.members import Member, list_members
from transforms.feeds.archive.remote import Archive
from transforms.feeds.police_uk.archive_file import (
    COORDINATES,
    FORCE,
    LICENCE,
    LSOA,
    MONTH,
    OTHER_FORCE,
    OTHER_MONTH,
    PROJECTED,
    SWAPPED,
    ArchiveFile,
    empty,
    sift_file,
)
from transforms.feeds.rules import Rule, Sifted, repeated
from transforms.reference import cells
from transforms.reference import place_labels as places
from transforms.reference.arrays import Cells, Mask
from transforms.reference.categories import FIRST_MONTH, category_of
from transforms.reference.forces import Force
from transforms.reference.months import Month


NAME = "police_uk"
KIND = "street"
TABLE = "incidents"
QUARANTINE = "quarantine"
ATTRIBUTION = LICENCE
TIME_PRECISION = "month"

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)

MEMBER = re.compile(
    r"(?P<month>[0-9]{4}-(?:0[1-9]|1[0-2]))/(?P=month)-(?P<force>[a-z][a-z-]{1,40})"
    r"-(?P<kind>street|outcomes|stop-and-search)\.csv"
)

_ENGLISH_OR_WELSH = re.compile(r"[EW]01[0-9]{6}")
SCOTTISH_LATITUDE = 54.9  # degrees: without an LSOA, what lies north counts as Scotland

_ROLLING_FROM = Month(2017, 5)  # earlier releases hold everything up to then
_ROLLING_MONTHS = 36


def members(
    source: Path | Archive,
    release: str | None = None,
    span: tuple[Month, Month] | None = None,
    broken: list[str] | None = None,
) -> list[Member]:
    """The files of every kind that a source holds.

    At an address: those of the newest releases that together hold the span, or,
    without one, of the newest release.
    """
    if isinstance(source, Archive):
        return source.members(MEMBER, reach, span)
    return list_members(source, MEMBER, release, broken)


def street_members(source: Path, release: str | None = None) -> list[Member]:
    """The street files that a local source holds."""
    return [m for m in members(source, release) if m.kind == KIND]


def reach(release: Month) -> Month:
    """The first month that a release holds."""
    rolling = release + (1 - _ROLLING_MONTHS)
    return FIRST_MONTH if release < _ROLLING_FROM else max(rolling, FIRST_MONTH)


RULES: list[Rule[ArchiveFile]] = [
    MONTH,
    FORCE,
    Rule(
        "category",
        "the crime type is none that police.uk has had",
        lambda f: (
            ~f.rows.coded["Crime type"].where(
                lambda text: text in category_of(f.member.month)
            )
        ),
    ),
    Rule(
        "crime-id",
        "the Crime ID is neither empty nor 64 lower-case hexadecimal characters",
        lambda f: f.crime_ids.malformed,
    ),
    COORDINATES,
    LSOA,
]


FILE_RULES = [OTHER_FORCE, OTHER_MONTH, SWAPPED, PROJECTED]


def sift(data: bytes, member: Member, force: Force) -> Sifted:
    """A street file's bytes as incidents and quarantine.

    Raises `FileRejectedError` when the file is not a street file of that layout.
    """
    return sift_file(data, STREET_HEADER, member, force, RULES, FILE_RULES, _incidents)


def _incidents(file: ArchiveFile) -> pa.Table:
    coded, located = file.rows.coded, file.located
    count = len(file.rows.lines)
    r9, r10 = _indexed(file)
    none = pa.nulls(count)
    return pa.table(
        {
            **file.key(NAME),
            "crime_id": file.crime_ids.values,
            "category": coded["Crime type"].mapped(category_of(file.member.month).get),
            "offence_code": none,
            "outcome": coded["Last outcome category"].mapped(places.slug),
            "occurred_from": none,
            "occurred_to": none,
            "time_precision": repeated(TIME_PRECISION, count),
            **file.point(),
            "location_precision": pa.DictionaryArray.from_arrays(
                pa.array(located.astype(np.int32)), ["none", "snap_point"]
            ),
            "in_area": _in_area(file),
            "h3_r9": pa.array(r9, mask=~located),
            "h3_r10": pa.array(r10, mask=~located),
            **file.place(),
        }
    )


def _in_area(file: ArchiveFile) -> Mask:
    lsoa = file.rows.coded["LSOA code"]
    ours = lsoa.where(lambda text: _ENGLISH_OR_WELSH.fullmatch(text) is not None)
    unnamed = lsoa.where(empty) & (file.latitude < SCOTTISH_LATITUDE)
    return file.located & (ours | unnamed)


def _indexed(file: ArchiveFile) -> tuple[Cells, Cells]:
    """Cells at both resolutions: distinct points are indexed, then joined to the rows.

    Snap points repeat, so a month of a force has fewer points than incidents, and the
    next month hardly any new ones.
    """
    longitude, latitude = file.rows.coded["Longitude"], file.rows.coded["Latitude"]
    point = longitude.codes.astype(np.int64) * len(latitude.texts) + latitude.codes
    _, first, of_row = np.unique(point, return_index=True, return_inverse=True)
    known = file.located[first]
    of_point = np.zeros((len(first), 2), dtype=np.int64)
    at = first[known]
    of_point[known] = cells.index_snap_points(
        file.longitude[at], file.latitude[at], file.force.id
    )
    r9, r10 = of_point[of_row].T
    return r9, r10
