"""The forms of the Prefect UI: the order of their fields, and rules about several.

The server checks parameters against the JSON schema of a flow before anything runs, and
the form shows its message under the field.
"""

from collections.abc import Callable
from typing import Any


Schema = dict[str, Any]

# What people set first; the home, which has a default everywhere, is last.
_FIRST = (
    "forces", "all_forces", "start", "end", "dry_run", "rescore_only", "source",
    "stages", "drop", "backtest", "public", "as_of",
)  # fmt: skip
_LAST = ("release", "until_release", "whole_zips", "refetch", "rescore", "home")

# Not "all_forces is true", which would apply where it is not given.
ONE_OR_ALL: Schema = {
    "if": {"not": {"properties": {"all_forces": {"const": False}}}},
    "then": {"properties": {"forces": {"maxItems": 0}}},
    "else": {"required": ["forces"], "properties": {"forces": {"minItems": 1}}},
}
_RANGE = {
    "required": ["start", "end"],
    "properties": {"start": {"type": "string"}, "end": {"type": "string"}},
}
_NO_INGEST = {
    "properties": {
        "forces": {"maxItems": 0},
        **{name: {"const": False} for name in ("all_forces", "refetch", "dry_run")},
    }
}
# Of a backfill: either it only scores again, or it has a range and forces.
RESCORE_OR_RANGE: Schema = {
    "if": {"not": {"properties": {"rescore_only": {"const": False}}}},
    "then": _NO_INGEST,
    "else": {**_RANGE, **ONE_OR_ALL},  # no list: the server looks into none
}


def worded(rule: Schema, words: str) -> Schema:
    """A rule about one field that is refused in these words.

    The server would say "is not valid under any of the given schemas", or quote the
    pattern; of a constant it says that it was expected. Nothing is taken that breaks
    the rule, not even the words themselves.
    """
    return {
        "if": {"not": rule},
        "then": {"const": words, "not": {"const": words}},
    }


def form(rules: Schema | None = None) -> Callable[[Schema], None]:
    """What makes the schema of a model that of its form."""

    def made(schema: Schema) -> None:
        names = list(schema.get("properties", {}))
        between = [name for name in names if name not in (*_FIRST, *_LAST)]
        order = [name for name in (*_FIRST, *between, *_LAST) if name in names]
        # the database may sort the keys; the form goes by the position
        schema["properties"] = {
            name: {**schema["properties"][name], "position": position}
            for position, name in enumerate(order)
        }
        schema.update(rules or {})

    return made
