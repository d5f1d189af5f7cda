"""Freezes a programme: places, buffers and forecast, from a publication, for good.

The same rule on the same publication is the same programme: frozen again, nothing
happens.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.lake_check import stored_forces
from transforms.lake.lake import Lake
from transforms.lake.storage import make_folder
from transforms.programmes.chosen import (
    Choice,
    Chosen,
    HotSpots,
    Polygons,
    chosen,
)
from transforms.programmes.counted import Counted, counted
from transforms.programmes.evidence import evidence_of
from transforms.programmes.kept_folder import keep
from transforms.programmes.past import past_table
from transforms.programmes.past_lists import QuietPast
from transforms.programmes.places import (
    buffers_table,
    candidates,
    cells_table,
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
from transforms.programmes.register import FROZEN, Register, busy_months
from transforms.programmes.rule import MOST_PLACES, Rule
from transforms.programmes.write import write_programme
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_WINDOW_MONTHS = 36
LENGTHS = range(1, 12)  # months: longer ones need more scores than a lake keeps
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
    _check(name, choice, buffer_m)
    programmes_folder(home)
    _, rows = published_cells(home, run_id, choice.force, choice.group)
    _found(home, home.lake, choice, rows)


def freeze(
    home: Home,
    name: str,
    choice: Choice,
    run_id: str | None,
    buffer_m: float,
    at: datetime,
    who: str,
) -> Frozen:
    """Choose the places of a publication, the newest or that run, and freeze them."""
    asked = _check(name, choice, buffer_m)
    run_id, rows = published_cells(home, run_id, choice.force, choice.group)
    found, tables = _tables(home, choice, rows, buffer_m)
    folder = programmes_folder(home)
    make_folder(folder)
    folder.chmod(_OWNER_ONLY)

    def write(built: Path) -> str:
        given = name, choice, found, run_id, buffer_m, tables
        return programme_id(name, write_programme(home, built, *given))

    kept = keep(folder, write)
    _register(home, kept.folder.name, at, who, run_id)
    return Frozen(open_programme(home, kept.folder.name), kept.created, asked)


def _check(name: str, choice: Choice, buffer_m: float) -> int:
    """How many places were asked for; `UsageError` for what cannot be."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a programme: up to 40 small letters, digits and"
            " hyphens, such as winter-2026"
        )
    if choice.group not in GROUPS:
        raise UsageError(
            f"{choice.group!r} is no crime group; there are: {', '.join(GROUPS)}"
        )
    if not 0 < buffer_m <= 1_000:
        raise UsageError(f"--buffer-m {buffer_m:g}: above 0, and at most 1000")
    match choice:
        case Rule():
            _check_rule(choice)
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


def _check_rule(rule: Rule) -> None:
    if not 0 < rule.top <= MOST_PLACES:
        raise UsageError(f"--top {rule.top}: a programme has 1 to {MOST_PLACES} places")
    if rule.spacing < 1 or rule.least_incidents_12m < 0:
        raise UsageError("--spacing is 1 or more, --min-incidents 0 or more")
    for cell in rule.without:
        if not re.fullmatch(r"[0-9a-f]{15}", cell):
            raise UsageError(
                f"--without {cell}: a cell is 15 hexadecimal characters, as in h3_cell"
            )


def _found(
    home: Home, lake: Lake, choice: Choice, rows: pa.Table
) -> tuple[Chosen, Counted]:
    """The places of a choice, and the incidents of its force."""
    [force] = [f for f in stored_forces(lake, home.registry) if f.id == choice.force]
    as_of = _as_of(rows)
    first, exclusions = as_of + (1 - _WINDOW_MONTHS), home.scoring.exclusions
    of_force = counted(lake, force, choice.group, exclusions, first)
    span = of_force.of_epoch(as_of, _WINDOW_MONTHS)
    return chosen(choice, candidates(rows), of_force.points, span), of_force


def _as_of(rows: pa.Table) -> Month:
    return Month.parse(rows["as_of"][0].as_py())


def _tables(
    home: Home, choice: Choice, rows: pa.Table, buffer_m: float
) -> tuple[Chosen, dict[str, pa.Table]]:
    lake = home.lake.pinned()
    found, of_force = _found(home, lake, choice, rows)
    as_of, scored = _as_of(rows), candidates(rows)
    span = of_force.of_epoch(as_of, _WINDOW_MONTHS)
    evidence = evidence_of(
        lake,
        home.registry[choice.force],
        choice.group,
        as_of,
        rows["method"][0].as_py().partition(" ")[0],
        home.scoring,
        scored.cells[found.row],
    )
    places = places_table(rows, found, evidence, of_force, as_of)
    frozen = cells_table(rows, found)
    past = QuietPast(
        lake=lake,
        forces=home.registry,
        lengths=LENGTHS,
        exclusions=home.scoring.exclusions,
        busy=busy_months(home, choice.group),
        until=as_of,
    )
    return found, {
        PLACES_FILE: places,
        CELLS_FILE: frozen,
        BUFFERS_FILE: buffers_table(
            places, frozen, found, of_force.points, span, buffer_m
        ),
        PAST_FILE: past_table(past.lists(found.rule)),
    }


def _register(home: Home, programme: str, at: datetime, who: str, run_id: str) -> None:
    """Add its line, unless a run that was cut off after placing it is done again."""
    register = Register(home)
    if register.standing(programme).frozen_at is None:
        register.add(FROZEN, programme, at, who, run=run_id)
    register.log.settle()
