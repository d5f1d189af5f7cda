"""The tasks of dosage: take a log, report a programme.

What they pass on has counts, days and rules: no place, and no row. Names of places are
in the report's folder alone.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from prefect import State, get_run_logger, task

from flows.os_user import user
from flows.patrol_params import DosageParams
from flows.plain_logs import plain_faults
from flows.tasks import PATIENT, Account, Whole, refused
from transforms.errors import HexbeatError, UsageError
from transforms.homes.home import open_either_home
from transforms.patrols import words
from transforms.patrols.new_logs import NewLog, note_taken
from transforms.patrols.report import Reported, report
from transforms.patrols.take import Taken
from transforms.patrols.take_pings import TakenPings
from transforms.patrols.taking import take_file
from transforms.programmes.programme import open_programme


@task(task_run_name="take {file}", tags=["dosage"], **PATIENT)
@plain_faults
def take_one(
    home: str, file: str, mapping: str, gps_buffer_m: float, is_noted: bool
) -> Account | State[Account]:
    """Store what a mapping names of a log; `is_noted`: it is not new any more."""
    log = NewLog(Path(file), Path(mapping))
    try:
        opened = open_either_home(home)
        given = log.path, log.mapping, user(), datetime.now(UTC), gps_buffer_m
        done = take_file(opened, *given)
        if is_noted:
            note_taken(opened, log)
    except HexbeatError as error:
        return refused(log.path.name, error)
    account = account_of_taken(done)
    get_run_logger().info("%d rows, %d held back", done.rows_in, account["held_back"])
    return account


def account_of_taken(done: Taken | TakenPings) -> Account:
    """What taking a file did, in numbers."""
    if isinstance(done, TakenPings):
        days = [str(day) for day in done.days]
        account = {**vars(done), "days": days, "dropped": dict(done.dropped)}
        return account | {"held_back": done.dropped.total(), "changed": done.new > 0}
    return {
        **asdict(done),
        "quarantined": dict(done.quarantined),
        "first_day": done.first_day and str(done.first_day),
        "last_day": done.last_day and str(done.last_day),
        "held_back": done.held_back,
    }


@task(task_run_name="report {programme}", tags=["dosage"], **PATIENT)
@plain_faults
def report_one(
    home: str, programme: str, params: Whole[DosageParams]
) -> Account | State[Account]:
    """Report what was delivered; a programme that nobody named may have no log yet."""
    given = params.value
    try:
        opened = open_either_home(home)
        done = report(opened, open_programme(opened, programme), *given.span)
    except UsageError as error:
        if given.programme is None:
            return {"programme": programme, "nothing": str(error)}
        return refused(programme, error)
    except HexbeatError as error:
        return refused(programme, error)
    get_run_logger().info("%d supplied days", len(done.dosage.supplied))
    return account_of_report(done)


def account_of_report(done: Reported) -> Account:
    """A report in figures of all places together, and in a sentence."""
    found = done.dosage
    return {
        "programme": found.programme.id,
        "first": str(found.first),
        "last": str(found.last),
        "supplied_days": len(found.supplied),
        "missing_days": [str(day) for day in found.missing],
        "held_back": len(found.held_back),
        "recent_share": found.recent_share,
        "short": found.is_short,
        "headline": words.headline(found),
        "folder": str(done.folder),
        "created": done.created,
    }
