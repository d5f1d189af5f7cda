"""Scores of the public feed: one force at its newest as-of months."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from transforms.errors import ForceError, UsageError
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.lake.checksums import refuse_damaged
from transforms.lake.lake import Lake
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import Force
from transforms.reference.months import Month, window
from transforms.reference.score_settings import Scoring
from transforms.scores.hotspots import Spots
from transforms.scores.inputs import months_sha256, unscorable
from transforms.scores.methods import Method
from transforms.scores.panel import Panel, read_panel
from transforms.scores.score_view import score_view
from transforms.scores.stage import Stage, bring_up_to_date, is_up_to_date
from transforms.scores.view import view_at


_NEVER = Month(1, 1)  # the as-of month if none is supplied: it is refused


@dataclass(frozen=True)
class Scored:
    """What scoring one force did."""

    force: str
    as_ofs: list[str]  # computed in this run
    unchanged: int  # as-of months whose inputs had not changed
    rows: int
    unscored: str | None  # why the newest as-of has no score


def newest_supplied(lake: Lake, registry: Mapping[str, Force]) -> Month | None:
    """The newest month that any force has supplied: the as-of month of a run.

    A force whose lake is unfinished is skipped here, and fails when it is scored.
    """
    newest = []
    for force in stored_forces(lake, registry):
        try:
            newest += supplied_periods(force_coverage(lake, force))[-1:]
        except ForceError:
            continue
    return max(newest, default=None)


def as_of_month(lake: Lake, registry: Mapping[str, Force], given: str | None) -> Month:
    """The as-of month of a run: the given one; default: the newest supplied."""
    newest = newest_supplied(lake, registry)
    return check_as_of(Month.parse(given) if given else newest or _NEVER, newest)


def check_as_of(as_of: Month, newest: Month | None) -> Month:
    """The as-of month requested, unless it is later than the newest month supplied."""
    if newest is None:
        raise UsageError("the lake contains no supplied month: ingest first")
    if as_of > newest:
        raise UsageError(f"as-of {as_of}: the newest month supplied is {newest}")
    return as_of


def score_force(
    lake: Lake,
    force: Force,
    as_of: Month,
    method: Method,
    scoring: Scoring,
    rescore: bool = False,
) -> Scored:
    """Bring a force's scores up to date at the as-of month and the eleven before.

    With `rescore`, also compute those whose inputs have not changed.
    """
    pinned = lake.pinned()  # so that the hash is of the very rows that are read
    stage, why = _stage(pinned, force, as_of, method, scoring)
    done, rows = bring_up_to_date(lake, pinned, stage, rescore)
    return Scored(force.id, done, len(stage.wanted) - len(done), rows, why)


def standing_scores(
    lake: Lake, force: Force, as_of: Month, method: Method, scoring: Scoring
) -> Scored | None:
    """A force's scores as they are; None where `score_force` would change them."""
    pinned = lake.pinned()
    stage, why = _stage(pinned, force, as_of, method, scoring)
    if not is_up_to_date(pinned, stage):
        return None
    return Scored(force.id, [], len(stage.wanted), 0, why)


def _stage(
    pinned: Lake, force: Force, as_of: Month, method: Method, scoring: Scoring
) -> tuple[Stage[Month], str | None]:
    """What a run is to score, and why the newest as-of can have no score."""
    months = force_coverage(pinned, force)
    supplied = supplied_periods(months)
    run = window(as_of, MONTHS.kept_as_ofs)
    wanted = {
        month: months_sha256(months, month, method, scoring)
        for month in run
        if unscorable(supplied, month, MONTHS) is None
    }
    stage = Stage(
        table="scores",
        force=force.id,
        clock=MONTHS,
        as_of=as_of,
        wanted=wanted,
        unscored=[month for month in run if month not in wanted],
        score=_scorer(pinned, force, supplied, method, scoring),
    )
    return stage, unscorable(supplied, as_of, MONTHS)


def _scorer(
    lake: Lake, force: Force, supplied: list[Month], method: Method, scoring: Scoring
) -> Callable[[Month, Month | None, Spots], tuple[pa.Table, Spots]]:
    """Scores a month; the force's panel is read once, if any month is to be scored."""
    panel = cache(lambda: force_panel(lake, force, scoring))

    def score(
        month: Month, before: Month | None, earlier: Spots
    ) -> tuple[pa.Table, Spots]:
        same = before is None or panel().epoch(before) == panel().epoch(month)
        return score_month(
            panel(), supplied, month, method, scoring, force.id, earlier, same
        )

    return score


def score_month(
    panel: Panel,
    supplied: list[Month],
    as_of: Month,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Spots,
    keep_ids: bool = True,
) -> tuple[pa.Table, Spots]:
    """All groups' score rows of one force at one month, and its hot spots."""
    view = view_at(panel, supplied, as_of)
    return score_view(view, method, scoring, force, earlier, keep_ids)


def force_panel(
    lake: Lake,
    force: Force,
    scoring: Scoring,
) -> Panel:
    """All stored incidents of a force, as the panel that every as-of is scored from."""
    files = lake.files("incidents", force.id)
    refuse_damaged("incidents", files)
    return read_panel(
        [file.path for file in files],
        [Month.parse(file.partition["month"]) for file in files],
        force.id,
        scoring,
    )
