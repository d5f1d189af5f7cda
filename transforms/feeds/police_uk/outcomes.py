"""data.police.uk: what became of crimes, in the month that it became known.

A row is one outcome of one crime, which the Crime ID names: a crime has several, and
some are dated before the crime's own month.
"""

import pyarrow as pa

from transforms.feeds.archive.members import Member
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
    sift_file,
)
from transforms.feeds.rules import Rule, Sifted
from transforms.reference.forces import Force
from transforms.reference.outcomes import OUTCOMES
from transforms.reference.place_labels import slug


NAME = "police_uk_outcomes"
KIND = "outcomes"
TABLE = "outcomes"
QUARANTINE = "outcomes_quarantine"
ATTRIBUTION = LICENCE

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Outcome type"
)

RULES: list[Rule[ArchiveFile]] = [
    MONTH,
    FORCE,
    Rule(
        "outcome",
        "the outcome type is none of the 28 of police.uk",
        lambda f: ~f.rows.coded["Outcome type"].where(lambda t: slug(t) in OUTCOMES),
    ),
    Rule(
        "crime-id",
        "the Crime ID is not 64 lower-case hexadecimal characters",
        lambda f: f.crime_ids.values.is_null().to_numpy(zero_copy_only=False),
    ),
    COORDINATES,
    LSOA,
]


FILE_RULES = [OTHER_FORCE, OTHER_MONTH, SWAPPED, PROJECTED]


def sift(data: bytes, member: Member, force: Force) -> Sifted:
    """An outcomes file's bytes as outcomes and quarantine."""
    return sift_file(data, HEADER, member, force, RULES, FILE_RULES, _outcomes)


def _outcomes(file: ArchiveFile) -> pa.Table:
    return pa.table(
        {
            **file.key(NAME),
            "crime_id": file.crime_ids.values,
            "outcome": file.rows.coded["Outcome type"].mapped(slug),
            **file.point(),
            **file.place(),
        }
    )
