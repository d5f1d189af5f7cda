"""Freezes a programme: places, buffers and forecast, from a publication, for good.

The same rule on the same publication is the same programme: frozen again, nothing
happens.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.lake.storage import make_folder
from transforms.programmes.around import UserLayers
from transforms.programmes.basis import Basis, basis_of, method_of
from transforms.programmes.chosen import (
    Choice,
    Chosen,
    HotSpots,
    Polygons,
    chosen,
)
from transforms.programmes.counted import Counted
from transforms.programmes.force_records import note_read
from transforms.programmes.kept_folder import keep
from transforms.programmes.past import past_table
from transforms.programmes.places import (
    buffers_table,
    candidates,
    cells_table,
    excluded_share,
    places_table,
)
from transforms.programmes.programme import (
    BUFFERS_FILE,
    CELLS_FILE,
    PAST_FILE,
    PLACES_FILE,
    Programme,
    open_programme,
    programme_id,
    programmes_folder,
)
from transforms.programmes.published import published_cells
from transforms.programmes.register import FROZEN, Register
from transforms.programmes.rule import MOST_JOINED, MOST_PLACES, Rule
from transforms.programmes.write import write_programme
from transforms.reference.clocks import Clock
from transforms.reference.days import DAYS, parse_period


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OWNER_ONLY = 0o700


@dataclass(frozen=True)
class Frozen:
    """What freezing did."""

    programme: Programme
    created: bool  # False if that programme was frozen before
    asked: int  # places

    @property
    def fewer(self) -> int:
        """How many places fewer than asked for the rule found."""
        return self.asked - len(self.programme.places)


def refuse(
    home: Home, name: str, choice: Choice, run_id: str | None, buffer_m: float
) -> None:
    """Raise what `freeze` would raise, before anything takes long."""
    basis = basis_of(home, home.lake)
    _check(name, choice, buffer_m, basis)
    programmes_folder(home)
    _, rows = published_cells(home, run_id, choice.force, choice.group)
    _found(home, basis, choice, rows)


def freeze(
    home: Home,
    name: str,
    choice: Choice,
    run_id: str | None,
    buffer_m: float,
    at: datetime,
    who: str,
    layers: UserLayers | None = None,
) -> Frozen:
    """Choose the places of a publication, the newest or that run, and freeze them.

    `layers` are described beside the places, and change nothing of them.
    """
    basis = basis_of(home, home.lake.pinned())
    asked = _check(name, choice, buffer_m, basis)
    run_id, rows = published_cells(home, run_id, choice.force, choice.group)
    found, tables = _tables(home, basis, choice, rows, buffer_m)
    folder = programmes_folder(home)
    make_folder(folder)
    folder.chmod(_OWNER_ONLY)

    def write(built: Path) -> str:
        group = basis.groups[choice.group]
        given = name, choice, group, found, run_id, buffer_m, tables, basis.clock
        described = layers or UserLayers()
        return programme_id(name, write_programme(home, built, *given, described))

    kept = keep(folder, write)
    note_read(home, at, who, "programme")
    _register(home, kept.folder.name, at, who, run_id)
    return Frozen(open_programme(home, kept.folder.name), kept.created, asked)


def _check(name: str, choice: Choice, buffer_m: float, basis: Basis) -> int:
    """How many places were asked for; `UsageError` for what cannot be."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a programme: up to 40 small letters, digits and"
            " hyphens, such as winter-2026"
        )
    if choice.group not in basis.groups:
        known = ", ".join(basis.groups)
        raise UsageError(f"{choice.group!r} is no crime group; there are: {known}")
    if not 0 < buffer_m <= 1_000:
        raise UsageError(f"--buffer-m {buffer_m:g}: above 0, and at most 1000")
    match choice:
        case Rule():
            _check_rule(choice, basis.clock)
            return choice.top
        case HotSpots():
            asked = len(set(choice.ids))
            if not 0 < asked <= MOST_PLACES:
                raise UsageError(
                    f"--hotspots: {asked} given; a programme has 1 to {MOST_PLACES}"
                    " places"
                )
            return asked
        case Polygons():
            return len(choice.drawn.places)


def _check_rule(rule: Rule, clock: Clock) -> None:
    if not 0 < rule.top <= MOST_PLACES:
        raise UsageError(f"--top {rule.top}: a programme has 1 to {MOST_PLACES} places")
    if rule.spacing < 1 or rule.least_incidents_12m < 0:
        raise UsageError("--spacing is 1 or more, --min-incidents 0 or more")
    if not 1 <= rule.join <= MOST_JOINED:
        raise UsageError(f"--join {rule.join}: a place has 1 to {MOST_JOINED} cells")
    if rule.join > 1 and clock is not DAYS:
        raise UsageError(
            "--join is for the small cells of a force's own feed: those of the public"
            " feed are as large as a patrol can cover"
        )
    for cell in rule.without:
        if not re.fullmatch(r"[0-9a-f]{15}", cell):
            raise UsageError(
                f"--without {cell}: a cell is 15 hexadecimal characters, as in h3_cell"
            )


def _found(
    home: Home, basis: Basis, choice: Choice, rows: pa.Table
) -> tuple[Chosen, Counted]:
    """The places of a choice, and the incidents of its force."""
    as_of, clock = _as_of(rows), basis.clock
    basis.force(choice.force)
    since = as_of + (1 - clock.points)
    given = choice.force, basis.groups[choice.group], home.scoring.exclusions
    of_force = basis.counted(*given, since)
    span = of_force.of_epoch(as_of, clock.points)
    return chosen(choice, candidates(rows, clock), of_force.points, span), of_force


def _as_of(rows: pa.Table) -> Any:
    return parse_period(rows["as_of"][0].as_py())


def _tables(
    home: Home, basis: Basis, choice: Choice, rows: pa.Table, buffer_m: float
) -> tuple[Chosen, dict[str, pa.Table]]:
    found, of_force = _found(home, basis, choice, rows)
    as_of, clock, group = _as_of(rows), basis.clock, basis.groups[choice.group]
    scored = candidates(rows, clock)
    evidence = basis.evidence(rows, group, scored.cells[found.row])
    span = of_force.of_epoch(as_of, clock.points)
    every = basis.points(choice.force, group, (), span)
    excluded = excluded_share(found.grounds, of_force.points, every, span)
    places = places_table(rows, found, evidence, of_force, excluded, as_of, clock)
    frozen = cells_table(rows, found, clock)
    exclusions = home.scoring.exclusions
    past = basis.frozen_past(found.rule, group, exclusions, method_of(rows), as_of)
    return found, {
        PLACES_FILE: places,
        CELLS_FILE: frozen,
        BUFFERS_FILE: buffers_table(
            places, frozen, found, of_force.points, span, buffer_m
        ),
        PAST_FILE: past_table(past, clock),
    }


def _register(home: Home, programme: str, at: datetime, who: str, run_id: str) -> None:
    """Add its line, unless a run that was cut off after placing it is done again."""
    register = Register(home)
    if programme not in register.standings():
        register.add(FROZEN, programme, at, who, run=run_id)
    register.log.settle()
