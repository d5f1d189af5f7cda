"""data.police.uk: stops and searches, each with its time. Kept, and never scored.

`Date` is UTC, as its `+00:00` says, and a file holds the stops of one local month: a
May file begins at 23:00 on 30 April. Latitude comes before longitude.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from transforms.feeds.archive.members import Member
from transforms.feeds.files.csv_bytes import Coded
from transforms.feeds.police_uk.archive_file import (
    COORDINATES,
    LICENCE,
    PROJECTED,
    SWAPPED,
    ArchiveFile,
    sift_file,
)
from transforms.feeds.rules import Rule, Sifted
from transforms.reference.days import LONDON
from transforms.reference.forces import Force
from transforms.reference.place_labels import clean_text


NAME = "police_uk_stop_and_search"
KIND = "stop-and-search"
TABLE = "stops"
QUARANTINE = "stops_quarantine"
ATTRIBUTION = LICENCE

HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,"
    "Gender,Age range,Self-defined ethnicity,Officer-defined ethnicity,Legislation,"
    "Object of search,Outcome,Outcome linked to object of search,"
    "Removal of more than just outer clothing"
)

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\+00:00")
_TYPES = ("Person search", "Vehicle search", "Person and Vehicle search")
_FLAGS = {"True": True, "False": False, "": None}
_FLAG_COLUMNS = {
    "policing_operation": "Part of a policing operation",
    "outcome_linked": "Outcome linked to object of search",
    "removal_of_clothing": "Removal of more than just outer clothing",
}
_TEXT_COLUMNS = {
    "search_type": "Type",
    "operation_name": "Policing operation",
    "gender": "Gender",
    "age_range": "Age range",
    "self_defined_ethnicity": "Self-defined ethnicity",
    "officer_defined_ethnicity": "Officer-defined ethnicity",
    "legislation": "Legislation",
    "object_of_search": "Object of search",
    "outcome": "Outcome",
}


@dataclass(frozen=True)
class _Time:
    """A stop's time, as an instant and on the clock of the place."""

    utc: datetime
    local: datetime

    @classmethod
    def read(cls, text: str) -> "_Time | None":
        if _DATE.fullmatch(text) is None:
            return None
        try:
            utc = datetime.fromisoformat(text).astimezone(UTC)
            return cls(utc, utc.astimezone(LONDON))
        except (ValueError, OverflowError):
            return None

    @property
    def wall(self) -> str:
        return self.local.replace(tzinfo=None).isoformat()

    @property
    def ambiguous(self) -> bool:
        """Whether the clock shows this time twice, as it goes back in October."""
        other = self.local.replace(fold=1 - self.local.fold)
        return other.utcoffset() != self.local.utcoffset()


def _of_month(text: str, month: str) -> bool:
    time = _Time.read(text)
    return time is None or time.wall.startswith(month)


RULES: list[Rule[ArchiveFile]] = [
    Rule(
        "date",
        "the date is not an instant such as 2024-05-31T22:59:00+00:00",
        lambda f: f.rows.coded["Date"].where(lambda text: _Time.read(text) is None),
    ),
    Rule(
        "month",
        "the date's month, on the clock in Great Britain, is not the file's",
        lambda f: (
            ~f.rows.coded["Date"].where(
                lambda text: _of_month(text, str(f.member.month))
            )
        ),
    ),
    Rule(
        "type",
        "the type is not a search of a person, a vehicle or both",
        lambda f: ~f.rows.coded["Type"].where(lambda text: text in _TYPES),
    ),
    Rule(
        "flag",
        "a yes-or-no column contains something other than True, False or nothing",
        lambda f: np.logical_or.reduce(
            [
                ~f.rows.coded[title].where(lambda text: text in _FLAGS)
                for title in _FLAG_COLUMNS.values()
            ]
        ),
    ),
    COORDINATES,
]


FILE_RULES = [SWAPPED, PROJECTED]


def sift(data: bytes, member: Member, force: Force) -> Sifted:
    """A stop-and-search file's bytes as stops and quarantine."""
    return sift_file(data, HEADER, member, force, RULES, FILE_RULES, _stops)


def _stops(file: ArchiveFile) -> pa.Table:
    coded = file.rows.coded
    return pa.table(
        {
            **file.key(NAME),
            **_times(coded["Date"]),
            **file.point(),
            **{
                name: coded[title].mapped(lambda text: clean_text(text) or None)
                for name, title in _TEXT_COLUMNS.items()
            },
            **{
                name: _each(coded[title], [_FLAGS.get(t) for t in coded[title].texts])
                for name, title in _FLAG_COLUMNS.items()
            },
        }
    )


def _times(dates: Coded) -> dict[str, pa.Array]:
    times = [_Time.read(text) for text in dates.texts]
    return {
        "occurred_at": _each(dates, [t and t.utc for t in times]),
        "local_time": _each(dates, [t and t.wall for t in times]),
        "time_ambiguous": _each(dates, [t and t.ambiguous for t in times]),
    }


def _each(column: Coded, values: list[object]) -> pa.Array:
    """Each row's value, from the values of the column's texts."""
    return pa.array(values).take(pa.array(column.codes))
