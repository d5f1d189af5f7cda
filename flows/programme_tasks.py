"""The tasks of programmes: freezing one, looking at one, searches beside one.

What they pass on has counts, months and ratios of all places together. A programme's
places are its owner's: none of them is sent to a Prefect server.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import State, get_run_logger, task

from flows.os_user import user
from flows.params import ProgrammeParams
from flows.plain_logs import plain_faults
from flows.tasks import PATIENT, Account, Whole, failed
from transforms.errors import HexbeatError
from transforms.homes.home import open_either_home, open_home
from transforms.impact import words
from transforms.impact.track import Tracked, track
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import open_programme
from transforms.scrutiny.beside import Beside, beside_hot_spots, beside_programme
from transforms.scrutiny.keep import keep_searches
from transforms.scrutiny.page import told
from transforms.searches.residents import Residents, read_residents


@task(task_run_name="freeze {name}", tags=["programme"], **PATIENT)
@plain_faults
def freeze_one(
    home: str, name: str, params: Whole[ProgrammeParams]
) -> Account | State[Account]:
    """Freeze the places of a programme."""
    given = params.value
    try:
        opened = open_either_home(home)
        done = freeze(
            opened,
            name,
            given.choice_in(opened),
            given.run,
            given.buffer_m,
            datetime.now(UTC),
            user(),
            given.read_layers(),
        )
    except HexbeatError as error:
        return failed(name, str(error))
    places = len(done.programme.places)
    get_run_logger().info("%d places", places)
    return {
        "programme": done.programme.id,
        "created": done.created,
        "asked": done.asked,
        "places": places,
        "force": given.force,
    }


@task(task_run_name="track {name}", tags=["programme"], **PATIENT)
@plain_faults
def track_one(
    home: str, name: str, to: str | None, window_length: int
) -> Account | State[Account]:
    """Look at a programme."""
    try:
        opened = open_either_home(home)
        programme = open_programme(opened, name)
        last = type(programme.as_of).parse(to) if to else None
        given = opened, programme, last, window_length
        done = track(*given, datetime.now(UTC), user())
    except HexbeatError as error:
        return failed(name, str(error))
    periods, past = done.look.periods, done.look.past
    unit = programme.clock.unit
    get_run_logger().info("%d %s, %d past lists", len(periods), unit, len(past))
    return account_of_look(done)


def account_of_look(done: Tracked) -> dict[str, Any]:
    """A look in figures of all places together, and in sentences."""
    look = done.look
    found = look.estimate
    told = (
        words.headline(look),
        words.prevented(look),
        words.around(look),
        words.before_and_after(look),
        words.power(look),
    )
    return {
        "programme": look.programme.id,
        "look": done.folder.name,
        look.programme.clock.unit: list(map(str, look.periods)),
        "missing": list(map(str, look.missing)),
        **asdict(look.places),
        **(asdict(found) if found else {}),
        "past_lists": len(look.past),
        "can_tell": found is not None,
        "headline": told[0],
        "told": [line for line in told if line],
        "folder": str(done.folder),
        "created": done.created,
    }


@task(task_run_name="searches {force}", tags=["programme"], **PATIENT)
@plain_faults
def searches_beside_spots(
    home: str, force: str, group: str, run: str | None, residents: str | None
) -> Account | State[Account]:
    """Count a force's searches beside the hot spots of a publication."""
    try:
        given = force, group, run, _residents(residents)
        found = beside_hot_spots(open_home(home), *given)
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info("%d months", len(found.searches.longest.supplied))
    return account_of_searches(found)


@task(task_run_name="searches {name}", tags=["programme"], **PATIENT)
@plain_faults
def searches_beside_places(
    home: str, name: str, residents: str | None
) -> Account | State[Account]:
    """Count searches beside a programme's places, and keep what was seen."""
    try:
        opened = open_home(home)
        programme = open_programme(opened, name)
        found = beside_programme(opened, programme, _residents(residents))
        done = keep_searches(programme, found)
    except HexbeatError as error:
        return failed(name, str(error))
    kept = {"folder": str(done.folder), "created": done.created}
    return account_of_searches(found) | kept


def _residents(file: str | None) -> Residents | None:
    return read_residents(Path(file)) if file else None


def account_of_searches(found: Beside) -> dict[str, Any]:
    """Searches of a force as tables and sentences."""
    rates = found.disparity
    return {
        "force": found.searches.force.id,
        "crime_group": found.searches.crime_group,
        "chosen_by": found.chosen_by,
        "rows": found.searches.table.to_pylist(),
        "disparity": rates.table.to_pylist() if rates else None,
        "told": told(found),
    }
