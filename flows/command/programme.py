"""The commands for programmes: lists of places, frozen, started and tracked."""

from datetime import date
from typing import Annotated

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import ContextLayers, HomeFolder, Json, SensitiveLayer
from flows.command.running import either_home_of, refuse_failed, run_to_end


programme = App(
    name="programme",
    help="Places for hot spot patrols: frozen with their forecast, and tracked.",
)
app.command(programme)

Name = Annotated[str, Parameter(name="NAME", help="Programme: its name or id")]
On = Annotated[date, Parameter(name="--on", help="Day, YYYY-MM-DD")]
Why = Annotated[str, Parameter(name="--why", help="Reason, kept in the register")]


@programme.command
def freeze(
    name: Annotated[str, Parameter(name="NAME", help="Name, such as winter-2026")],
    /,
    *,
    force: Annotated[str, Parameter(name="--force", help="police.uk id of a force")],
    group: Annotated[str, Parameter(name="--group", help="Crime group")],
    top: Annotated[
        int | None, Parameter(name="--top", help="So many of the highest cells")
    ] = None,
    hotspots: Annotated[
        tuple[str, ...],
        Parameter(
            name="--hotspots",
            negative="",
            consume_multiple=True,
            help="Hot spots instead, by their ids in hotspots.csv",
        ),
    ] = (),
    places: Annotated[
        str | None,
        Parameter(
            name="--places",
            help="Polygons of yours instead: FILE or FILE:COLUMN with their names",
        ),
    ] = None,
    spacing: Annotated[
        int | None,
        Parameter(
            name="--spacing",
            help="Of --top: steps of the grid between two places (default 1); 3 keeps"
            " them out of contact",
        ),
    ] = None,
    min_incidents: Annotated[
        int | None,
        Parameter(
            name="--min-incidents",
            help="Of --top: least incidents in 12 months (default 36; 12 on a force's"
            " own feed)",
        ),
    ] = None,
    join: Annotated[
        int | None,
        Parameter(
            name="--join",
            help="Of --top, on a force's own feed: a place is up to so many touching"
            " cells, at most 3",
        ),
    ] = None,
    without: Annotated[
        tuple[str, ...],
        Parameter(
            name="--without",
            negative="",
            help="Of --top: cell to leave out; repeatable",
        ),
    ] = (),
    run: Annotated[
        str | None, Parameter(name="--run", help="Publication, if not latest")
    ] = None,
    buffer_m: Annotated[
        float, Parameter(name="--buffer-m", help="Metres around each place to watch")
    ] = 100.0,
    context: ContextLayers = (),
    sensitive_layer: SensitiveLayer = None,
    starts: Annotated[
        date | None, Parameter(name="--starts", help="First day of patrols, YYYY-MM-DD")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Choose places of a publication and freeze them with their forecast.

    Cells are for patrol, hot spots for problem-oriented policing: fifteen minutes on
    foot cover a cell, and a hot spot has up to eighteen of them.
    """
    from datetime import UTC, datetime

    from flows.command.printing.programme import show_frozen
    from flows.os_user import user
    from flows.params import ProgrammeParams
    from flows.settings import checked
    from transforms.programmes.freeze import Frozen, refuse
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import Register, refuse_early_start, start

    opened = either_home_of(home)
    options = {
        "home": home,
        "name": name,
        "force": force,
        "group": group,
        "top": top,
        "hotspots": hotspots,
        "places": places,
        "spacing": spacing,
        "least_incidents_12m": min_incidents,
        "join": join,
        "without": without,
        "run": run,
        "buffer_m": buffer_m,
        "context": list(context),
        "sensitive_layer": sensitive_layer,
    }
    params = checked(ProgrammeParams, options)
    params.read_layers()
    if starts:
        refuse_early_start(opened, run, starts)
    refuse(opened, name, params.choice_in(opened), run, buffer_m)
    account = run_to_end("programme", params, opened, silent=True)
    refuse_failed(account)
    of = account["facts"]
    found = Frozen(open_programme(opened, of["programme"]), of["created"], of["asked"])
    if starts and Register(opened).standing(found.programme.id).starts is None:
        start(opened, found.programme, starts, datetime.now(UTC), user())
    return show_frozen(opened, found, json_)


@programme.command(name="list")
def list_(*, home: HomeFolder = None, json_: Json = False) -> int:
    """List all programmes of a home, and how they stand."""
    from flows.command.printing.programme import show_programmes

    return show_programmes(either_home_of(home), json_)


@programme.command
def show(name: Name, /, *, home: HomeFolder = None, json_: Json = False) -> int:
    """Show the places of a programme, and what its register says."""
    from flows.command.printing.programme import show_programme
    from transforms.programmes.programme import open_programme

    opened = either_home_of(home)
    return show_programme(opened, open_programme(opened, name), json_)


@programme.command(name="start")
def start_(name: Name, /, *, on: On, home: HomeFolder = None) -> int:
    """Record the day on which patrols begin."""
    from datetime import UTC, datetime

    from flows.command.printing.terminal import print_line
    from flows.os_user import user
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import start

    opened = either_home_of(home)
    found = open_programme(opened, name)
    start(opened, found, on, datetime.now(UTC), user())
    print_line(f"started  {found.id} on {on}")
    return 0


@programme.command
def leave(
    name: Name,
    place: Annotated[str, Parameter(name="PLACE", help="Place, such as p07")],
    /,
    *,
    on: On,
    why: Why,
    home: HomeFolder = None,
) -> int:
    """Record that a place is patrolled no more, from a day on."""
    from datetime import UTC, datetime

    from flows.command.printing.terminal import print_line
    from flows.os_user import user
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import leave as leave_programme

    opened = either_home_of(home)
    found = open_programme(opened, name)
    leave_programme(opened, found, place, on, why, datetime.now(UTC), user())
    print_line(f"left     {place} of {found.id} on {on}; it counts up to then")
    return 0


@programme.command
def end(name: Name, /, *, on: On, why: Why, home: HomeFolder = None) -> int:
    """Record the last day of a programme."""
    from datetime import UTC, datetime

    from flows.command.printing.terminal import print_line
    from flows.os_user import user
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import end as end_programme

    opened = either_home_of(home)
    found = open_programme(opened, name)
    end_programme(opened, found, on, why, datetime.now(UTC), user())
    print_line(f"ended    {found.id} on {on}")
    return 0


@app.command
def track(
    name: Name,
    /,
    *,
    to: Annotated[
        str | None,
        Parameter(
            name="--to",
            help="Last month, YYYY-MM, or day of a force's own feed, YYYY-MM-DD"
            " (default: newest supplied)",
        ),
    ] = None,
    window: Annotated[
        str | None,
        Parameter(
            name="--window",
            help="Months up to then, at most 11 (default 3); on a force's own feed"
            " weeks, at most 26w (default 13w)",
        ),
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Compare a programme with its forecast, and with lists that nobody patrolled."""
    from flows.command.printing.programme import show_tracked
    from flows.params import TrackParams
    from flows.settings import checked
    from transforms.impact.look import span_of, window_in
    from transforms.programmes.basis import basis_of
    from transforms.programmes.programme import open_programme

    opened = either_home_of(home)
    found = open_programme(opened, name)
    basis = basis_of(opened, opened.lake)
    length = window_in(found.clock, window)
    last = type(found.as_of).parse(to) if to else None
    span_of(opened, basis, found, last, length)
    unit = "weeks" if opened.feed else "months"
    options = {
        "home": home,
        "programmes": [found.id],
        "to": to,
        f"window_{unit}": length,
    }
    params = checked(TrackParams, options)
    account = run_to_end("track", params, opened, silent=True)
    refuse_failed(account)
    [look] = account["facts"]["looks"]
    return show_tracked(look, json_)
