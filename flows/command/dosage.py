"""The commands for patrols: what was delivered at the places of a programme."""

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.running import either_home_of
from transforms.errors import UsageError


dosage = App(
    name="dosage",
    help="Patrols at the places of a programme: taken from logs, and reported.",
)
app.command(dosage)


@dosage.command
def take(
    file: Annotated[Path, Parameter(name="FILE", help="A log of visits")],
    /,
    *,
    mapping: Annotated[Path, Parameter(help="TOML file that describes its columns")],
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Store the visits of a log, or pings: what the mapping names, and no more.

    Pings of radios, which say where officers are, only in a home of a force's own feed.
    """
    from datetime import UTC, datetime

    from flows.command.printing.dosage import show_taken, show_taken_pings
    from flows.os_user import user
    from transforms.patrols.mapping import read_visit_mapping
    from transforms.patrols.ping_mapping import is_of_pings, read_ping_mapping
    from transforms.patrols.take import take_visits
    from transforms.patrols.take_pings import take_pings
    from transforms.records.homes import open_force_home
    from transforms.reference.toml_files import text_of

    text, now, opened = text_of(mapping), datetime.now(UTC), either_home_of(home)
    if not is_of_pings(text):
        read = read_visit_mapping(text, mapping.name)
        return show_taken(take_visits(opened, file, read, now), json_)
    of_pings = read_ping_mapping(text, mapping.name)
    if opened.feed is None:
        raise UsageError(
            f"{opened.root}: pings say where officers are, and are read only in a home"
            " of a force's own feed: hexbeat feed create"
        )
    own = open_force_home(opened.root)
    return show_taken_pings(take_pings(own, file, of_pings, user(), now), json_)


@dosage.command
def report(
    name: Annotated[str, Parameter(name="NAME", help="Programme: its name or id")],
    /,
    *,
    start: Annotated[
        date | None, Parameter(name="--from", help="First day; default: its start")
    ] = None,
    end: Annotated[
        date | None, Parameter(name="--to", help="Last day; default: newest with a row")
    ] = None,
    planned_minutes: Annotated[
        float | None,
        Parameter(help="Planned a day at each place; default: [patrol] of settings"),
    ] = None,
    planned: Annotated[
        Path | None, Parameter(help="CSV of place_id, date, planned_minutes")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Report what was delivered: days, places, a return, and a page for the crew."""
    from flows.command.printing.dosage import show_report
    from transforms.patrols.report import report as report_dosage
    from transforms.programmes.programme import open_programme

    opened = either_home_of(home)
    found = open_programme(opened, name)
    given = start, end, planned_minutes, planned
    return show_report(report_dosage(opened, found, *given), json_)
