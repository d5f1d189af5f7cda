"""The backtest flow: how well the scores would have done, force by force."""

from collections.abc import Iterable
from typing import Any

from prefect import State, flow

from flows.params import BacktestParams
from flows.reports import accuracy_artifact
from flows.stages import PARALLEL, final, gather, home_of
from flows.summary import Summary
from flows.tasks import backtest_one
from transforms.backtest.account import (
    account_of_backtest,
    forces_asked,
    origins_asked,
)
from transforms.months import Month


@flow(
    name="backtest",
    flow_run_name="backtest {params.span}",
    task_runner=PARALLEL,
)
def backtest(params: BacktestParams) -> State[dict[str, Any]]:
    """Bring the backtest of those forces up to date, and say what it says."""
    home = home_of(params.home)
    origins = origins_asked(
        home,
        Month.parse(params.start) if params.start else None,
        Month.parse(params.end) if params.end else None,
    )
    forces = forces_asked(home, params.forces)
    summary = Summary("backtest", asked=forces)
    months = [str(origin) for origin in origins]
    accounts = gather(
        summary, {f: backtest_one.submit(home.address, f, months) for f in forces}
    )
    summary.changed = any(a.get("origins") for a in accounts)
    summary.facts["forces"] = sum("origins" in a for a in accounts)
    summary.facts["origins"] = sum(len(a.get("origins", ())) for a in accounts)
    summary.facts["accuracy"] = account_of_backtest(home.lake, forces, origins)
    if not summary.facts["accuracy"]:
        summary.facts["nothing"] = (
            "Nothing to compare: no month asked for has both a score and an outcome."
        )
    accuracy_artifact(summary.facts["accuracy"])
    summary.notes += _left_out(accounts, len(origins))
    return final(summary)


def _left_out(accounts: Iterable[dict[str, Any]], asked: int) -> list[str]:
    """Which origins could not be compared: one line a force; why is in its account."""
    return [
        f"{account['force']}: {len(months)} of {asked} origins left out, too few fresh"
        f" months or no outcome held: {', '.join(months)}"
        for account in sorted(accounts, key=lambda a: a["force"])
        if (months := account.get("left_out"))
    ]
