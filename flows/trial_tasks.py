"""The tasks of trials: draw one, issue its weeks, reveal its seed, analyse it.

What they pass on has counts, days and ratios of all places together: never who is
patrolled when, nor the seed. Whoever may open the home reads those there.
"""

from dataclasses import asdict
from datetime import UTC, date, datetime

from prefect import State, get_run_logger, task

from flows.os_user import user
from flows.patrol_params import TrialDesign
from flows.plain_logs import plain_faults
from flows.tasks import PATIENT, Account, Whole, refused, wait
from transforms.errors import HexbeatError
from transforms.homes.home import Home, open_either_home
from transforms.programmes.programme import open_programme
from transforms.records.homes import ForceHome, open_force_home
from transforms.reference.days import LONDON
from transforms.trials import words
from transforms.trials.analyse import Analysed, analyse
from transforms.trials.designing import Designed, design_trial
from transforms.trials.due import due_weeks
from transforms.trials.issue import Issued, issue
from transforms.trials.reveal import reveal
from transforms.trials.trial import Trial, open_trial


@task(task_run_name="design a trial of {programme}", tags=["trial"], **PATIENT)
@plain_faults
def design_one(
    home: str, programme: str, design: Whole[TrialDesign]
) -> Account | State[Account]:
    """Draw and seal a trial."""
    try:
        opened = open_either_home(home)
        found = open_programme(opened, programme)
        asked = design.value.asked
        done = design_trial(opened, found, asked, datetime.now(UTC), user())
    except HexbeatError as error:
        return refused(programme, error)
    get_run_logger().info("%s drawn", done.trial.id)
    return account_of_design(done)


def account_of_design(done: Designed) -> Account:
    """A design in what may be given out: its seed stays where it is."""
    trial = done.trial
    return {
        "programme": trial.programme.id,
        "trial": trial.id,
        "created": done.created,
        "commitment": trial.commitment,
        "first_day": str(trial.design.first_day),
        "last_day": str(trial.design.last_day),
        "places": len(trial.design.places),
        "power": asdict(done.power),
        "is_weak": done.power.is_weak,
        "folder": str(trial.folder),
    }


@task(task_run_name="issue {trial}", tags=["trial"], **PATIENT)
@plain_faults
def issue_one(
    home: str, programme: str, trial: str | None, week: str | None
) -> Account | State[Account]:
    """Issue a week of a trial; without one those that are due."""
    now = datetime.now(UTC)
    try:
        opened, found = _opened(home, programme, trial)
        weeks = (
            [date.fromisoformat(week)]
            if week
            else due_weeks(found, now.astimezone(LONDON).date())
        )
        done = [issue(opened, found, monday, now, user()) for monday in weeks]
    except HexbeatError as error:
        return refused(programme, error)
    get_run_logger().info("%d weeks issued", sum(one.created for one in done))
    return {
        "programme": found.programme.id,
        "trial": found.id,
        "weeks": [_account_of_week(one) for one in done],
    }


def _account_of_week(issued: Issued) -> Account:
    return {
        "week": issued.folder.name,
        "days": len(issued.week),
        "patrols": sum(map(len, issued.week.values())),
        "created": issued.created,
        "folder": str(issued.folder),
    }


@task(task_run_name="reveal {trial}", tags=["trial"], **PATIENT)
@plain_faults
def reveal_one(
    home: str, programme: str, trial: str | None
) -> Account | State[Account]:
    """Open the seed of a trial that is over."""
    try:
        opened, found = _opened(home, programme, trial)
        done = reveal(opened, found, datetime.now(UTC), user())
    except HexbeatError as error:
        return refused(programme, error)
    return {
        "programme": found.programme.id,
        "trial": found.id,
        "commitment": found.commitment,
        "created": done.created,
        "folder": str(done.folder),
    }


@task(task_run_name="analyse {trial}", tags=["trial"], **PATIENT)
@plain_faults
def analyse_one(
    home: str,
    programme: str,
    trial: str | None,
    interim: str | None,
    days_from: str | None,
) -> Account | State[Account]:
    """Say what a trial showed."""
    try:
        opened, found = _opened(home, programme, trial)
        days = _days_of(opened, days_from)
        done = analyse(opened, found, days, interim, datetime.now(UTC), user())
    except HexbeatError as error:
        return refused(programme, error)
    get_run_logger().info("look %s", _look(done))
    return account_of_analysis(done)


def _days_of(home: Home, days_from: str | None) -> ForceHome | None:
    """The home that has days: the named one, or this one where it is of a feed."""
    if days_from is None and home.feed is None:
        return None
    return open_force_home(days_from or home.root, wait)


def account_of_analysis(done: Analysed) -> Account:
    """An analysis in figures of all places together, and in sentences."""
    found, power = done.analysis, done.power
    return {
        "programme": found.trial.programme.id,
        "trial": found.trial.id,
        "headline": words.headline(found),
        "findings": [vars(one) for one in found.findings],
        "look": _look(done),
        "planned": found.look.is_planned,
        "looks": done.looks,
        "missing": list(found.missing),
        "is_weak": power.is_weak,
        "told": [*words.delivered(found), *words.changed(found)],
        "not_concluded": list(words.not_concluded(found, power)),
        "folder": str(done.folder),
        "created": done.created,
    }


def _look(done: Analysed) -> str:
    look = done.analysis.look
    return f"{look.number}/{look.of}"


def _opened(home: str, programme: str, trial: str | None) -> tuple[Home, Trial]:
    opened = open_either_home(home)
    return opened, open_trial(opened, open_programme(opened, programme), trial)
