"""Exclusions: places whose incidents never enter a score, each with its reason.

Shipped ones are in `data/exclusions.toml`; a home's `hexbeat.toml` adds its own or does
without the shipped. They are reviewable: every publication lists what each removed.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.errors import UsageError
from transforms.months import Month, window


_KEYS = {"id", "label", "cell", "force", "why"}
# Resolution 9 or 10 in the second place, and all bits set below it.
_CELL = re.compile(r"89[0-9a-f]{8}[37bf]f{4}|8a[0-9a-f]{9}[7f]f{3}")
_WINDOWS_MONTHS = (12, 36)
_RULES = pa.schema([("id", pa.string()), ("label", pa.string()), ("cell", pa.int64())])


@dataclass(frozen=True)
class Exclusion:
    """A place that is left out: by its label, or by its cell."""

    id: str
    why: str
    label: str | None = None  # a regular expression for the whole label
    cell: str | None = None  # resolution 9 or 10, 15 hexadecimal characters
    force: str | None = None  # of that force alone; None for all

    @property
    def where(self) -> str:
        """How a list says which places it means."""
        place = f"label {self.label}" if self.label else f"cell {self.cell}"
        return f"{place}, {self.force}" if self.force else place


def shipped_exclusions() -> tuple[Exclusion, ...]:
    """Those that come with hexbeat."""
    source = files("transforms").joinpath("data/exclusions.toml")
    return read_exclusions(tomllib.loads(source.read_text()), source.name)


def read_exclusions(settings: Mapping[str, Any], where: str) -> tuple[Exclusion, ...]:
    """The `[[exclusion]]` entries of settings; `UsageError` names the wrong one."""
    entries = settings.get("exclusion", [])
    if not isinstance(entries, list):
        raise UsageError(f"{where}: exclusion is a list: write [[exclusion]]")
    found = [
        _read(entry, f"{where}, [[exclusion]] number {number}")
        for number, entry in enumerate(entries, start=1)
    ]
    ids = [rule.id for rule in found]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise UsageError(f"{where}: two exclusions have the id {twice[0]!r}")
    return tuple(found)


def _read(entry: Mapping[str, Any], at: str) -> Exclusion:
    if not isinstance(entry, dict) or set(entry) - _KEYS:
        raise UsageError(f"{at}: it takes only {', '.join(sorted(_KEYS))}")
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        raise UsageError(f"{at}: every value is a text that says something")
    if not {"id", "why"} <= entry.keys():
        raise UsageError(f"{at}: an exclusion needs its id, and why in words")
    if ("label" in entry) == ("cell" in entry):
        raise UsageError(f"{at}: write either label or cell")
    if "cell" in entry and not _CELL.fullmatch(entry["cell"]):
        raise UsageError(
            f"{at}: cell = {entry['cell']!r} is no H3 cell of resolution 9 or 10"
            " (15 characters, lower case)"
        )
    if "label" in entry and (wrong := _misread(entry["label"])):
        raise UsageError(f"{at}: label is no regular expression ({wrong})")
    return Exclusion(**{**entry, "why": " ".join(entry["why"].split())})


def _misread(label: str) -> str | None:
    """Why the queries could not read a regular expression: theirs is RE2's.

    Arrow's RE2 is the newer one, and knows one form of group more.
    """
    if "(?<" in label:
        return "(?< is not known"
    try:
        pc.match_substring_regex(pa.nulls(1, pa.string()), label)
    except pa.ArrowInvalid as error:
        return " ".join(str(error).partition(": ")[2].split())
    return None


def kept_incidents(
    incidents: sql.Relation, rules: Sequence[Exclusion], force: str
) -> pa.Table:
    """A force's incidents without those at excluded places: what scores may see."""
    held = {"incidents": incidents, "rules": exclusion_rules(rules, force)}
    return sql.run("kept_incidents", held)


def removed_incidents(
    incidents: sql.Relation, rules: Sequence[Exclusion], force: str, as_of: Month
) -> list[dict[str, Any]]:
    """What each rule that applies to a force removed, ordered by the rules' ids.

    Rows of `id` and, for the 12 and 36 months to the as-of, `incidents_12m` and
    `incidents_36m`; an incident that two rules meet counts with both.
    """
    held = {"incidents": incidents, "rules": exclusion_rules(rules, force)}
    first = {f"first_{n}m": str(window(as_of, n)[0]) for n in _WINDOWS_MONTHS}
    found = sql.run("excluded_incidents", held, last_month=str(as_of), **first)
    return list(found.to_pylist())


def exclusion_rules(rules: Sequence[Exclusion], force: str) -> pa.Table:
    """Those that apply to a force, as the queries join them."""
    rows = [
        {"id": r.id, "label": r.label, "cell": int(r.cell, 16) if r.cell else None}
        for r in rules
        if r.force in (None, force)
    ]
    return pa.Table.from_pylist(rows, schema=_RULES)
