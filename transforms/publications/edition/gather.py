"""Collects and checks everything that a publication will say, before it is written.

A force whose lake is damaged, whose scores are not of its rows, or whose months look
wrong is left out with its reason and counts as failed. A force with too few recent
months is left out too, but does not count as failed.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pyarrow.compute as pc

from transforms.backtests.origins import HORIZONS_MONTHS, origin_sha256
from transforms.errors import ForceError, UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.epochs import read_epochs
from transforms.incidents.holds import find_holds, profiles_of, withheld_in_words
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile, read_columns, read_files
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.lake.tables import TABLES
from transforms.publications.each import Each, here
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.layers import Layers
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import Force
from transforms.reference.months import Month, window
from transforms.reference.score_settings import Scoring
from transforms.scores.inputs import months_sha256, unscorable
from transforms.scores.methods import Method
from transforms.searches.force_searches import stored_stops


# What profiles and epochs are made of
_GATHERED = ("month", "category", "longitude", "latitude", "in_area")


def gather(
    home: Home,
    as_of: Month,
    method: Method,
    layers: Layers | None = None,
    each: Each = here,
) -> MonthEdition:
    """The edition of that month, with every force in the lake.

    `each` says where forces are gathered, and their cells computed.
    """
    lake = home.lake.pinned()
    for table in TABLES:
        lake.refuse_damaged_log(table)
    given = [(f, home.scoring_of(f.id)) for f in stored_forces(lake, home.registry)]
    forces = list(each(partial(_gather_force, lake, as_of, method), given))
    if not any(f.scores for f in forces):
        reasons = "; ".join(f"{f.force.id}: {f.unscored}" for f in forces)
        raise UsageError(
            f"nothing to publish at {as_of}: {reasons or 'the lake is empty'}"
        )
    attribution = home.attribution_instead or street.ATTRIBUTION
    accuracy = _accuracy(lake, forces, as_of, home.scoring)
    history = lake.read("accuracy_history")
    history = history.filter(pc.less_equal(history["outcome_month"], str(as_of)))
    return MonthEdition(
        as_of=as_of,
        method=method,
        forces=forces,
        attribution=attribution,
        scoring=home.scoring,
        backtests=accuracy,
        history=history,
        layers=replace(layers or Layers(), map=home.map),
        each=each,
    )


def _gather_force(
    lake: Lake, as_of: Month, method: Method, given: tuple[Force, Scoring]
) -> ForceEdition:
    force, scoring = given
    scores = lake.files("scores", force.id)
    incidents = lake.files("incidents", force.id)
    try:
        months = force_coverage(lake, force)
        outcome_months = force_coverage(lake, force, "outcomes")
        stops = stored_stops(lake, force)
        refuse_damaged("incidents", incidents)
        refuse_damaged("scores", scores)
        refuse_damaged("outcomes", lake.files("outcomes", force.id))
    except ForceError as error:
        return ForceEdition(force=force, months={}, unscored=str(error), failed=True)
    if why := unscorable(supplied_periods(months), as_of, MONTHS):
        # its incidents may still name places: stations, for the maps of others
        return ForceEdition(
            force=force, months=months, unscored=why, incidents=incidents
        )
    rows = read_files(incidents, TABLES["incidents"], _GATHERED)
    if holds := find_holds(profiles_of(rows, lake, force.id), months, as_of):
        why = withheld_in_words(holds)
        return ForceEdition(
            force=force, months=months, unscored=why, failed=True, withheld=True
        )
    if any(f.rows == 0 and f.partition["as_of"] == str(as_of) for f in scores):
        why = "no area contains five of its located incidents"
        return ForceEdition(force=force, months=months, unscored=why)
    history = _current(scores, months, as_of, method, scoring)
    if history is None:
        why = "its scores are not of the rows now in the lake; score it again"
        return ForceEdition(force=force, months=months, unscored=why, failed=True)
    resolution, cells, area_m2 = _universe(history[-1])
    return ForceEdition(
        force=force,
        months=months,
        unscored=None,
        failed=False,
        scores=history[-1],
        history=history,
        incidents=incidents,
        resolution=resolution,
        universe_cells=cells,
        universe_area_m2=area_m2,
        outcomes=lake.files("outcomes", force.id),
        outcome_months=outcome_months,
        stops=stops,
        exclusions=scoring.exclusions,
        harm=scoring.harm,
        universe=scoring.universe,
        epochs=read_epochs(rows),
    )


def _accuracy(
    lake: Lake, forces: Sequence[ForceEdition], as_of: Month, scoring: Scoring
) -> list[DataFile]:
    """The backtests of the published forces that are of the rows now stored.

    Origins whose outcomes are all after the as-of are left out.
    """
    backtests = []
    for force in forces:
        if force.scores is None:
            continue
        own = replace(scoring, universe=force.universe)
        for file in lake.files("accuracy", force.force.id):
            origin = Month.parse(file.partition["as_of"])
            # results for the next month stay valid when the third month arrives
            current = {
                origin_sha256(force.months, origin, own, HORIZONS_MONTHS[:known])
                for known in (1, 2)
            }
            if origin < as_of and file.mark in current:
                backtests.append(file)
    return backtests


def _current(
    scores: list[DataFile],
    months: dict[Month, MonthCoverage],
    as_of: Month,
    method: Method,
    scoring: Scoring,
) -> list[DataFile] | None:
    """The score files of the newest twelve as-of months, oldest first.

    None unless every month that can be scored is, from the rows now in the lake: what
    is published must not depend on the history of the lake.
    """
    stored = {(f.partition["as_of"], f.mark): f for f in scores}
    supplied = supplied_periods(months)
    wanted = [
        (str(month), months_sha256(months, month, method, scoring))
        for month in window(as_of, MONTHS.kept_as_ofs)
        if unscorable(supplied, month, MONTHS) is None
    ]
    return [stored[key] for key in wanted] if set(wanted) <= set(stored) else None


def _universe(scores: DataFile) -> tuple[int, int, float]:
    """Resolution, cells and area of the universe, which every score row contains."""
    columns = ["h3_res", "universe_cells", "universe_area_m2"]
    rows = read_columns(readable(scores.path), columns)
    resolution, cells, area_m2 = (rows[name][0].as_py() for name in columns)
    return resolution, cells, area_m2
