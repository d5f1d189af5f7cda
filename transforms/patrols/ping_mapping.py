"""The mapping of a file of pings: which column is the radio, the time and the place."""

import tomllib
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from transforms.errors import UsageError
from transforms.feeds.force.mapping_values import Column, Crs, Words
from transforms.patrols.log_rules import MOST_OFFICERS
from transforms.patrols.mapping import (
    Mode,
    PatrolMapping,
    Role,
    wrong_format,
    wrong_words,
)
from transforms.reference.toml_files import STRICT, WHOLE, read_toml


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PingColumns:
    """Which column of the file contains what. All others are dropped."""

    unit: Annotated[Column, "the radio or vehicle; only a keyed hash of it is stored"]
    at: Annotated[Column, "when it reported"]
    longitude: Annotated[Column | None, "degrees; with `latitude`"] = None
    latitude: Annotated[Column | None, "degrees"] = None
    easting: Annotated[Column | None, "metres; with `northing`"] = None
    northing: Annotated[Column | None, "metres"] = None
    point: Annotated[Column | None, "both in one: `POINT (x y)` or `x,y`"] = None
    accuracy_m: Annotated[Column | None, "how exact the place is, metres"] = None
    officers: Annotated[Column | None, "how many the unit is"] = None
    role: Annotated[Column | None, "whose it is"] = None
    mode: Annotated[Column | None, "how it moves"] = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PingMapping(PatrolMapping):
    """A file of pings, in full."""

    kind: Annotated[Literal["pings"], "what the file is"]
    crs: Annotated[Crs, "of its coordinates"]
    columns: PingColumns
    officers: Annotated[
        int | None,
        Field(ge=1, le=MOST_OFFICERS),
        WHOLE,
        "of each unit, if no column says",
    ] = None
    role: Annotated[Role | None, "of all units, if no column says"] = None
    mode: Annotated[Mode | None, "of all units, if no column says"] = None
    roles: Annotated[dict[Role, Words], "the file's words for each role"] = field(
        default_factory=dict
    )
    modes: Annotated[dict[Mode, Words], "the file's words for each mode"] = field(
        default_factory=dict
    )


PING_MAPPING = TypeAdapter(PingMapping)


def is_of_pings(text: str) -> bool:
    """Whether a mapping says that it is of pings; not whether it is right."""
    try:
        return tomllib.loads(text).get("kind") == "pings"
    except ValueError:
        return False


def read_ping_mapping(text: str, where: str) -> PingMapping:
    """The mapping in the text of a file; `UsageError` names the key that is wrong."""
    mapping = read_toml(text, where, PING_MAPPING)
    columns = mapping.columns
    degrees = (columns.longitude, columns.latitude)
    metres = (columns.easting, columns.northing)
    given = [way for way in (degrees, metres, (columns.point,)) if any(way)]
    own = "EPSG:4326" if all(degrees) else "EPSG:27700" if all(metres) else mapping.crs
    wrong = None
    if len(given) != 1 or not all(given[0]):
        wrong = (
            "[columns]: a place is longitude and latitude, or easting and northing, or"
            " point: name one of the three"
        )
    elif own != mapping.crs:
        wrong = f"crs: write {own!r} for those columns"
    for name in ("officers", "role"):
        if (getattr(columns, name) is None) == (getattr(mapping, name) is None):
            wrong = wrong or f"{name}: name a column, or one value for all"
    if bool(mapping.roles) != bool(columns.role):
        wrong = wrong or "[roles] goes with [columns] role, and that with it"
    if bool(mapping.modes) != bool(columns.mode):
        wrong = wrong or "[modes] goes with [columns] mode, and that with it"
    if mapping.times.time_format:
        wrong = wrong or "[times] time_format: date and time are in one column"
    wrong = (
        wrong
        or wrong_words(mapping.roles, mapping.modes, mapping.background)
        or wrong_format(mapping)
    )
    if wrong:
        raise UsageError(f"{where}: {wrong}")
    return mapping
