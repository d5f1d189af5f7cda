"""The commands for patrols: what was delivered at the places of a programme."""

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.running import either_home_of


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
    """Store the visits of a log: the columns that the mapping names, and no other."""
    from datetime import UTC, datetime

    from flows.command.printing.dosage import show_taken
    from transforms.patrols.mapping import read_visit_mapping
    from transforms.patrols.take import take_visits
    from transforms.reference.toml_files import text_of

    read = read_visit_mapping(text_of(mapping), mapping.name)
    taken = take_visits(either_home_of(home), file, read, datetime.now(UTC))
    return show_taken(taken, json_)


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
