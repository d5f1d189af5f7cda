"""How a command runs a flow, and finds its home.

Prefect and the domain are imported only where they are needed, so that help is there at
once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from transforms.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from transforms.homes.home import Home

    Model = TypeVar("Model", bound=BaseModel)


# The flows whose tasks, of a force each, run where the task runner says.
_SPREAD = ("ingest", "score", "backtest", "refresh", "backfill")


def address_of(home: str | None) -> str:
    """The home that a command names; default: that of the settings."""
    from flows.settings import Settings, checked

    settings = checked(Settings, {})  # reports a mistake in any of them
    return home or settings.home


def home_of(home: str | None) -> "Home":
    """That home, open."""
    from transforms.homes.home import open_home

    return open_home(address_of(home))


def either_home_of(home: str | None) -> "Home":
    """That home, open, of the public feed or of a force's own."""
    from transforms.homes.home import open_either_home

    return open_either_home(address_of(home))


def flow(
    name: str,
    model: "type[BaseModel]",
    options: dict[str, Any],
    as_json: bool,
    task_runner: str | None = None,
) -> int:
    """Run a flow to its end and print how it went; the exit code."""
    from flows.command.console import show_summary

    params, home = checked_for(model, options)
    if "source" not in options and not home.lake.files("coverage"):
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    if task_runner is None and (account := _nothing_to_do(name, params, home)):
        return show_summary(account, as_json=as_json)
    return run_flow(name, params, home, as_json, task_runner)


def _nothing_to_do(
    name: str, params: "BaseModel", home: "Home"
) -> dict[str, Any] | None:
    """The account of the command without a flow, where there is no work for one."""
    from flows.nothing_to_do import account_of_nothing
    from flows.settings import Settings, checked

    if checked(Settings, {}).task_runner != "threads":
        return None
    return account_of_nothing(name, params, home)


def run_flow(
    name: str,
    params: "BaseModel",
    home: "Home",
    as_json: bool,
    task_runner: str | None = None,
) -> int:
    """Run a flow whose parameters were checked, against a server; the exit code."""
    from flows.command.console import show_summary

    account = run_to_end(name, params, home, as_json, task_runner)
    return show_summary(account, as_json=as_json)


def run_to_end(
    name: str,
    params: "BaseModel",
    home: "Home",
    silent: bool,
    task_runner: str | None = None,
) -> dict[str, Any]:
    """Run a flow whose parameters were checked, against a server; its account."""
    from flows import progress
    from flows.command.console import ConsoleProgress
    from flows.server.own import prefect_api, server_address
    from flows.settings import Settings, checked

    if task_runner:
        checked(Settings, {"task_runner": task_runner})
    where = task_runner or checked(Settings, {}).task_runner
    if where != "threads" and name in _SPREAD and server_address(home.root) is None:
        raise UsageError(
            "a Dask cluster needs a Prefect server that stays, since its workers go on"
            " with the one that they used first: start hexbeat up in this home, or set"
            " PREFECT_API_URL"
        )

    with prefect_api(home.root), ConsoleProgress(silent) as console:
        from prefect import tags

        from flows.events import RUN_TAG
        from flows.run_stages import account_of
        from flows.task_runner import Parallel, parallel

        progress.listen(console)
        run: Any = getattr(import_module(f"flows.{name}"), name)
        if task_runner:
            own = run.task_runner
            for_stages = own.for_stages if isinstance(own, Parallel) else True
            run = run.with_options(task_runner=parallel(task_runner, for_stages))
        with tags(RUN_TAG):  # if it is killed beside `hexbeat up`, it becomes Crashed
            return account_of(run(params, return_state=True))


def refuse_failed(account: "Mapping[str, Any]") -> None:
    """Raise what ended the one task of a run, if anything did, with its exit code."""
    from transforms.errors import HexbeatError

    for why in account["failed"].values():
        error = HexbeatError(why)
        codes = [stage["facts"] for stage in [account, *account["stages"]]]
        error.exit_code = max(facts.get("exit_code", 1) for facts in codes)
        raise error


def checked_for(model: "type[Model]", options: dict[str, Any]) -> "tuple[Model, Home]":
    """The parameters and the home; mistakes are reported before a server starts.

    If a source is one of the parameters, it is in `options` afterwards.
    """
    from flows.command.console import check_asked
    from flows.params import PublishParams
    from flows.settings import Settings, checked
    from transforms.backtests.account import requested_forces
    from transforms.homes.home_paths import refuse_uncreatable
    from transforms.publications.layers import read_layers

    home = home_of(options.get("home"))
    if "source" in model.model_fields and not options.get("rescore_only"):
        options["source"] = options.get("source") or checked(Settings, {}).source
        check_asked(options, home)
    elif forces := options.get("forces"):
        requested_forces(home, forces)
    params = checked(model, options)
    refuse_uncreatable(home.root)
    if isinstance(params, PublishParams):
        read_layers(params.layers)
    return params, home
