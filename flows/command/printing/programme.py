"""What the commands of programmes print."""

from collections.abc import Iterable, Mapping
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
from transforms.programmes.flags import in_words
from transforms.programmes.freeze import Frozen
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing
from transforms.programmes.usual import power_line
from transforms.reference.clocks import MONTHS


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
    meaning = in_words(programme.clock)
    for name, number in _warned(programme, meaning).items():
        print_line(f"warning   {number} {name}: {meaning[name]}")
    of_past = (
        programme.past_lists,
        programme.rule.force,
        len(places),
        programme.clock,
    )
    print_line(f"power     {power_line(*of_past)}")
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


def _warned(programme: Programme, names: Iterable[str]) -> dict[str, int]:
    """How many places each warning has."""
    raised = [name for f in programme.places["flags"].to_pylist() for name in f.split()]
    return {name: raised.count(name) for name in names if name in raised}


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
    year = "n_12m" if programme.clock is MONTHS else "n_365d"
    table = PlainTable("place", "cells", "a month", "12 months", "name", left=2)
    for row in rows:
        name = row["name"] or ""
        if left := standing.left.get(row["place_id"]):
            name = f"{name} (left {left})"
        table.row(
            row["place_id"],
            _cells(row),
            f"{row['level_month']:.1f}",
            "-" if row[year] is None else row[year],
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
    _print_missing(look)
    print_line(f"page     {look['folder']}/tracker.html")
    return code


def _print_missing(look: Mapping[str, Any]) -> None:
    """Which months do not count, or how many days."""
    missing = look["missing"]
    if "months" in look:
        for month in missing:
            print_line(
                f"{month} does not count: not supplied, withheld, or on new points."
            )
    elif missing:
        days = "1 day does" if len(missing) == 1 else f"{len(missing)} days do"
        print_line(f"{days} not count: not supplied, the newest {missing[-1]}.")
