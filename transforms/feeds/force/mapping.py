"""The mapping of a force's feed: one TOML file that says what its columns mean.

Everything that would otherwise be guessed is stated there: the order of a date, the
clock, the grid, what a code stands for.
"""

from dataclasses import replace
from typing import Annotated, Literal, TypeVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from transforms.feeds.force.mapping_values import (
    ISO,
    QUARANTINE,
    Code,
    Column,
    Crs,
    DateFormat,
    Query,
    SlugOrQuarantine,
    TimeFormat,
    Words,
)
from transforms.reference.calls import Kind, is_call, stored
from transforms.reference.categories import Slug
from transforms.reference.harm import Weight
from transforms.reference.toml_files import STRICT, WHOLE


Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Columns:
    """Which column of the file contains what."""

    reference: Annotated[Column, "the force's own id of a crime"]
    occurred_from: Annotated[Column, "date and time, or the date alone"]
    offence_code: Annotated[Column | None, "this or `category`"] = None
    category: Annotated[Column | None, "in the force's own words"] = None
    occurred_from_time: Annotated[Column | None, "its time, if apart"] = None
    occurred_to: Annotated[Column | None, "as `occurred_from`"] = None
    occurred_to_time: Annotated[Column | None, "its time, if apart"] = None
    longitude: Annotated[Column | None, "degrees; with `latitude`"] = None
    latitude: Annotated[Column | None, "degrees"] = None
    easting: Annotated[Column | None, "metres; with `northing`"] = None
    northing: Annotated[Column | None, "metres"] = None
    point: Annotated[Column | None, "both in one: `POINT (x y)` or `x,y`"] = None
    place_label: Annotated[Column | None, "street or venue"] = None
    updated: Annotated[Column | None, "when the record last changed"] = None
    recorded: Annotated[Column | None, "when the force recorded it"] = None


@dataclass(frozen=True, config=STRICT)
class Times:
    """How dates and times are written, by which clock, and what of its odd hours."""

    date_format: Annotated[DateFormat, "`iso`, or as strptime takes it"]
    time_zone: Annotated[Literal["Europe/London", "UTC"], "the clock"]
    ambiguous: Annotated[
        Literal["earlier", "later", "quarantine"],
        "01:30 on the night in October that has it twice",
    ]
    skipped: Annotated[
        Literal["shift", "quarantine"],
        "01:30 on the night in March that lacks it; `shift`: to 02:30",
    ]
    time_format: Annotated[TimeFormat | None, "if a column of times is apart"] = None

    @property
    def of_changes(self) -> "Times":
        """The same for one column of both: the date, a space, the time."""
        both = f"{self.date_format} {self.time_format}"
        alone = self.time_format is None or ISO in both.split()
        date_format = self.date_format if alone else both
        return replace(self, date_format=date_format, time_format=None)


@dataclass(frozen=True, config=STRICT)
class Categories:
    """From the force's codes or words to the categories of police.uk, and to harm.

    `30A` is that code alone, `30*` every code that begins so and is not listed closer.
    """

    unknown: Annotated[SlugOrQuarantine, "what a code that is not listed counts as"]
    codes: Annotated[dict[Code, Slug], "the category of each code"] = Field(
        default_factory=dict
    )
    harm: Annotated[dict[Code, Weight], "of one such offence"] = Field(
        default_factory=dict
    )


@dataclass(frozen=True, config=STRICT)
class Calls:
    """From the force's codes or words to its own kinds of calls for service.

    Codes are as in `[categories.codes]`, and none is in both.
    """

    codes: Annotated[dict[Code, Kind], "the kind of call of each code"] = Field(
        default_factory=dict
    )

    @property
    def kinds(self) -> list[str]:
        """The kinds, as records store them, in alphabetical order."""
        return sorted({stored(kind) for kind in self.codes.values()})


def _closest(listed: dict[str, Value], code: str) -> Value | None:
    """What is listed of a code: itself, else its longest beginning."""
    for key in (code, *(f"{code[:end]}*" for end in range(len(code), 0, -1))):
        if key in listed:
            return listed[key]
    return None


