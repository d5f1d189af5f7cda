"""The commands for programmes: lists of places, frozen, started and tracked."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json, month_option
from flows.command.running import home_of
from transforms.errors import UsageError


if TYPE_CHECKING:  # other commands start faster without
    from transforms.programmes.chosen import Choice

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
            help="Of --top: least incidents in 12 months (default 36)",
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
    from transforms.programmes.freeze import freeze as freeze_programme
    from transforms.programmes.register import refuse_early_start, start

    opened, now = home_of(home), datetime.now(UTC)
    of_top = {
        "spacing": spacing,
        "least_incidents_12m": min_incidents,
        "without": without,
    }
    choice = _choice(force, group, top, hotspots, places, of_top)
    if starts:
        refuse_early_start(opened, run, starts)
    frozen = freeze_programme(opened, name, choice, run, buffer_m, now, user())
    if starts and frozen.created:
        start(opened, frozen.programme, starts, now, user())
    return show_frozen(opened, frozen, json_)


def _choice(
    force: str,
    group: str,
    top: int | None,
    hotspots: tuple[str, ...],
    places: str | None,
    of_top: dict[str, Any],
) -> "Choice":
    """What is chosen; `UsageError` unless it is said in one way."""
    from transforms.programmes.chosen import HotSpots, Polygons
    from transforms.programmes.rule import MOST_PLACES, Rule

    given = {name: value for name, value in of_top.items() if value not in (None, ())}
    ways = [top is not None, bool(hotspots), places is not None]
    if sum(ways) != 1:
        raise UsageError("choose places by one of --top, --hotspots and --places")
    if top is not None:
        return Rule(force=force, group=group, top=top, **given)
    if given:
        raise UsageError(
            "--spacing, --min-incidents and --without are of --top: hot spots and"
            " polygons are taken as you name them"
        )
    if hotspots:
        return HotSpots(force=force, group=group, ids=hotspots)
    from transforms.publications.layers.drawn import read_drawn

    drawn = read_drawn(str(places), MOST_PLACES)
    return Polygons(force=force, group=group, drawn=drawn)


@programme.command(name="list")
def list_(*, home: HomeFolder = None, json_: Json = False) -> int:
    """List all programmes of a home, and how they stand."""
    from flows.command.printing.programme import show_programmes

    return show_programmes(home_of(home), json_)


@programme.command
def show(name: Name, /, *, home: HomeFolder = None, json_: Json = False) -> int:
    """Show the places of a programme, and what its register says."""
    from flows.command.printing.programme import show_programme
    from transforms.programmes.programme import open_programme

    opened = home_of(home)
    return show_programme(opened, open_programme(opened, name), json_)


@programme.command(name="start")
def start_(name: Name, /, *, on: On, home: HomeFolder = None) -> int:
    """Record the day on which patrols begin."""
    from datetime import UTC, datetime

    from flows.command.printing.terminal import print_line
    from flows.os_user import user
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import start

    opened = home_of(home)
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

    opened = home_of(home)
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

    opened = home_of(home)
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
        str | None, month_option("--to", "Last month (default: newest supplied)")
    ] = None,
    window: Annotated[
        int, Parameter(name="--window", help="Months up to then, at most 11")
    ] = 3,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Compare a programme with its forecast, and with lists that nobody patrolled."""
    from datetime import UTC, datetime

    from flows.command.printing.programme import show_tracked
    from flows.os_user import user
    from transforms.impact.track import track as track_programme
    from transforms.programmes.programme import open_programme
    from transforms.reference.months import Month

    opened = home_of(home)
    found = open_programme(opened, name)
    last = Month.parse(to) if to else None
    done = track_programme(opened, found, last, window, datetime.now(UTC), user())
    return show_tracked(done, json_)
