"""The backtest flow: how well the scores would have done, force by force."""

from collections.abc import Iterable
from typing import Any

from prefect import State, flow

from flows.artifacts import accuracy_artifact
from flows.params import BacktestParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather, home_of
from flows.summary import Summary
from flows.task_runner import parallel
from flows.tasks import backtest_one
from transforms.backtests.account import (
    account_of_backtest,
    requested_forces,
    requested_origins,
)
from transforms.reference.months import Month


@flow(
    name="backtest",
    flow_run_name="backtest {params.span}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def backtest(params: BacktestParams) -> State[dict[str, Any]]:
    """Bring the backtest of those forces up to date, and report the accuracy."""
    home = home_of(params.home)
    origins = requested_origins(
        home,
        Month.parse(params.start) if params.start else None,
        Month.parse(params.end) if params.end else None,
    )
    forces = requested_forces(home, params.forces)
    summary = Summary(stage="backtest", asked=forces)
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
            "Nothing to compare: no requested month has both a score and an outcome."
        )
    accuracy_artifact(summary.facts["accuracy"])
    summary.notes += _left_out(accounts, len(origins))
    return final(summary)


def _left_out(accounts: Iterable[dict[str, Any]], all_origins: int) -> list[str]:
    """Which origins could not be compared: one line for each force."""
    return [
        f"{account['force']}: {len(months)} of {all_origins} origins left out, too few"
        f" recent months or no outcome stored: {', '.join(months)}"
        for account in sorted(accounts, key=lambda a: a["force"])
        if (months := account.get("left_out"))
    ]