@dataclass(frozen=True, config=STRICT)
class Flag:
    """A column that says yes or no, each in the words listed.

    Both are listed, so that a yes spelt in a new way is not taken for no.
    """

    column: Column
    yes: Annotated[Words, '`""` is an empty field']
    no: Annotated[Words, "a word in neither list: the row is quarantined"]


@dataclass(frozen=True, config=STRICT)
class Sensitive:
    """What must not be published of a place, even where its incidents are."""

    domestic: Annotated[Flag | None, "domestic abuse"] = None
    sexual: Annotated[Flag | None, "a sexual offence"] = None
    under_18: Annotated[Flag | None, "a victim or suspect under 18"] = None


@dataclass(frozen=True, config=STRICT)
class Database:
    """What the force's database is asked; its address is the environment's."""

    query: Annotated[Query, "one SELECT; its answer is read as JSON lines"]
    watermark: Annotated[
        Column | None,
        "of the query: grows with each change; then changes are asked for",
    ] = None
    overlap: Annotated[
        int,
        Field(ge=0, le=10**15),
        WHOLE,
        "below the newest watermark, asked again; seconds, or numbers",
    ] = 3_600
    compare_days: Annotated[
        int,
        Field(ge=1, le=365),
        WHOLE,
        "until all is asked for again, which finds deletions",
    ] = 1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ForceMapping:
    """A force's feed, in full."""

    force: Annotated[str, "its police.uk id"]
    format: Annotated[Literal["csv", "jsonl", "parquet", "sql"], "of its drops"]
    crs: Annotated[Crs, "of its coordinates"]
    columns: Columns
    times: Times
    categories: Categories
    retention_days: Annotated[int, Field(ge=1, le=36_525), WHOLE, "of records"]
    encoding: Annotated[
        Literal["utf-8", "cp1252"] | None, "of CSV; default `utf-8`"
    ] = None
    delimiter: Annotated[
        Literal[",", ";", "|", "\t"] | None, "of CSV; default a comma"
    ] = None
    empty: Annotated[
        Literal["nothing-new"] | None, "what a drop without a row says; default refused"
    ] = None
    calls: Calls = Calls()
    sensitive: Sensitive = Sensitive()
    database: Annotated[Database | None, "of format `sql`"] = None
    tombstone: Annotated[Flag | None, "that the force has deleted the record"] = None

    @property
    def without_rows(self) -> str:
        """What to do about a file that is refused because it has no row."""
        return (
            "if the force sends this where it has nothing new, write"
            ' empty = "nothing-new" in the mapping'
        )

    @property
    def calls_alone(self) -> bool:
        """Whether its feed has calls for service, and no crime."""
        return not self.categories.codes

    @property
    def has_both(self) -> bool:
        """Whether its feed has crimes, and calls for service beside them."""
        return bool(self.calls.codes) and not self.calls_alone

    def category(self, code: str) -> str | None:
        """The category or kind of call of a code; None where it is to be quarantined.

        Of both tables, the code that is listed closest counts.
        """
        calls = {code: stored(kind) for code, kind in self.calls.codes.items()}
        unknown = self.categories.unknown
        otherwise = None if unknown == QUARANTINE else unknown
        return _closest({**self.categories.codes, **calls}, code) or otherwise

    def harm_of(self, code: str) -> float | None:
        """The harm of one such offence, where the mapping has it; a call has none."""
        if is_call(self.category(code) or ""):
            return None
        return _closest(self.categories.harm, code)

    @property
    def flags(self) -> dict[str, Flag]:
        """The sensitive flags that the force has, by name."""
        return {k: v for k, v in vars(self.sensitive).items() if isinstance(v, Flag)}

    @property
    def names(self) -> list[str]:
        """The columns of the file that are read, each once."""
        own = [name for name in vars(self.columns).values() if isinstance(name, str)]
        flags = [*self.flags.values(), *([self.tombstone] if self.tombstone else [])]
        return list(dict.fromkeys([*own, *(flag.column for flag in flags)]))
