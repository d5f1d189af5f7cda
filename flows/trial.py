"""The flow of trials: a design, the weeks that are due, the seed, the analysis."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from prefect import State, flow
from prefect.futures import PrefectFuture

from flows.artifacts import page_artifact, table_artifact
from flows.events import emit_issued
from flows.patrol_params import TrialParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather
from flows.settings import Settings
from flows.summary import OfProgrammes
from flows.tasks import Account, Whole
from flows.trial_tasks import analyse_one, design_one, issue_one, reveal_one
from transforms.homes.home import Home, open_either_home
from transforms.trials.due import known_trials


_FINDING = ("outcome", "role", "treated", "control", "ratio", "low", "high", "p")

Futures = Mapping[str, PrefectFuture[Any]]


@flow(name="trial", flow_run_name="trial: {params.what}", version=VERSION)
@plain_faults
def trial(params: TrialParams) -> State[dict[str, Any]]:
    """Do one step of a trial; without a programme, issue all weeks that are due.

    A trial that could not be issued is a gap: the next run tries again.
    """
    home = open_either_home(params.home or Settings().home)
    tasks = _submitted(home, params)
    summary = OfProgrammes(stage="trial", asked=list(tasks))
    accounts = [one for one in gather(summary, tasks) if "trial" in one]
    accounts.sort(key=lambda one: str(one["trial"]))
    summary.facts["trials"] = accounts
    for account in accounts:
        summary.changed |= _SHOW[params.step](account)
    summary.facts["nothing"] = "Nothing to do: no week of a trial is to be issued."
    unattended = summary.failed and params.programme is None
    return final(summary, "gaps" if unattended else None)


def _submitted(home: Home, params: TrialParams) -> Futures:
    """The tasks of a step, by what each is about."""
    where, name = home.address, params.programme
    if name is None:
        return {
            f"{programme} {one}": issue_one.submit(where, programme, one, None)
            for programme, one in known_trials(home)
        }
    if params.design:
        return {name: design_one.submit(where, name, Whole(params.design))}
    given = where, name, params.trial
    match params.step:
        case "issue":
            return {name: issue_one.submit(*given, params.week)}
        case "reveal":
            return {name: reveal_one.submit(*given)}
        case _:
            wanted = params.interim, params.days_from
            return {name: analyse_one.submit(*given, *wanted)}


def _designed(account: Account) -> bool:
    days = f"{account['first_day']} to {account['last_day']}"
    page_artifact(
        key=f"trial-{account['trial']}",
        description=f"{account['programme']}: a trial drawn and sealed",
        lines=[
            f"Commitment {account['commitment']}",
            f"{days}, {account['places']} places",
            *account["power"]["lines"],
        ],
        page=f"{account['folder']}/protocol.md",
    )
    return bool(account["created"])


def _issued(account: Account) -> bool:
    new = [week for week in account["weeks"] if week["created"]]
    for week in new:
        emit_issued(account["programme"], account["trial"], week["week"])
    if account["weeks"]:
        table_artifact(
            key=f"issued-{account['trial']}",
            table=account["weeks"],
            description=f"{account['programme']}: weeks of a trial, and where they are",
        )
    return bool(new)


def _revealed(account: Account) -> bool:
    page_artifact(
        key=f"seed-{account['trial']}",
        description=f"{account['programme']}: the seed of a trial is open",
        lines=[f"Commitment {account['commitment']}"],
        page=f"{account['folder']}/schedule.csv",
    )
    return bool(account["created"])


def _analysed(account: Account) -> bool:
    name = account["trial"]
    table_artifact(
        key=f"findings-{name}",
        table=[_shown(one) for one in account["findings"]],
        description=f"{account['programme']}: {account['headline']}",
    )
    page_artifact(
        key=f"analysis-{name}",
        description=f"{account['programme']}: the page of a trial",
        lines=[account["headline"], *account["told"]],
        page=f"{account['folder']}/trial.html",
    )
    return bool(account["created"])


def _shown(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table; a number without a limit is not JSON."""
    return {
        name: None if value == math.inf else value
        for name, value in finding.items()
        if name in _FINDING
    }


# What the Prefect UI shows of a step; whether the step changed anything.
_SHOW: Mapping[str, Callable[[Account], bool]] = {
    "design": _designed,
    "issue": _issued,
    "reveal": _revealed,
    "analyse": _analysed,
}
