"""The commands for trials: patrol by lot among the places of a programme."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json, flag
from flows.command.programme import Name
from flows.command.running import either_home_of, refuse_failed, run_to_end


if TYPE_CHECKING:
    from transforms.homes.home import Home
    from transforms.programmes.programme import Programme
    from transforms.trials.trial import Trial


trial = App(
    name="trial",
    help="Trials: patrol by lot, sealed before the first day, opened after the last.",
)
app.command(trial)

TrialId = Annotated[
    str | None,
    Parameter(name="TRIAL", help="Trial, where the programme has several"),
]
DaysFrom = Annotated[
    str | None,
    Parameter(name="--days-from", help="Home of the force's own feed, which has days"),
]


@trial.command
def design(
    name: Name,
    /,
    *,
    kind: Annotated[
        str, Parameter(name="--kind", help="weekly, simple or parallel")
    ] = "weekly",
    first_monday: Annotated[
        date | None,
        Parameter(name="--first-monday", help="First day of a weekly or simple trial"),
    ] = None,
    weeks: Annotated[
        int | None, Parameter(name="--weeks", help="Weeks that it goes on")
    ] = None,
    days_per_week: Annotated[
        int | None,
        Parameter(name="--days-per-week", help="weekly: days of patrol at each place"),
    ] = None,
    capacity: Annotated[
        str | None,
        Parameter(
            name="--capacity",
            help="weekly: places reached on each weekday, such as 2,3,3,3,4,5,4",
        ),
    ] = None,
    strata: Annotated[
        str | None,
        Parameter(
            name="--strata", help="simple: patrolled a day, of how many: 4/10,3/10"
        ),
    ] = None,
    first_day: Annotated[
        date | None,
        Parameter(name="--first-day", help="First day of a parallel trial"),
    ] = None,
    end: Annotated[
        date | None, Parameter(name="--end", help="Last day of a parallel trial")
    ] = None,
    primary: Annotated[
        str,
        Parameter(name="--primary", help="Crime group that decides (the programme's)"),
    ] = "",
    secondary: Annotated[
        tuple[str, ...],
        Parameter(
            name="--secondary",
            negative="",
            help="harm, buffers or a crime group; repeatable",
        ),
    ] = (),
    washout: Annotated[
        int, Parameter(name="--washout", help="Days after a patrol to show without")
    ] = 0,
    looks: Annotated[
        int, Parameter(name="--looks", help="Looks, the analysis included; at most 5")
    ] = 1,
    accept_contact: Annotated[
        bool, flag("--accept-contact", "Try places that are in contact all the same")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Draw who is patrolled when, seal it, and register what is promised."""
    from flows.command.printing.trial import show_designed
    from flows.patrol_params import TrialDesign
    from flows.settings import checked
    from transforms.programmes.register import Register
    from transforms.trials.choose import design_of

    options = {
        "kind": kind,
        "first_day": first_monday or first_day,
        "weeks": weeks,
        "last_day": end,
        "days_per_week": days_per_week,
        "capacity": capacity,
        "strata": strata,
        "primary": primary,
        "secondary": secondary,
        "washout_days": washout,
        "looks": looks,
        "accept_contact": accept_contact,
    }
    opened, found = _programme(home, name)
    design = checked(TrialDesign, options)
    design_of(opened, found, Register(opened).standing(found.id), design.asked)
    account = _run(opened, step="design", programme=found.id, design=design)
    return show_designed(account, json_)


@trial.command
def issue(
    name: Name,
    trial_id: TrialId = None,
    /,
    *,
    week: Annotated[date, Parameter(name="--week", help="Its Monday, YYYY-MM-DD")],
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Write the patrols of one week, at most ten days before it."""
    from flows.command.printing.trial import show_issued
    from transforms.trials.week import patrols_of

    opened, found = _trial(home, name, trial_id)
    account = _run(opened, step="issue", **_named(found), week=str(week))
    [issued] = account["weeks"]
    return show_issued(issued, patrols_of(Path(issued["folder"])), json_)


@trial.command
def reveal(
    name: Name,
    trial_id: TrialId = None,
    /,
    *,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Open the seed after the last day, so that anyone can check the draw."""
    from flows.command.printing.trial import show_revealed

    opened, found = _trial(home, name, trial_id)
    account = _run(opened, step="reveal", **_named(found))
    return show_revealed(account, found.seed().hex(), json_)


@trial.command
def analyse(
    name: Name,
    trial_id: TrialId = None,
    /,
    *,
    interim: Annotated[
        str | None,
        Parameter(name="--interim", help="Look before the end: n/N, such as 1/4"),
    ] = None,
    days_from: DaysFrom = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Compare what was drawn for patrol with what was not, and say what it showed."""
    from flows.command.printing.trial import show_analysed

    opened, found = _trial(home, name, trial_id)
    asked = {"interim": interim, "days_from": days_from}
    return show_analysed(_run(opened, step="analyse", **_named(found), **asked), json_)


@trial.command
def power(
    name: Name,
    /,
    *,
    kind: Annotated[
        str, Parameter(name="--kind", help="weekly, simple or parallel")
    ] = "weekly",
    weeks: Annotated[
        int, Parameter(name="--weeks", help="Weeks of a weekly or simple trial")
    ] = 13,
    share: Annotated[
        float, Parameter(name="--share", help="Share of days with patrol, 0 to 1")
    ] = 0.4,
    months: Annotated[
        int, Parameter(name="--months", help="Whole months of a parallel trial")
    ] = 6,
    rate: Annotated[
        float | None,
        Parameter(name="--rate", help="Incidents a place and day (the forecast's)"),
    ] = None,
    variance_factor: Annotated[
        float | None,
        Parameter(
            name="--variance-factor", help="How much more than by chance days vary"
        ),
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Say what a trial of a size can show, before it is designed."""
    from flows.command.printing.trial import show_power
    from transforms.trials.expected_power import plan_for, power_of

    opened, found = _programme(home, name)
    plan = plan_for(found, kind, weeks, share, months, rate, variance_factor)
    return show_power(power_of(opened, found, plan), json_)


def _programme(home: str | None, name: str) -> "tuple[Home, Programme]":
    """A programme, in the home of a public feed or of a force's own."""
    from transforms.programmes.programme import open_programme

    opened = either_home_of(home)
    return opened, open_programme(opened, name)


def _trial(home: str | None, name: str, trial_id: str | None) -> "tuple[Home, Trial]":
    from transforms.trials.trial import open_trial

    opened, found = _programme(home, name)
    return opened, open_trial(opened, found, trial_id)


def _named(found: "Trial") -> dict[str, str]:
    return {"programme": found.programme.id, "trial": found.id}


def _run(home: "Home", **given: Any) -> dict[str, Any]:
    """Run a step of one trial; its account, or the error that ended it."""
    from flows.patrol_params import TrialParams
    from flows.settings import checked

    params = checked(TrialParams, {"home": home.address, **given})
    account = run_to_end("trial", params, home, silent=True)
    refuse_failed(account)
    [one] = account["facts"]["trials"]
    return dict(one)
