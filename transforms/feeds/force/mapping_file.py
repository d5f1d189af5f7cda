"""A mapping read from its file, strictly: a slip is one line with file and key."""

import tomllib
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from transforms.errors import UsageError
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_values import tells_time
from transforms.forces import DEMO_FORCES, FORCES, find_force


def read_mapping(text: str, where: str) -> ForceMapping:
    """The mapping that a TOML file holds; `UsageError` names the key that is wrong."""
    try:
        mapping = _ADAPTER.validate_python(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{where}: no TOML: {error}") from error
    except ValidationError as error:
        said = " ".join(_in_words(error).split())  # a key may hold a line break
        raise UsageError(f"{where}, {said}") from error
    try:
        find_force(mapping.force, {**FORCES, **DEMO_FORCES})
    except UsageError as error:
        raise UsageError(f"{where}, force: {error}") from error
    if wrong := _inconsistency(mapping):
        raise UsageError(f"{where}, {wrong}")
    return mapping


_ADAPTER = TypeAdapter(ForceMapping)


def _in_words(error: ValidationError) -> str:
    """The first slip: the key, and what it takes."""
    slips = error.errors(include_url=False)
    # a key misspelt is missing as well: that it is unknown says more
    unknown = [slip for slip in slips if slip["type"] == "unexpected_keyword_argument"]
    first = (unknown or slips)[0]
    path = [str(part) for part in first["loc"]]
    match first["type"]:
        case "unexpected_keyword_argument":
            said = f"no such key; there are {', '.join(_keys(path[:-1]))}"
        case "missing":
            said = "missing"
        case "literal_error":
            said = f"write {first['ctx']['expected']}"
        case "dataclass_type":
            said = f"it is a table: write [{'.'.join(path)}]"
        case _:
            said = first["msg"].removeprefix("Value error, ")
    return f"{'.'.join(path)}: {said}"


def _keys(path: list[str]) -> list[str]:
    """The keys of the table there."""
    table: Any = ForceMapping
    for part in path:
        kind = get_type_hints(table)[part]
        table = next(t for t in (kind, *get_args(kind)) if is_dataclass(t))
    return [field.name for field in fields(table)]


def _inconsistency(mapping: ForceMapping) -> str | None:
    """What single keys cannot tell: the first pair that does not go together."""
    checks = (
        _check_place,
        _check_times,
        _check_codes,
        _check_text,
        _check_query,
        _check_flags,
    )
    return next((said for check in checks if (said := check(mapping))), None)


def _check_place(mapping: ForceMapping) -> str | None:
    columns = mapping.columns
    degrees = (columns.longitude, columns.latitude)
    metres = (columns.easting, columns.northing)
    given = [pair for pair in (degrees, metres, (columns.point,)) if any(pair)]
    if len(given) != 1 or not all(given[0]):
        return (
            "columns: a place is longitude and latitude, or easting and northing, or"
            " point: name one of the three"
        )
    own = "EPSG:4326" if all(degrees) else "EPSG:27700" if all(metres) else mapping.crs
    return None if own == mapping.crs else f"crs: write {own!r} for those columns"


def _check_times(mapping: ForceMapping) -> str | None:
    columns, times = mapping.columns, mapping.times
    apart = columns.occurred_from_time or columns.occurred_to_time
    if columns.occurred_to_time and not columns.occurred_to:
        return "columns.occurred_to: missing, its time is named"
    if bool(apart) != bool(times.time_format):
        return "times.time_format: it goes with a column of times, and a column with it"
    if apart and tells_time(times.date_format):
        return "times.date_format: the time has a column of its own, leave it out here"
    return None


def _check_codes(mapping: ForceMapping) -> str | None:
    if bool(mapping.columns.offence_code) == bool(mapping.columns.category):
        return "columns: name one of offence_code and category"
    if odd := sorted(set(mapping.categories.harm) - set(mapping.categories.codes)):
        return f"categories.harm.{odd[0]}: not one of categories.codes"
    return None


def _check_text(mapping: ForceMapping) -> str | None:
    for key in ("encoding", "delimiter"):
        if getattr(mapping, key) and mapping.format != "csv":
            return f"{key}: only CSV has one; leave it out"
    if mapping.format == "csv":
        between = mapping.delimiter or ","
        if odd := [name for name in mapping.names if between in name]:
            return f"columns: {odd[0]!r} holds the delimiter"
    return None


def _check_query(mapping: ForceMapping) -> str | None:
    if (mapping.format == "sql") != bool(mapping.database):
        return "database: it goes with format 'sql', and that with it"
    return None


def _check_flags(mapping: ForceMapping) -> str | None:
    said = {f"sensitive.{name}": flag for name, flag in mapping.flags.items()}
    if mapping.tombstone:
        said["tombstone"] = mapping.tombstone
    for key, flag in said.items():
        if not flag.yes or set(flag.yes) & set(flag.no):
            return (
                f"{key}: yes and no are lists of words, no word in both, yes not empty"
            )
    return None
