"""The mapping of a force's feed: one TOML file that says what its columns mean.

Everything that would otherwise be guessed is said there: the order of a date, the
clock, the grid, what a code stands for.
"""

from dataclasses import replace
from typing import Literal, TypeVar

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from transforms.feeds.force.mapping_values import (
    ISO,
    QUARANTINE,
    Code,
    Column,
    Crs,
    DateFormat,
    Harm,
    Query,
    Slug,
    SlugOrQuarantine,
    TimeFormat,
    Words,
)


Value = TypeVar("Value")

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class Columns:
    """Which column of the file holds what. Those without a default must be there."""

    reference: Column  # the force's own id of a crime
    occurred_from: Column  # date and time, or the date alone
    offence_code: Column | None = None  # one of these two
    category: Column | None = None
    occurred_from_time: Column | None = None  # where the time has a column of its own
    occurred_to: Column | None = None
    occurred_to_time: Column | None = None
    longitude: Column | None = None  # a place is one of three: degrees,
    latitude: Column | None = None
    easting: Column | None = None  # metres,
    northing: Column | None = None
    point: Column | None = None  # or both in one text: `POINT (x y)` or `x,y`
    place_label: Column | None = None
    updated: Column | None = None  # date and time of the record's last change


@dataclass(frozen=True, config=_STRICT)
class Times:
    """How dates and times are written, by which clock, and what of its odd hours."""

    date_format: DateFormat  # `iso`, or as strptime takes it
    time_zone: Literal["Europe/London", "UTC"]
    ambiguous: Literal["earlier", "later", "quarantine"]  # shown twice, in October
    skipped: Literal["shift", "quarantine"]  # never shown, in March
    time_format: TimeFormat | None = None  # where times have a column of their own

    @property
    def of_updates(self) -> "Times":
        """The same for one column of both: the date, a space, the time."""
        both = f"{self.date_format} {self.time_format}"
        alone = self.time_format is None or ISO in both.split()
        date_format = self.date_format if alone else both
        return replace(self, date_format=date_format, time_format=None)


@dataclass(frozen=True, config=_STRICT)
class Categories:
    """From the force's codes or words to the categories of police.uk, and to harm.

    `30A` is that code alone, `30*` every code that begins so and is not listed closer.
    """

    unknown: SlugOrQuarantine  # what a code that is not listed counts as
    codes: dict[Code, Slug] = Field(min_length=1)
    harm: dict[Code, Harm] = Field(default_factory=dict)

    def category(self, code: str) -> str | None:
        """The category of a code; None where it is to be quarantined."""
        otherwise = None if self.unknown == QUARANTINE else self.unknown
        return _closest(self.codes, code) or otherwise

    def harm_of(self, code: str) -> float | None:
        """The harm of one such offence, where the mapping has it."""
        return _closest(self.harm, code)


def _closest(listed: dict[str, Value], code: str) -> Value | None:
    """What is listed of a code: itself, else its longest beginning."""
    for key in (code, *(f"{code[:end]}*" for end in range(len(code), 0, -1))):
        if key in listed:
            return listed[key]
    return None


@dataclass(frozen=True, config=_STRICT)
class Flag:
    """A column that says yes or no, each in the words listed.

    Both are listed, so that a yes spelt in a new way is held back and not taken for no.
    """

    column: Column
    yes: Words
    no: Words


@dataclass(frozen=True, config=_STRICT)
class Sensitive:
    """What must not be told of a place, even where its incidents are."""

    domestic: Flag | None = None
    sexual: Flag | None = None
    under_18: Flag | None = None


@dataclass(frozen=True, config=_STRICT)
class Database:
    """What is asked of the force's database; where that is, is no mapping's to say."""

    query: Query  # one SELECT; its answer is read as JSON lines


@dataclass(frozen=True, config=_STRICT)
class ForceMapping:
    """A force's feed, in full."""

    force: str  # its police.uk id
    format: Literal["csv", "jsonl", "parquet", "sql"]
    crs: Crs  # of its coordinates
    columns: Columns
    times: Times
    categories: Categories
    retention_days: int = Field(ge=1, le=36_525, strict=True)
    encoding: Literal["utf-8", "cp1252"] | None = None  # of CSV, where not UTF-8
    delimiter: Literal[",", ";", "|", "\t"] | None = None  # of CSV, where no comma
    sensitive: Sensitive = Sensitive()
    database: Database | None = None  # of format sql
    tombstone: Flag | None = None  # says that the force has deleted the record

    @property
    def flags(self) -> dict[str, Flag]:
        """The sensitive flags that the force has, by name."""
        return {k: v for k, v in vars(self.sensitive).items() if isinstance(v, Flag)}

    @property
    def names(self) -> list[str]:
        """The columns of the file that are read, each once."""
        own = [name for name in vars(self.columns).values() if isinstance(name, str)]
        said = [*self.flags.values(), *([self.tombstone] if self.tombstone else [])]
        return list(dict.fromkeys([*own, *(flag.column for flag in said)]))
