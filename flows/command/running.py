"""How a command runs a flow, and finds its home.

Prefect and the domain are imported only where they are needed, so that help is there at
once.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from transforms.errors import UsageError


if TYPE_CHECKING:
    from pydantic import BaseModel

    from transforms.home import Home

    Model = TypeVar("Model", bound=BaseModel)


def address_of(home: str | None) -> str:
    """The home that a command names, else the settings' one."""
    from flows.console import checked
    from flows.settings import Settings

    settings = checked(Settings, {})  # a slip in them is told, whatever is asked
    return home or settings.home


def home_of(home: str | None) -> "Home":
    """That home, open."""
    from transforms.home import open_home

    return open_home(address_of(home))


def flow(
    name: str,
    model: "type[BaseModel]",
    options: dict[str, Any],
    as_json: bool,
    task_runner: str | None = None,
) -> int:
    """Run a flow to its end and tell how it went; the exit code."""
    if task_runner:  # the flows read it where they are defined
        os.environ["HEXBEAT_TASK_RUNNER"] = task_runner
    params, home = checked_for(model, options)
    if "source" not in options and not home.lake.files("coverage"):
        raise UsageError(f"the lake in {home.root} is empty: run hexbeat ingest first")
    return run_flow(name, params, home, as_json)


def run_flow(name: str, params: "BaseModel", home: "Home", as_json: bool) -> int:
    """Run a flow whose parameters were checked, against a server; the exit code."""
    from flows import progress
    from flows.console import ConsoleProgress, show_summary
    from flows.server import prefect_api

    with prefect_api(home.root), ConsoleProgress(silent=as_json) as console:
        from flows.stages import account_of

        progress.listen(console)
        run: Callable[..., Any] = getattr(import_module(f"flows.{name}"), name)
        account = account_of(run(params, return_state=True))
    return show_summary(account, as_json=as_json)


def checked_for(model: "type[Model]", options: dict[str, Any]) -> "tuple[Model, Home]":
    """The parameters and the home, before a server is started: a slip is told at once.

    Where a source belongs to them, `options` has it afterwards.
    """
    from flows.console import check_asked, checked
    from flows.params import PublishParams
    from flows.settings import Settings
    from transforms.backtest.account import forces_asked
    from transforms.publications.layers import read_layers

    home = home_of(options.get("home"))
    if "source" in model.model_fields and not options.get("rescore_only"):
        options["source"] = options.get("source") or checked(Settings, {}).source
        check_asked(options, home)
    elif asked := options.get("forces"):
        forces_asked(home, asked)
    params = checked(model, options)
    if isinstance(params, PublishParams):
        read_layers(params.layers)
    return params, home
