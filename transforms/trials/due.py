"""Which weeks of a trial are due: the one that runs and the next, unless issued."""

from datetime import date, timedelta

from transforms.homes.home import Home
from transforms.programmes.kept_folder import dated_folders
from transforms.programmes.programme import all_programmes
from transforms.programmes.register import Register
from transforms.trials.issue import ISSUES
from transforms.trials.schedule import WEEK_DAYS
from transforms.trials.trial import TRIALS, Trial


def known_trials(home: Home) -> list[tuple[str, str]]:
    """The programmes that have not ended, with their trials' ids; nothing is opened.

    What is damaged is among them: whoever opens it says so.
    """
    standings = Register(home).standings()
    return [
        (folder.name, trial.name)
        for folder in all_programmes(home)
        if folder.name not in standings or standings[folder.name].ends is None
        for trial in sorted((folder / TRIALS).glob("[a-z]*"))
    ]


def issued_weeks(trial: Trial) -> list[date]:
    """The Mondays whose patrols were issued, in order."""
    return list(dated_folders(trial.folder / ISSUES))


def due_weeks(trial: Trial, today: date) -> list[date]:
    """The Mondays of this week and the coming one that nobody has issued.

    So a Friday on which nothing ran is caught up with.
    """
    this = today - timedelta(days=today.weekday())
    near = (this, this + timedelta(days=WEEK_DAYS))
    issued = issued_weeks(trial)
    return [day for day in trial.design.mondays if day in near and day not in issued]
