"""The command for problem profiles: what is known of hot spots, to work on."""

from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import ContextLayers, HomeFolder, Json, SensitiveLayer
from flows.command.running import either_home_of, refuse_failed, run_to_end


@app.command
def profile(
    areas: Annotated[
        tuple[str, ...],
        Parameter(
            name="AREA",
            show_default=False,
            help="Hot spots by their ids; with --programme, places such as p01",
        ),
    ] = (),
    /,
    *,
    programme: Annotated[
        str | None,
        Parameter(name="--programme", help="Programme whose places they are"),
    ] = None,
    force: Annotated[
        str | None, Parameter(name="--force", help="Of --top: police.uk id of a force")
    ] = None,
    group: Annotated[
        str | None, Parameter(name="--group", help="Of --top: crime group")
    ] = None,
    top: Annotated[
        int | None,
        Parameter(name="--top", help="Instead of ids: so many of the highest"),
    ] = None,
    context: ContextLayers = (),
    context_counts: Annotated[
        tuple[str, ...],
        Parameter(
            name="--context-counts",
            negative="",
            show_default=False,
            help="Counts of others by place and month, in a force's own feed's home:"
            " NAME=FILE; repeatable",
        ),
    ] = (),
    sensitive_layer: SensitiveLayer = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Write the problem profile of hot spots or places: a SARA sheet to work on.

    What data can answer is filled in, with chance beside it; the rest is left blank.
    """
    from flows.command.printing.profile import show_profiles
    from flows.params import ProfileParams
    from flows.settings import checked
    from transforms.profiles.make import asked_areas

    opened = either_home_of(home)
    options = {
        "home": home,
        "areas": list(areas),
        "programme": programme,
        "force": force,
        "group": group,
        "top": top,
        "context": list(context),
        "context_counts": list(context_counts),
        "sensitive_layer": sensitive_layer,
    }
    params = checked(ProfileParams, options)
    # what cannot be is told before a flow starts
    params.read_layers(opened)
    asked_areas(opened, **params.choice)
    account = run_to_end("problem_profile", params, opened, silent=True)
    refuse_failed(account)
    return show_profiles(account, json_)
