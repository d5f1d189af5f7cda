"""The `hexbeat` command: the same flows that deployments run, for one's own terminal.

Prefect and the domain are imported only by the commands that need them, so that help
is there at once.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from transforms.errors import HexbeatError, UsageError
from transforms.months import Month


if TYPE_CHECKING:
    from pydantic import BaseModel

app = App(
    name="hexbeat",
    suppress_keyboard_interrupt=False,
    help="From police incident feeds to honest, rolling hot spots on H3 cells.",
)


def _month(_: object, text: str | None) -> None:
    """A month option's validator: the library names the option in the message."""
    try:
        Month.parse(text or "2000-01")
    except HexbeatError as error:
        raise ValueError(str(error)) from error


def _month_option(name: str | None, text: str) -> Parameter:
    return Parameter(name=name, validator=_month, help=f"{text}, YYYY-MM")


Forces = Annotated[
    list[str] | None,
    Parameter(name="--force", help="police.uk id of a force; may be given again"),
]
AllForces = Annotated[
    bool, Parameter(name="--all-forces", negative="", help="Every force in the source")
]
From = Annotated[str | None, _month_option("--from", "First month")]
To = Annotated[str | None, _month_option("--to", "Last month")]
Source = Annotated[
    str | None,
    Parameter(help="Address or folder of release zips, or folder of extracted CSVs"),
]
WholeZips = Annotated[
    bool,
    Parameter(
        name="--whole-zips",
        negative="",
        help="Download whole zips from a server that cannot send parts",
    ),
]
Release = Annotated[
    str | None, _month_option("--release", "Release of a folder of extracted CSVs")
]
UntilRelease = Annotated[
    str | None,
    _month_option("--until-release", "Take the source as it was at that release"),
]
AsOf = Annotated[
    str | None, _month_option("--as-of", "As-of month (default the newest supplied)")
]
MethodName = Annotated[str | None, Parameter(name="--method", help="Scoring method")]
HomeFolder = Annotated[
    Path | None, Parameter(name="--home", help="Folder of lake and publications")
]
Json = Annotated[
    bool, Parameter(name="--json", negative="", help="Machine-readable result")
]


@app.command
def run(
    *,
    force: Forces = None,
    all_forces: AllForces = False,
    from_: From = None,
    to: To = None,
    source: Source = None,
    release: Release = None,
    until_release: UntilRelease = None,
    whole_zips: WholeZips = False,
    as_of: AsOf = None,
    method: MethodName = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Do what is missing: ingest, score, publish."""
    from flows.params import RefreshParams

    given = _given(
        forces=force,
        all_forces=all_forces,
        start=from_,
        end=to,
        source=source,
        release=release,
        until_release=until_release,
        whole_zips=whole_zips,
        as_of=as_of,
        method=method,
        home=home,
    )
    return _flow("refresh", RefreshParams, given, json_)


@app.command
def ingest(
    *,
    force: Forces = None,
    all_forces: AllForces = False,
    from_: From = None,
    to: To = None,
    source: Source = None,
    release: Release = None,
    until_release: UntilRelease = None,
    whole_zips: WholeZips = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Bring the lake up to date with a source of releases."""
    from flows.params import IngestParams

    given = _given(
        forces=force,
        all_forces=all_forces,
        start=from_,
        end=to,
        source=source,
        release=release,
        until_release=until_release,
        whole_zips=whole_zips,
        home=home,
    )
    return _flow("ingest", IngestParams, given, json_)


@app.command
def score(
    *,
    as_of: AsOf = None,
    method: MethodName = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Bring the scores of every force in the lake up to date."""
    from flows.params import ScoreParams

    given = _given(as_of=as_of, method=method, home=home)
    return _flow("score", ScoreParams, given, json_)


@app.command
def publish(
    *,
    as_of: AsOf = None,
    method: MethodName = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Publish the scores as they stand."""
    from flows.params import ScoreParams

    given = _given(as_of=as_of, method=method, home=home)
    return _flow("publish", ScoreParams, given, json_)


@app.command
def demo(*, home: HomeFolder = None, json_: Json = False) -> int:
    """The whole job on simulated feeds of three made-up forces: nothing to download."""
    from flows.params import RefreshParams
    from transforms.home import create_demo_home
    from transforms.simulator import simulate

    folder = create_demo_home(home or Path("demo")).root
    simulate(folder / "source")
    given = {"all_forces": True, "source": str(folder / "source"), "home": folder}
    return _flow("refresh", RefreshParams, given, json_)


@app.command
def status(
    *,
    home: HomeFolder = None,
    json_: Json = False,
    csv_: Annotated[
        bool, Parameter(name="--csv", negative="", help="A row for each month")
    ] = False,
) -> int:
    """What is held of each force, month by month, and how fresh it is."""
    from flows.console import checked
    from flows.settings import Settings
    from flows.status import show_status
    from transforms.home import open_home

    folder = home or checked(Settings, {}).home
    form = "json" if json_ else "csv" if csv_ else "matrix"
    return show_status(open_home(folder), form)


@app.command
def verify(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    source: Annotated[
        Path | None, Parameter(help="Folder of the releases, to hash their files too")
    ] = None,
    release: Release = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Hash a publication again, and what it was made from; tell what differs."""
    from flows.accounts import show_verified
    from flows.console import checked
    from flows.settings import Settings
    from transforms.home import open_home
    from transforms.request import source_named
    from transforms.verify import verify as verify_run

    if source:
        source_named(str(source))  # one line where there is none
    opened = open_home(home or checked(Settings, {}).home)
    found = verify_run(opened, run_id, source, release)
    return show_verified(found, as_json=json_)


@app.command
def doctor(*, home: HomeFolder = None, json_: Json = False) -> int:
    """Whether this installation and this home are in order, and how to mend them."""
    from flows.accounts import show_findings
    from flows.doctor import examine

    return show_findings(examine(home), as_json=json_)


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given: the parameters' own defaults stand for the rest."""
    return {name: value for name, value in options.items() if value is not None}


def _flow(
    name: str, model: "type[BaseModel]", given: dict[str, Any], as_json: bool
) -> int:
    """Run a flow to its end and tell how it went; the exit code."""
    from flows import progress
    from flows.console import ConsoleProgress, check_asked, checked, show_summary
    from flows.server import prefect_api
    from flows.settings import Settings
    from transforms.home import open_home

    settings = checked(Settings, {})
    folder = given.get("home") or settings.home
    if "source" in model.model_fields:
        # before a server is started for it: a slip is told at once
        given["source"] = given.get("source") or settings.source
        check_asked(given, open_home(folder))
    params = checked(model, given)
    if "source" not in given and not open_home(folder).lake.files("coverage"):
        raise UsageError(f"the lake in {folder} is empty: run hexbeat ingest first")
    with prefect_api(folder), ConsoleProgress(silent=as_json) as console:
        progress.listen(console)
        run_flow: Callable[..., Any] = getattr(import_module(f"flows.{name}"), name)
        state = run_flow(params, return_state=True)
        account = state.result(raise_on_failure=False)
    if isinstance(account, BaseException):
        raise account
    return show_summary(account, as_json=as_json)


def main() -> None:
    """Run the command; an error that people can mend is one line."""
    try:
        code = app(exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _complain(" ".join(str(error).split()))
        code = 2
    except HexbeatError as error:
        _complain(str(error))
        code = error.exit_code
    except OSError as error:
        _complain(f"{type(error).__name__}: {' '.join(str(error).split())}")
        code = 1
    except KeyboardInterrupt:
        _complain("stopped; run the same command again to go on")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
