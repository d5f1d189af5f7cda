"""The command for a scrutiny panel: stop and search beside hot spots."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.running import home_of, run_to_end
from transforms.errors import UsageError


@app.command
def searches(
    *,
    forces: Annotated[
        list[str] | None,
        Parameter(
            name="--force",
            negative="",
            help="police.uk id of a force; repeatable (default: all published)",
        ),
    ] = None,
    group: Annotated[
        str | None,
        Parameter(
            name="--group",
            help="Crime group of the hot spots (default: serious-violence-proxy)",
        ),
    ] = None,
    run: Annotated[
        str | None, Parameter(name="--run", help="Publication, if not latest")
    ] = None,
    programme: Annotated[
        str | None,
        Parameter(name="--programme", help="Beside its places instead of hot spots"),
    ] = None,
    residents: Annotated[
        Path | None,
        Parameter(
            name="--residents",
            help="CSV with lsoa21cd,group,residents: adds rates by residents",
        ),
    ] = None,
    out: Annotated[
        Path | None, Parameter(name="--out", help="CSV to write the rows to")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Count stop and search beside hot spots: what was found, and what is not stated.

    Description for scrutiny: no score, list, plan or trial reads it.
    """
    from flows.command.printing.searches import show_searches
    from flows.params import SearchesParams
    from flows.settings import checked
    from transforms.scrutiny.asked import refuse
    from transforms.scrutiny.keep import write_rows

    opened = home_of(home)
    if programme and (forces or group or run):
        raise UsageError(
            "--programme has its own force and places: no --force, --group or --run"
            " beside it"
        )
    options = {
        "home": home,
        "forces": forces or [],
        "run": run,
        "programme": programme,
        "residents": residents,
        **({"group": group} if group else {}),
    }
    params = checked(SearchesParams, options)
    refuse(opened, params.forces, params.group, run, programme, residents, out)
    account = run_to_end("searches", params, opened, silent=True)
    if out and account["facts"]["searches"]:
        write_rows([one["rows"] for one in account["facts"]["searches"]], out)
    return show_searches(account, out, json_)
