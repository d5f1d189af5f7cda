"""Searches beside the hot spots of a publication, or the places of a programme."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import runs
from transforms.homes.runs.seal import latest_run
from transforms.incidents.lake_check import stored_forces
from transforms.lake.data_files import read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.patrols.dosage import Dosage, dosage_of
from transforms.programmes.programme import Programme
from transforms.programmes.published import published_cells
from transforms.reference import cells
from transforms.reference.forces import Force
from transforms.reference.months import Month, window
from transforms.searches.disparity import Disparity, disparity
from transforms.searches.force_searches import (
    ForceSearches,
    searches_in_lake,
    stored_stops,
)
from transforms.searches.ground import HOT_SPOTS, PLACES, Ground
from transforms.searches.lsoas import lsoas_of
from transforms.searches.residents import Residents


_OF_INCIDENT = ("longitude", "latitude", "lsoa_code")


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A force's searches beside hot spots or places, and all that is said of them."""

    searches: ForceSearches
    chosen_by: str  # the run or the programme
    disparity: Disparity | None = None  # without a file of residents
    dosage: Dosage | None = None  # without a programme, or a log of those months


def scored_forces(home: Home, run_id: str | None) -> list[str]:
    """The forces of a publication, by default the newest."""
    run_id = run_id or latest_run(home.publications)
    found = [run for run in runs(home.publications) if run.run_id == run_id]
    if not found:
        which = f"{run_id} " if run_id else ""
        raise UsageError(f"there is no publication {which}in {home.publications}")
    return found[0].forces


def beside_hot_spots(
    home: Home, force: str, group: str, run_id: str | None, residents: Residents | None
) -> Beside:
    """Searches of the year to a publication's as-of, beside its hot spots."""
    run_id, rows = published_cells(home, run_id, force, group)
    spots = rows.filter(pc.is_valid(rows["hotspot_id"]))["h3_cell"].to_pylist()
    if not spots:
        raise ForceError(f"{force}: run {run_id} has no hot spot of {group}")
    lake, last = home.lake.pinned(), Month.parse(rows["as_of"][0].as_py())
    ground = Ground(HOT_SPOTS, cells.from_text(spots))
    of_force = _force(home, lake, force)
    exclusions = home.scoring.exclusions
    found = searches_in_lake(lake, of_force, group, ground, exclusions, last)
    return Beside(
        searches=found,
        chosen_by=run_id,
        disparity=_disparity(lake, found, residents),
    )


def beside_programme(
    home: Home,
    programme: Programme,
    residents: Residents | None,
    until: date | None = None,
) -> Beside:
    """Searches of the newest year with any, beside the places of a programme.

    Of months that had ended by a day, if one is given.
    """
    lake, rule = home.lake.pinned(), programme.rule
    ground = Ground(PLACES, np.unique(np.concatenate(programme.grounds)))
    of_force = _force(home, lake, rule.force)
    supplied = stored_stops(lake, of_force).supplied
    ended = [month for month in supplied if until is None or month.last_day <= until]
    if supplied and not ended:
        raise UsageError(
            f"{of_force.id}: no stop and search file of a month to {until}"
        )
    found = searches_in_lake(
        lake,
        of_force,
        rule.group,
        ground,
        programme.exclusions,
        max(ended, default=None),
    )
    return Beside(
        searches=found,
        chosen_by=programme.id,
        disparity=_disparity(lake, found, residents),
        dosage=_dosage(home, programme, found),
    )


def _force(home: Home, lake: Lake, name: str) -> Force:
    for force in stored_forces(lake, home.registry):
        if force.id == name:
            return force
    raise ForceError(f"{name}: the lake has nothing of it")


def _disparity(
    lake: Lake, found: ForceSearches, residents: Residents | None
) -> Disparity | None:
    if residents is None:
        return None
    stops = stored_stops(lake, found.force).rows(found.periods)
    incidents = _map_points(lake, found.force.id, found.last)
    lsoas = lsoas_of(stops, incidents, residents.keys())
    rates = disparity(found.force.id, found.periods, stops, lsoas, residents)
    if not rates.used:
        raise UsageError(
            f"--residents: no search of {found.force.id} lies in an LSOA of that file;"
            " is it of another force?"
        )
    return rates


def _map_points(lake: Lake, force: str, last: Month) -> pa.Table:
    """Points and LSOA codes of the incidents of three years."""
    span = {str(month) for month in window(last, 36)}
    files = [f for f in lake.files("incidents", force) if f.partition["month"] in span]
    return read_files(files, TABLES["incidents"], _OF_INCIDENT)


def _dosage(home: Home, programme: Programme, found: ForceSearches) -> Dosage | None:
    """What patrols delivered in those months, if a log has any day of them."""
    span = found.longest.span[0].first_day, found.last.last_day
    try:
        return dosage_of(home, programme, *span, None, None)
    except UsageError:
        return None
