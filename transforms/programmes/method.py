"""`METHOD.md` of a programme: how its places were chosen, and what to know of them."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from transforms.lake.schemas import about
from transforms.plain_text import plain
from transforms.programmes.chosen import USE
from transforms.programmes.flags import in_words
from transforms.programmes.past import past_of
from transforms.programmes.programme import PAST_FILE, PLACES_FILE
from transforms.programmes.rule import JOINS_OF_HIGHEST, MOST_JOINED_M2, Rule
from transforms.programmes.schemas import (
    BUFFERS,
    CONTEXT,
    cells_schema,
    past_lists_schema,
    places_schema,
)
from transforms.programmes.usual import power_line
from transforms.reference.calls import is_call
from transforms.reference.clocks import Clock
from transforms.reference.groups import GROUPS, CrimeGroup


_TEXT = """# The programme {name}

{number} places of {force}, for {label}. Frozen from the publication `{run_id}`, which
knew crime up to {as_of}.

## How the places were chosen

{rule}

The list is never edited. A place that is patrolled no more leaves by a line in the
register, and counts up to that day. {use}: {sizes}

## What was expected

`level_month` is how many incidents a month to expect at a place if nothing changes,
ignoring the season. It is the forecast that a tracker compares with, and not the last
count: places are chosen because they were high, and fall by themselves.

## What it can show

{power}

## Around the places

A buffer of {buffer_m:g} m, in H3 cells of resolution 11, shows whether crime moved
there, or fell there too. {snapped}

## Warnings

{warnings}

## Is it the list that was frozen?

The programme's id ends with the first 12 characters of the SHA-256 of
`programme.json`, and that file contains the SHA-256 of places, cells and buffers:

    sha256sum programme.json places.parquet cells.parquet buffers.parquet

{context}
## The columns

{columns}
"""

_CONTEXT = """## What is around them

`context.csv` has layers of the user's about each place. They describe: no place was
chosen by them, and nothing is predicted from them. {because}
"""

_SIZES = {
    "months": """fifteen minutes on
foot cover a cell of about 0.1 km², and a hot spot has up to eighteen of them.""",
    "days": """a cell of a
force's own feed is about 0.014 km², about a street corner and what is near it.""",
}
_SNAPPED = {
    "months": """The public feed moves each incident to a point near it, so a
buffer says nothing about less than 100 m.""",
    "days": """Points are as exact as the force's
records.""",
}


def method_text(
    name: str,
    rule: Rule,
    group: CrimeGroup,
    identity: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    clock: Clock,
) -> str:
    """The text of METHOD.md."""
    places = tables[PLACES_FILE]
    past = past_of(tables[PAST_FILE])
    return _TEXT.format(
        name=name,
        number=len(places),
        force=rule.force,
        label=_label(group),
        run_id=identity["run_id"],
        as_of=identity["as_of"],
        rule=_choice(identity["unit"], rule),
        use=USE,
        sizes=_SIZES[clock.unit],
        snapped=_SNAPPED[clock.unit],
        buffer_m=identity["buffer_m"],
        power=power_line(past, rule.force, len(places), clock),
        warnings=_warnings(places, clock),
        context=_context(identity),
        columns="\n\n".join(
            f"**{file}**\n\n" + "\n".join(map(_column, schema))
            for file, schema in {
                "places": places_schema(clock),
                "cells": cells_schema(clock),
                "buffers": BUFFERS,
                "past_lists": past_lists_schema(clock),
                **({"context": CONTEXT} if "context" in identity else {}),
            }.items()
        ),
    )


def _label(group: CrimeGroup) -> str:
    """The name of a group; of the user's own, what it is made of as well."""
    if group.slug in GROUPS:
        return group.label
    calls = sum(map(is_call, group.categories))
    kind = "calls alone" if calls == len(group.categories) else "crimes alone"
    if 0 < calls < len(group.categories):
        kind = "crimes and calls, an incident that is both counted twice"
    return f"{group.label} ({kind}: {', '.join(group.categories)})"


def _context(identity: Mapping[str, Any]) -> str:
    if "context" not in identity:
        return ""
    why = identity["context"]["sensitive_because"]
    because = f"A sensitive layer is among them because: {plain(why)}" if why else ""
    return _CONTEXT.format(because=because)


def _choice(unit: str, rule: Rule) -> str:
    match unit:
        case "hotspot":
            ranks = ", ".join(map(str, rule.ranks))
            return (
                f"Hot spots chosen by the user, of rank {ranks} in the force. Past"
                " lists are the hot spots that had these ranks at the time."
            )
        case "polygon":
            return (
                "Polygons of the user's. Each is the H3 cells of resolution 11 whose"
                " centre it contains; what a scored cell expects is divided over its"
                " parts as its incidents of 36 months were. hexbeat does not know how"
                f" they were chosen: past lists are the {rule.top} highest cells, which"
                " have about as many incidents. Places that were chosen because crime"
                " had just risen there fall by more than such lists."
            )
    lines = [
        (
            f"The {rule.top} cells with the highest score,"
            f" of those with {rule.least_incidents_12m} incidents or more in 12 months."
        )
    ]
    if rule.spacing > 1:
        lines.append(
            f"Of two cells nearer than {rule.spacing} steps of the grid only the higher"
            " was taken."
        )
    if rule.join > 1:
        lines.append(
            f"A place is a cell with up to {rule.join - 1} of those that touch it and"
            f" are among the highest {JOINS_OF_HIGHEST:.0%} of the force's cells, on at"
            f" most {MOST_JOINED_M2 / 1e6:g} km²."
        )
    if rule.without:
        lines.append(f"Left out by hand: {', '.join(rule.without)}.")
    return "\n".join(lines)


def _warnings(places: pa.Table, clock: Clock) -> str:
    raised: dict[str, list[str]] = {}
    meaning = in_words(clock)
    for place, names in zip(
        places["place_id"].to_pylist(), places["flags"].to_pylist(), strict=True
    ):
        for name in names.split():
            raised.setdefault(name, []).append(place)
    lines = [
        f"- **{name}** ({meaning[name]}): {', '.join(places)}"
        for name, places in raised.items()
    ]
    return "\n".join(lines) or "None."


def _column(field: pa.Field) -> str:
    words = about(field)
    empty = f" Empty: {words['null']}." if "null" in words else ""
    return f"- `{field.name}`: {words['description']}.{empty}"
