"""The commands for patrols: what was delivered at the places of a programme."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.running import either_home_of, refuse_failed, run_to_end
from transforms.errors import UsageError


if TYPE_CHECKING:
    from transforms.homes.home import Home


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
    gps_buffer_m: Annotated[
        float,
        Parameter(help="Of pings: metres around a place that count as it, 0 to 100"),
    ] = 0.0,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Store the visits of a log, or pings: what the mapping names, and no more.

    Pings of radios, which say where officers are, only in a home of a force's own feed.
    """
    from flows.command.printing.dosage import show_taken
    from transforms.patrols.mapping import VisitMapping
    from transforms.patrols.taking import mapping_at

    opened = either_home_of(home)
    read = mapping_at(opened, mapping)
    if gps_buffer_m and isinstance(read, VisitMapping):
        raise UsageError(
            "--gps-buffer-m goes with pings: a log says which place it was"
        )
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    asked = {
        "stages": ["take"],
        "file": file,
        "mapping": mapping,
        "gps_buffer_m": gps_buffer_m,
    }
    [log] = _run(opened, asked)["logs"]
    return show_taken(log, json_)


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
    from flows.patrol_params import DosageParams
    from flows.settings import checked
    from transforms.patrols.dosage import dosage_of
    from transforms.patrols.report import Reported
    from transforms.programmes.programme import open_programme

    opened = either_home_of(home)
    found = open_programme(opened, name)
    asked = {
        "stages": ["report"],
        "programme": found.id,
        "start": start and str(start),
        "end": end and str(end),
        "planned_minutes": planned_minutes,
        "planned": planned,
    }
    delivered = dosage_of(opened, found, *checked(DosageParams, asked).span)
    [done] = _run(opened, asked)["reports"]
    reported = Reported(delivered, Path(done["folder"]), done["created"])
    return show_report(reported, done, json_)


def _run(home: "Home", asked: dict[str, Any]) -> dict[str, Any]:
    """Run one stage; its facts, or the error that ended it."""
    from flows.patrol_params import DosageParams
    from flows.settings import checked

    params = checked(DosageParams, {"home": home.address, **asked})
    account = run_to_end("dosage", params, home, silent=True)
    refuse_failed(account)
    [stage] = account["stages"]
    return dict(stage["facts"])
