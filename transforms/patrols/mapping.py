"""The mapping of a patrol log: one TOML file that says what its columns mean.

There is no key for a name, a collar number or a call sign, so none can be stored.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal, get_args

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from transforms.errors import UsageError
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.mapping import Flag, Times
from transforms.feeds.force.mapping_values import Column, Crs, Words, has_time
from transforms.reference.toml_files import STRICT, Text, read_toml


Role = Literal["police", "pcso", "special", "warden", "partner"]
Mode = Literal["foot", "cycle", "vehicle"]
ROLES: tuple[str, ...] = get_args(Role)
MODES: tuple[str, ...] = get_args(Mode)
ACTIVITIES = ("arrests", "searches", "weapons", "asb_powers", "engagements")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PatrolMapping:
    """What the mappings of logs and of pings have in common."""

    programme: Annotated[Text, "the programme whose places it is about"]
    format: Annotated[Literal["csv", "parquet"], "of the file"]
    columns: Any
    times: Times
    background: Annotated[Flag | None, "what is not of the programme"] = None
    encoding: Annotated[
        Literal["utf-8", "cp1252"] | None, "of CSV; default `utf-8`"
    ] = None
    delimiter: Annotated[
        Literal[",", ";", "|", "\t"] | None, "of CSV; default a comma"
    ] = None

    @property
    def empty(self) -> None:
        """A file without a row is refused: it is no sign that nobody patrolled."""

    @property
    def without_rows(self) -> str:
        """What to do about such a file."""
        return "that is no sign that nobody patrolled: ask for the rows"

    @property
    def names(self) -> list[str]:
        """The columns of the file that are read, each once."""
        own = [name for name in vars(self.columns).values() if isinstance(name, str)]
        flag = [self.background.column] if self.background else []
        return list(dict.fromkeys([*own, *flag]))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VisitColumns:
    """Which column of the log contains what. All others are dropped."""

    place_id: Annotated[Column | None, "this, or coordinates"] = None
    longitude: Annotated[Column | None, "degrees; with `latitude`"] = None
    latitude: Annotated[Column | None, "degrees"] = None
    easting: Annotated[Column | None, "metres; with `northing`"] = None
    northing: Annotated[Column | None, "metres"] = None
    point: Annotated[Column | None, "both in one: `POINT (x y)` or `x,y`"] = None
    start: Annotated[Column | None, "when it began; with `end`"] = None
    start_time: Annotated[Column | None, "its time, if apart"] = None
    end: Annotated[Column | None, "when it ended"] = None
    end_time: Annotated[Column | None, "its time, if apart"] = None
    date: Annotated[Column | None, "its day, with `minutes`, if it has no times"] = None
    minutes: Annotated[Column | None, "how long it was"] = None
    officers: Annotated[Column, "how many were there"]
    role: Annotated[Column, "whose they were"]
    mode: Annotated[Column | None, "how they came"] = None
    arrests: Annotated[Column | None, "a count"] = None
    searches: Annotated[Column | None, "a count"] = None
    weapons: Annotated[Column | None, "a count"] = None
    asb_powers: Annotated[Column | None, "a count"] = None
    engagements: Annotated[Column | None, "a count"] = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VisitMapping(PatrolMapping):
    """A log of visits, in full."""

    columns: VisitColumns
    roles: Annotated[dict[Role, Words], "the log's words for each role"]
    modes: Annotated[dict[Mode, Words], "the log's words for each mode"] = field(
        default_factory=dict
    )
    places: Annotated[dict[Text, Text], "the place of each of the log's own words"] = (
        field(default_factory=dict)
    )
    crs: Annotated[Crs | None, "of its coordinates"] = None

    @property
    def is_located(self) -> bool:
        """Whether its places are coordinates."""
        return self.columns.place_id is None


VISIT_MAPPING = TypeAdapter(VisitMapping)


def read_visit_mapping(text: str, where: str) -> VisitMapping:
    """The mapping in the text of a file; `UsageError` names the key that is wrong."""
    mapping = read_toml(text, where, VISIT_MAPPING)
    checks = (_check_place, _check_times, _check_words, wrong_format)
    for check in checks:
        if wrong := check(mapping):
            raise UsageError(f"{where}: {wrong}")
    return mapping


def word_of(words: Mapping[Any, Words]) -> dict[str, str]:
    """What each of the log's words stands for."""
    return {word.strip(): name for name, listed in words.items() for word in listed}


def _check_place(mapping: VisitMapping) -> str | None:
    columns = mapping.columns
    degrees = (columns.longitude, columns.latitude)
    metres = (columns.easting, columns.northing)
    ways = ((columns.place_id,), degrees, metres, (columns.point,))
    given = [way for way in ways if any(way)]
    if len(given) != 1 or not all(given[0]):
        return (
            "[columns]: a place is place_id, longitude and latitude, easting and"
            " northing, or point: name one of the four"
        )
    if columns.place_id:
        return "crs: it goes with coordinates; leave it out" if mapping.crs else None
    if mapping.places:
        return "[places]: it goes with place_id; leave it out"
    own = "EPSG:4326" if all(degrees) else "EPSG:27700" if all(metres) else mapping.crs
    if own is None or own != mapping.crs:
        return f"crs: write {own or 'EPSG:4326 or EPSG:27700'!r} for those columns"
    return None


def _check_times(mapping: VisitMapping) -> str | None:
    columns, times = mapping.columns, mapping.times
    timed, dated = (columns.start, columns.end), (columns.date, columns.minutes)
    given = [pair for pair in (timed, dated) if any(pair)]
    if len(given) != 1 or not all(given[0]):
        return "[columns]: name start and end, or date and minutes"
    apart = (columns.start_time, columns.end_time)
    if any(apart) and not (all(apart) and all(timed)):
        return "[columns] start_time, end_time: both, beside start and end"
    if any(apart) != bool(times.time_format):
        return (
            "[times] time_format: it goes with a column of times, and a column with it"
        )
    if any(apart) and has_time(times.date_format):
        return (
            "[times] date_format: the time has a column of its own, leave it out here"
        )
    return None


def _check_words(mapping: VisitMapping) -> str | None:
    if not mapping.roles:
        return f"[roles]: list the log's words for {', '.join(ROLES)}"
    if bool(mapping.modes) != bool(mapping.columns.mode):
        return "[modes] goes with [columns] mode, and that with it"
    return wrong_words(mapping.roles, mapping.modes, mapping.background)


def wrong_words(
    roles: Mapping[Any, Words], modes: Mapping[Any, Words], flag: Flag | None
) -> str | None:
    """What is wrong with words that stand for roles, modes and other work."""
    for name, words in (("roles", roles), ("modes", modes)):
        listed = [word.strip() for of_name in words.values() for word in of_name]
        if len(set(listed)) < len(listed):
            return f"[{name}]: a word stands for two of them"
    if flag and (not flag.yes or set(flag.yes) & set(flag.no)):
        return (
            "[background]: yes and no are lists of words, no word in both, yes not"
            " empty"
        )
    return None


def wrong_format(mapping: PatrolMapping) -> str | None:
    """What is wrong with keys that only some formats take."""
    for key in ("encoding", "delimiter"):
        if getattr(mapping, key) and key not in DROP_FORMATS[mapping.format].KEYS:
            return f"{key}: format {mapping.format!r} does not take it; leave it out"
    return None
