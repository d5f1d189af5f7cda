"""Before publishing: everything that a publication will say, checked and named.

A force whose lake cannot be trusted, whose scores are not of its rows, or whose months
look wrong is left out with its reason and counts as failed. A force that has too few
fresh months is left out too, which is no failure.
"""

from collections.abc import Sequence

import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.backtest.origins import HORIZONS_MONTHS, origin_sha256
from transforms.checksums import refuse_damaged
from transforms.coverage import MonthCoverage
from transforms.data_files import DataFile
from transforms.errors import ForceError, UsageError
from transforms.feeds import FEEDS
from transforms.forces import Force
from transforms.holds import find_holds, held_in_words, read_profiles
from transforms.home import Home
from transforms.lake import Lake
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, window
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.publications.layers import Layers
from transforms.score import KEPT_AS_OFS, inputs_sha256, unscorable
from transforms.scores import Method
from transforms.scoring import Scoring
from transforms.storage import readable
from transforms.table_specs import TABLES


def gather(
    home: Home, as_of: Month, method: Method, layers: Layers | None = None
) -> Edition:
    """Everything a publication at that month says: every force in the lake."""
    lake = home.lake.pinned()
    for table in TABLES:
        lake.refuse_damaged_log(table)
    forces = [
        _gather_force(lake, force, as_of, method, home.scoring)
        for force in forces_held(lake, home.registry)
    ]
    if not any(f.scores for f in forces):
        reasons = "; ".join(f"{f.force.id}: {f.unscored}" for f in forces)
        raise UsageError(
            f"nothing to publish at {as_of}: {reasons or 'the lake is empty'}"
        )
    attribution = home.attribution_instead or _attribution(forces)
    accuracy = _accuracy(lake, forces, as_of, home.scoring)
    history = lake.read("accuracy_history")
    history = history.filter(pc.less_equal(history["outcome_month"], str(as_of)))
    return Edition(
        as_of,
        method,
        forces,
        attribution,
        home.scoring,
        accuracy,
        history,
        layers or Layers(),
    )


def _gather_force(
    lake: Lake, force: Force, as_of: Month, method: Method, scoring: Scoring
) -> ForceEdition:
    scores = lake.files("scores", force.id)
    incidents = lake.files("incidents", force.id)
    try:
        months = force_coverage(lake, force)
        outcome_months = force_coverage(lake, force, "outcomes")
        refuse_damaged("incidents", incidents)
        refuse_damaged("scores", scores)
        refuse_damaged("outcomes", lake.files("outcomes", force.id))
    except ForceError as error:
        return ForceEdition(force, {}, str(error), failed=True)
    if why := unscorable(months, as_of):
        return ForceEdition(force, months, why)
    if holds := find_holds(read_profiles(lake, force.id), months, as_of):
        return ForceEdition(force, months, held_in_words(holds), failed=True)
    if any(f.rows == 0 and f.partition["as_of"] == str(as_of) for f in scores):
        why = "no area holds five of its located incidents"
        return ForceEdition(force, months, why)
    history = _current(scores, months, as_of, method, scoring)
    if history is None:
        why = "its scores are not of the rows now in the lake; score it again"
        return ForceEdition(force, months, why, failed=True)
    resolution, cells, area_m2 = _universe(history[-1])
    return ForceEdition(
        force,
        months,
        None,
        False,
        history[-1],
        history,
        incidents,
        resolution,
        cells,
        area_m2,
        lake.files("outcomes", force.id),
        outcome_months,
        scoring.exclusions,
        scoring.harm,
    )


def _accuracy(
    lake: Lake, forces: Sequence[ForceEdition], as_of: Month, scoring: Scoring
) -> list[DataFile]:
    """The backtests of what is published, as far as they are of the rows now held.

    Of origins whose every outcome lies after the as-of nothing may be told yet.
    """
    found = []
    for force in forces:
        if force.scores is None:
            continue
        for file in lake.files("accuracy", force.force.id):
            origin = Month.parse(file.partition["as_of"])
            # what was told of the next month stays true when the third one arrives
            current = {
                origin_sha256(force.months, origin, scoring, HORIZONS_MONTHS[:known])
                for known in (1, 2)
            }
            if origin < as_of and file.mark in current:
                found.append(file)
    return found


def _current(
    scores: list[DataFile],
    months: dict[Month, MonthCoverage],
    as_of: Month,
    method: Method,
    scoring: Scoring,
) -> list[DataFile] | None:
    """The score files of the newest twelve as-of months, oldest first.

    None unless every month that can be scored is, from the rows now in the lake: what
    is published must not depend on how the lake came by it.
    """
    held = {(f.partition["as_of"], f.mark): f for f in scores}
    wanted = [
        (str(month), inputs_sha256(months, month, method, scoring))
        for month in window(as_of, KEPT_AS_OFS)
        if unscorable(months, month) is None
    ]
    return [held[key] for key in wanted] if set(wanted) <= set(held) else None


def _universe(scores: DataFile) -> tuple[int, int, float]:
    """Resolution, cells and area of the universe, which stand on every score row."""
    columns = ["h3_res", "universe_cells", "universe_area_m2"]
    rows = pq.ParquetFile(readable(scores.path)).read_row_group(0, columns=columns)
    resolution, cells, area_m2 = (rows[name][0].as_py() for name in columns)
    return resolution, cells, area_m2


def _attribution(forces: list[ForceEdition]) -> str:
    feeds = {c.entry.feed for f in forces for c in f.months.values() if c.entry}
    return "; ".join(FEEDS[feed].ATTRIBUTION for feed in sorted(feeds))
