"""A mapping read from its file, strictly: a slip is one line with file and key."""

from pydantic import TypeAdapter

from transforms.errors import UsageError
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_values import QUARANTINE, has_time
from transforms.reference.forces import DEMO_FORCES, FORCES, find_force
from transforms.reference.toml_files import read_toml


def read_mapping(text: str, where: str) -> ForceMapping:
    """The mapping in the text of a file; `UsageError` names the key that is wrong."""
    mapping = read_toml(text, where, MAPPING)
    try:
        find_force(mapping.force, {**FORCES, **DEMO_FORCES})
    except UsageError as error:
        raise UsageError(f"{where}: force: {error}") from error
    if wrong := _inconsistency(mapping):
        raise UsageError(f"{where}: {wrong}")
    return mapping


MAPPING = TypeAdapter(ForceMapping)


def _inconsistency(mapping: ForceMapping) -> str | None:
    """The first pair of keys that do not go together."""
    checks = (
        _check_place,
        _check_times,
        _check_codes,
        _check_format,
        _check_query,
        _check_flags,
    )
    return next((fault for check in checks if (fault := check(mapping))), None)


def _check_place(mapping: ForceMapping) -> str | None:
    columns = mapping.columns
    degrees = (columns.longitude, columns.latitude)
    metres = (columns.easting, columns.northing)
    given = [pair for pair in (degrees, metres, (columns.point,)) if any(pair)]
    if len(given) != 1 or not all(given[0]):
        return (
            "[columns]: a place is longitude and latitude, or easting and northing, or"
            " point: name one of the three"
        )
    own = "EPSG:4326" if all(degrees) else "EPSG:27700" if all(metres) else mapping.crs
    return None if own == mapping.crs else f"crs: write {own!r} for those columns"


def _check_times(mapping: ForceMapping) -> str | None:
    columns, times = mapping.columns, mapping.times
    apart = columns.occurred_from_time or columns.occurred_to_time
    if columns.occurred_to_time and not columns.occurred_to:
        return "[columns] occurred_to is missing: its time is named"
    if bool(apart) != bool(times.time_format):
        return (
            "[times] time_format: it goes with a column of times, and a column with it"
        )
    if apart and has_time(times.date_format):
        return (
            "[times] date_format: the time has a column of its own, leave it out here"
        )
    return None


def _check_codes(mapping: ForceMapping) -> str | None:
    if bool(mapping.columns.offence_code) == bool(mapping.columns.category):
        return "[columns]: name one of offence_code and category"
    crimes, calls = mapping.categories.codes, mapping.calls.codes
    if not crimes and not calls:
        return "[categories] codes must be a table with at least 1 key"
    if odd := sorted(set(mapping.categories.harm) - set(crimes)):
        return f"[categories.harm] {odd[0]}: not one of categories.codes"
    if both := sorted(set(calls) & set(crimes)):
        return f"[calls.codes] {both[0]}: it is in [categories.codes] too; leave one"
    if calls and mapping.categories.unknown != QUARANTINE:
        return (
            "[categories] unknown: beside [calls.codes] write 'quarantine', or a call"
            " that is not listed would count as a crime"
        )
    return None


def _check_format(mapping: ForceMapping) -> str | None:
    some = {key for form in DROP_FORMATS.values() for key in form.KEYS}
    taken = DROP_FORMATS[mapping.format].KEYS
    for key in sorted(some.difference(taken)):
        if getattr(mapping, key):
            return f"{key}: format {mapping.format!r} does not take it; leave it out"
    if "delimiter" in taken:
        between = mapping.delimiter or ","
        if odd := [name for name in mapping.names if between in name]:
            return f"[columns]: {odd[0]!r} contains the delimiter"
    return None


def _check_query(mapping: ForceMapping) -> str | None:
    if (mapping.format == "sql") != bool(mapping.database):
        return "[database] goes with format 'sql', and that with it"
    if mapping.database and mapping.database.watermark and not mapping.tombstone:
        return (
            "[database] watermark: it finds deletions, so say in [tombstone] how one is"
            " written, of a column of the query, such as 'N' AS deleted"
        )
    return None


def _check_flags(mapping: ForceMapping) -> str | None:
    flags = {f"[sensitive.{name}]": flag for name, flag in mapping.flags.items()}
    if mapping.tombstone:
        flags["[tombstone]"] = mapping.tombstone
    for key, flag in flags.items():
        if not flag.yes or set(flag.yes) & set(flag.no):
            return (
                f"{key}: yes and no are lists of words, no word in both, yes not empty"
            )
    return None
