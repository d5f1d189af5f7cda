"""What the commands of programmes print."""

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc

from flows.command.printing.terminal import (
    PlainTable,
    print_error,
    print_json,
    print_line,
    print_table,
)
from transforms.homes.home import Home
from transforms.programmes.chosen import USE
from transforms.programmes.flags import IN_WORDS
from transforms.programmes.freeze import Frozen
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing
from transforms.programmes.usual import power_line


_GAPS = 3


def show_frozen(home: Home, frozen: Frozen, as_json: bool) -> int:
    """Print a programme that was frozen; 3 if it has fewer places than asked for."""
    programme = frozen.programme
    code = _GAPS if frozen.fewer else 0
    if as_json:
        print_json(
            {
                "programme": programme.id,
                "created": frozen.created,
                "places": len(programme.places),
                "exit_code": code,
            }
        )
        return code
    state = "frozen" if frozen.created else "was already frozen"
    print_line(f"programme {programme.id} {state}")
    places, whole = programme.places, programme.cells
    level = pc.sum(places["level_month"]).as_py()
    share = level / pc.sum(whole["level_month"]).as_py()
    print_line(
        f"places    {len(places)}, with {level:,.0f} incidents a month expected:"
        f" {100 * share:.0f} % of the force's"
    )
    print_line(f"use       {USE}.")
    for name, number in _warned(programme).items():
        print_line(f"warning   {number} {name}: {IN_WORDS[name]}")
    past = programme.past_lists
    print_line(f"power     {power_line(past, programme.rule.force, len(places))}")
    print_line(f"folder    {programme.folder}")
    standing = Register(home).standing(programme.id)
    if standing.starts is None:
        print_line(f"next      hexbeat programme start {programme.id} --on DATE")
    if frozen.fewer:
        print_error(
            f"{len(places)} places, {frozen.fewer} fewer than asked for: lower"
            " --min-incidents or --spacing to have more"
        )
    return code


def _warned(programme: Programme) -> dict[str, int]:
    """How many places each warning has."""
    raised = [name for f in programme.places["flags"].to_pylist() for name in f.split()]
    return {name: raised.count(name) for name in IN_WORDS if name in raised}


def show_programmes(home: Home, as_json: bool) -> int:
    """Print the programmes of a home; 0."""
    standings = Register(home).standings()
    if as_json:
        print_json([_as_json(name, of) for name, of in standings.items()])
        return 0
    if not standings:
        print_line("no programme yet: hexbeat programme freeze NAME")
        return 0
    table = PlainTable("programme", "started", "ended", "left", "looks")
    for name, of in standings.items():
        table.row(name, of.starts or "-", of.ends or "-", len(of.left), of.looks)
    print_table(table)
    return 0


def _as_json(name: str, standing: Standing) -> dict[str, Any]:
    left = {place: str(day) for place, day in standing.left.items()}
    return {
        "programme": name,
        "frozen_at": standing.frozen_at,
        "starts": standing.starts and str(standing.starts),
        "ends": standing.ends and str(standing.ends),
        "left": left,
        "looks": standing.looks,
    }


def show_programme(home: Home, programme: Programme, as_json: bool) -> int:
    """Print the places of a programme; 0."""
    standing = Register(home).standing(programme.id)
    rows = programme.places.to_pylist()
    if as_json:
        print_json(_as_json(programme.id, standing) | {"places": rows})
        return 0
    rule = programme.rule
    print_line(f"programme {programme.id}: {rule.force}, {rule.group}")
    print_line(f"forecast  of run {programme.identity['run_id']}")
    print_line(f"started   {standing.starts or 'not yet'}")
    if standing.ends:
        print_line(f"ended     {standing.ends}")
    table = PlainTable("place", "cells", "a month", "12 months", "name", left=2)
    for row in rows:
        name = row["name"] or ""
        if left := standing.left.get(row["place_id"]):
            name = f"{name} (left {left})"
        table.row(
            row["place_id"],
            _cells(row),
            f"{row['level_month']:.1f}",
            "-" if row["n_12m"] is None else row["n_12m"],
            name,
        )
    table.columns[-1].justify = "left"
    print_table(table)
    return 0


def _cells(row: Mapping[str, Any]) -> str:
    """A place's cell, or how large it is."""
    cells = row["h3_cells"].split()
    if len(cells) == 1:
        return str(cells[0])
    return f"{row['unit']}, {row['area_m2'] / 1e6:.2f} km²"


def show_tracked(look: Mapping[str, Any], as_json: bool) -> int:
    """Print the account of a look; 3 if the past is too short to tell."""
    code = 0 if look["can_tell"] else _GAPS
    if as_json:
        inside = ("told", "can_tell", "look")
        shown = {name: value for name, value in look.items() if name not in inside}
        print_json({**shown, "exit_code": code})
        return code
    for line in look["told"]:
        print_line(line)
    for month in look["missing"]:
        print_line(f"{month} does not count: not supplied, withheld, or on new points.")
    print_line(f"page     {look['folder']}/tracker.html")
    return code
