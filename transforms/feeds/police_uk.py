"""data.police.uk: monthly street files of each force, in the public archive's layout.

The public feed knows the month of an incident and no more, and its points are snapped
to the middle of a street or to a venue, each with eight or more addresses about it
or none.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa

from transforms import cells, places
from transforms.categories import CATEGORIES
from transforms.crime_ids import CrimeIds, read_crime_ids
from transforms.csv_bytes import Rows, read_rows
from transforms.feeds.members import Member, list_members
from transforms.feeds.remote import Archive
from transforms.forces import Force
from transforms.incidents import (
    Mask,
    Rule,
    Sifted,
    check_identity,
    quarantine,
    sort_out,
)
from transforms.months import Month


NAME = "police_uk"
TIME_PRECISION = "month"
SCORED_RESOLUTION = 9
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence"
    " v3.0 (data.police.uk)"
)

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
MEMBER = re.compile(
    r"(?P<month>[0-9]{4}-(?:0[1-9]|1[0-2]))/(?P=month)-(?P<force>[a-z][a-z-]{1,40})"
    r"-(?P<kind>street|outcomes|stop-and-search)\.csv"
)

_LSOA = re.compile(r"[A-Z][0-9]{8}")
_ENGLISH_OR_WELSH = re.compile(r"[EW]01[0-9]{6}")
_DEGREES = re.compile(r"-?[0-9]{1,7}\.?[0-9]{0,12}")
_SCOTTISH_LATITUDE = 54.9
# Releases from June 2023 on carry LSOA codes of the 2021 census, whatever the month.
_LSOA_2021_FROM_RELEASE = "2023-06"

_FIRST_MONTH = Month(2010, 12)
_ROLLING_FROM = Month(2017, 5)  # earlier releases hold everything up to then
_ROLLING_MONTHS = 36

_CATEGORY_OF = {label: slug for slug, label in CATEGORIES.items()}
_CATEGORY_OF["Violent crime"] = "violence-and-sexual-offences"  # its name until 2013


def street_members(
    source: Path | Archive,
    release: str | None = None,
    span: tuple[Month, Month] | None = None,
) -> list[Member]:
    """The street files that a source holds.

    At an address: those of the newest releases that together hold the span, or,
    without one, of the newest release.
    """
    if isinstance(source, Archive):
        found = source.members(MEMBER, reach, span)
    else:
        found = list_members(source, MEMBER, release)
    return [m for m in found if m.kind == "street"]


def reach(release: Month) -> Month:
    """The first month that a release holds."""
    rolling = release + (1 - _ROLLING_MONTHS)
    return _FIRST_MONTH if release < _ROLLING_FROM else max(rolling, _FIRST_MONTH)


@dataclass(frozen=True)
class StreetFile:
    """One street file's rows, with what its rules look at."""

    member: Member
    force: Force
    rows: Rows
    crime_ids: CrimeIds
    longitude: cells.Floats  # NaN where the text is no number of degrees
    latitude: cells.Floats

    @property
    def placeless(self) -> Mask:
        """Rows that give no place at all, as the feed does when it has none."""
        coded = self.rows.coded
        return coded["Longitude"].where(_empty) & coded["Latitude"].where(_empty)


def _empty(text: str) -> bool:
    return not text


def _degrees(text: str) -> float:
    return float(text) if _DEGREES.fullmatch(text) else np.nan


RULES: list[Rule[StreetFile]] = [
    Rule(
        "month",
        "the row's month is not the file's",
        lambda f: (
            ~f.rows.coded["Month"].where(lambda text: text == str(f.member.month))
        ),
    ),
    Rule(
        "force",
        "`Reported by` is not the force that the file is named after",
        lambda f: (
            ~f.rows.coded["Reported by"].where(
                lambda text: places.clean_text(text) == f.force.name
            )
        ),
    ),
    Rule(
        "category",
        "the crime type is none of the fourteen of police.uk",
        lambda f: ~f.rows.coded["Crime type"].where(lambda text: text in _CATEGORY_OF),
    ),
    Rule(
        "crime-id",
        "the Crime ID is neither empty nor 64 lower-case hexadecimal characters",
        lambda f: f.crime_ids.malformed,
    ),
    Rule(
        "coordinates",
        "the coordinates are half given, no numbers, or outside Great Britain",
        lambda f: ~f.placeless & ~cells.within_bounds(f.longitude, f.latitude),
    ),
    Rule(
        "lsoa",
        "the LSOA code is neither empty nor a letter and eight digits",
        lambda f: (
            ~f.rows.coded["LSOA code"].where(
                lambda text: not text or _LSOA.fullmatch(text) is not None
            )
        ),
    ),
]


def sift(data: bytes, member: Member, force: Force) -> Sifted:
    """A street file's bytes as incidents and quarantine.

    Raises `FileRejectedError` when the file is not a street file of that layout.
    """
    rows = read_rows(data, STREET_HEADER, member.where, plain=["Crime ID"])
    file = StreetFile(
        member,
        force,
        rows,
        read_crime_ids(rows.plain["Crime ID"]),
        rows.coded["Longitude"].numbers(_degrees),
        rows.coded["Latitude"].numbers(_degrees),
    )
    digest = sha256(data).hexdigest()
    good, lines, broken = sort_out(file, RULES, rows)
    accepted = _incidents(file, digest).filter(pa.array(good))
    held = quarantine(data, digest, lines, broken)
    return check_identity(Sifted(digest, rows.count, accepted, held), member.where)


def _incidents(file: StreetFile, raw_sha256: str) -> pa.Table:
    """Every row as an incident, the broken ones too: the caller takes those out."""
    rows, coded = file.rows, file.rows.coded
    count = len(rows.lines)
    located = cells.within_bounds(file.longitude, file.latitude)
    r9, r10 = _indexed(file, located)
    vintage = "2021" if file.member.release >= _LSOA_2021_FROM_RELEASE else "2011"
    none = pa.nulls(count)
    return pa.table(
        {
            "raw_sha256": pa.repeat(raw_sha256, count),
            "raw_line": rows.lines,
            "feed": pa.repeat(NAME, count),
            "crime_id": file.crime_ids.values,
            "category": coded["Crime type"].mapped(_CATEGORY_OF.get),
            "offence_code": none,
            "outcome": coded["Last outcome category"].mapped(places.slug),
            "occurred_from": none,
            "occurred_to": none,
            "time_precision": pa.repeat(TIME_PRECISION, count),
            "longitude": pa.array(file.longitude, mask=~located),
            "latitude": pa.array(file.latitude, mask=~located),
            "location_precision": pa.array(np.where(located, "snap_point", "none")),
            "in_area": _in_area(file, located),
            "h3_r9": pa.array(r9, mask=~located),
            "h3_r10": pa.array(r10, mask=~located),
            "lsoa_code": coded["LSOA code"].mapped(lambda text: text or None),
            "lsoa_vintage": coded["LSOA code"].mapped(lambda t: vintage if t else None),
            "place_label": coded["Location"].mapped(places.place_label),
        }
    )


def _in_area(file: StreetFile, located: Mask) -> Mask:
    lsoa = file.rows.coded["LSOA code"]
    ours = lsoa.where(lambda text: _ENGLISH_OR_WELSH.fullmatch(text) is not None)
    return located & (ours | lsoa.where(_empty) & (file.latitude < _SCOTTISH_LATITUDE))


def _indexed(file: StreetFile, located: Mask) -> tuple[cells.Cells, cells.Cells]:
    """Cells at both resolutions: distinct points are indexed, then joined to the rows.

    Snap points repeat, so a month of a force has far fewer points than incidents.
    """
    longitude, latitude = file.rows.coded["Longitude"], file.rows.coded["Latitude"]
    point = longitude.codes.astype(np.int64) * len(latitude.texts) + latitude.codes
    _, first, of_row = np.unique(point, return_index=True, return_inverse=True)
    known = located[first]
    found = []
    for resolution in (9, 10):
        of_point = np.zeros(len(first), dtype=np.int64)
        at = first[known]
        of_point[known] = cells.index_points(
            file.longitude[at], file.latitude[at], resolution
        )
        found.append(of_point[of_row])
    return found[0], found[1]
