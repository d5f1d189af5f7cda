"""From a force's own records to its scores of a day, and their publication."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pyarrow as pa

from transforms.day_publications.backtest import Backtested, backtests
from transforms.day_publications.calls import Calls
from transforms.day_publications.edition import Before, DayInputs
from transforms.day_publications.publishable import not_whole_after, stored_at
from transforms.day_publications.stored import Stored
from transforms.homes.runs.seal import TIER, is_installed, latest_run
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.tables import TABLES
from transforms.publications.edition.edition import run_id_of
from transforms.publications.layers import LayerFiles, Layers, read_layers
from transforms.publications.publish import Placed, place
from transforms.records.homes import ForceHome
from transforms.records.removal import finish, is_unfinished
from transforms.records.told import Told
from transforms.reference.days import Day
from transforms.scores.days.score_day import TABLE as SCORES_TABLE
from transforms.scores.days.score_day import (
    ScoredDay,
    day_sha256,
    groups_not_scored,
    score_force_day,
    stored_before,
)
from transforms.scores.methods import Method
from transforms.scores.panel import Panel


@dataclass(frozen=True, kw_only=True)
class DayRun(Placed):
    """What scoring and publishing a day did."""

    as_of: Day
    scored: bool  # False where nothing it rests on had changed
    rows: int
    backtested: list[Backtested]
    not_scored: list[str]  # groups of which no incident was sent
    newer_not_whole: list[Day]  # why no newer day was scored, where none was asked for
    not_whole_is_news: bool  # whether no earlier run has reported one of them
    layer_gaps: Mapping[str, str]  # parts of the force's layers that a new run lacks


def run_day(
    home: ForceHome,
    method: Method,
    who: str,
    now: datetime,
    as_of: Day | None = None,
    backtest: bool = False,
) -> DayRun:
    """Score a day, the newest supplied one if none is named, and publish it.

    `UsageError` where the feed has too few days, `WithheldError` where one is missing
    or partial that nobody has looked at. A line is added to the audit log.
    """
    with home.changed("a scoring"):
        finish(home, now)  # nothing is published of what is to be erased
        stored, day = stored_at(home, as_of)
        scored = _scored(stored, day, method, lambda: stored.panel)
        backtested = backtests(stored, day) if backtest else []
        placed, gaps = _published(stored, day, method, scored, backtested)
        return _noted(
            stored, day, scored, placed, who, now, as_of is None, backtested, gaps
        )


def standing_day(
    home: ForceHome, method: Method, who: str, now: datetime
) -> DayRun | None:
    """The newest day as it is scored and published; None where that is to be done.

    It does what `run_day` does where there is nothing to do; else it changes nothing.
    """
    with home.changed("a scoring"):
        if is_unfinished(home):
            return None
        stored, day = stored_at(home, None)
        try:
            scored = _scored(stored, day, method, _nothing_stands)
        except _NotStandingError:
            return None
        inputs = _inputs(stored, day, method, scored, [])
        publications = home.home.publications
        run_id = run_id_of(day, inputs.identity, [])
        is_there = is_installed(publications / "runs" / run_id, TIER)
        if not is_there or latest_run(publications) != run_id:
            return None
        placed = place(publications, day, inputs.identity, inputs.edition)
        return _noted(stored, day, scored, placed, who, now)


def _noted(
    stored: Stored,
    day: Day,
    scored: ScoredDay,
    placed: Placed,
    who: str,
    now: datetime,
    is_newest: bool = True,  # no day was named
    backtested: Sequence[Backtested] = (),
    layer_gaps: Mapping[str, str] | None = None,
) -> DayRun:
    """What was done, after a line in the audit log."""
    home = stored.home
    made = {"as_of": str(day), "run_id": placed.run_id, "created": placed.created}
    home.log(now, who, "publish", made)
    newer = not_whole_after(stored, day) if is_newest else []
    return DayRun(
        **vars(placed),
        as_of=day,
        scored=scored.is_new,
        rows=len(scored.rows),
        backtested=list(backtested),
        not_scored=groups_not_scored(scored.rows, home.groups),
        newer_not_whole=newer,
        not_whole_is_news=is_newest and _are_news(home, newer),
        layer_gaps=layer_gaps or {},
    )


def _are_news(home: ForceHome, days: Sequence[Day]) -> bool:
    """Whether no earlier run has reported one of those days, which are not whole."""
    told = Told.of(home, "days")
    news = [day for day in days if told.is_news(str(day))]
    told.write()
    return bool(news)


class _NotStandingError(Exception):
    """Scores are asked for that are not stored."""


def _nothing_stands() -> Panel:
    raise _NotStandingError


def _published(
    stored: Stored,
    day: Day,
    method: Method,
    scored: ScoredDay,
    backtested: Sequence[Backtested],
) -> tuple[Placed, Mapping[str, str]]:
    """Publish a day's scores; where that run stands, its tables are not made.

    Also what parts of the force's layers a new run lacks, by layer.
    """
    inputs = _inputs(stored, day, method, scored, backtested)
    edition = cache(inputs.edition)
    publications = stored.home.home.publications
    placed = place(publications, day, inputs.identity, edition)
    return placed, edition().layer_gaps if placed.created else {}


def _inputs(
    stored: Stored,
    day: Day,
    method: Method,
    scored: ScoredDay,
    backtested: Sequence[Backtested],
) -> DayInputs:
    """What a publication of that day is made from."""
    home = stored.home
    overrides = home.feed.overrides.items()
    earlier = _earlier(home, day)
    return DayInputs(
        force=home.home.registry[home.force],
        as_of=day,
        method=method,
        scoring=stored.scoring,
        scores=scored.rows,
        # keyed: the hash of a file of scores outlives a record that is erased
        scores_hmac=home.tombstones.mark(b"score file:" + scored.sha256.encode()),
        records=stored.records,
        recorded_share=stored.recorded_share,
        coverage={d: c for d, c in stored.days.coverage.items() if d <= day},
        overrides={str(d): o for d, o in overrides if d <= day.date},
        accuracy=[line for found in backtested for line in found.lines],
        drops=[entry.offered_hmac for entry in stored.taken if entry.raw_sha256],
        before=earlier[-1] if earlier else None,
        week=earlier[:-1],
        layers=_layers(home),
        calls=_calls(stored, day),
        strands=stored.strands,
        accepted=[d for d in stored.doubts if d.accepted and d.holds(day)],
    )


def _calls(stored: Stored, day: Day) -> Calls | None:
    """The calls to show beside crime; None where the mapping names no kind of them."""
    home = stored.home
    if not (kinds := home.mapping.calls.kinds):
        return None
    coverage, overrides = stored.call_days.coverage, home.feed.call_overrides
    return Calls(
        kinds=kinds,
        records=stored.calls,
        coverage={d: c for d, c in coverage.items() if d <= day},
        overrides={str(d): o for d, o in overrides.items() if d <= day.date},
    )


def _layers(home: ForceHome) -> Layers:
    """The force's own layers; `UsageError` for one that cannot be used."""
    given = home.feed.layers
    boundary, basemap = (f and Path(f) for f in (given.boundary, given.basemap))
    files = LayerFiles(boundary or None, basemap or None, given.areas, given.landmarks)
    return replace(read_layers(files), map=home.home.map)


def _earlier(home: ForceHome, day: Day) -> list[Before]:
    """The scores of the seven days before, as far as stored, oldest first."""
    found = stored_before(home.lake, home.force, day)
    return [_before(home, as_of, file) for as_of, file in found]


def _before(home: ForceHome, as_of: Day, file: DataFile) -> Before:
    def scores() -> pa.Table:
        refuse_damaged(SCORES_TABLE, [file])
        return read_files([file], TABLES[SCORES_TABLE])

    mark = home.tombstones.mark(b"score file:" + file.sha256.encode())
    return Before(as_of=as_of, scores_hmac=mark, scores=scores)


def _scored(
    stored: Stored, day: Day, method: Method, panel: Callable[[], Panel]
) -> ScoredDay:
    home, scoring = stored.home, stored.scoring
    hashes = [file.sha256 for file in stored.files]
    own = stored.strands
    inputs = day_sha256(hashes, stored.supplied, day, method, scoring, own)
    # keyed: the hash of a file of records outlives a row that is erased from it
    mark = home.tombstones.mark(b"scores:" + inputs.encode())
    return score_force_day(
        home.lake, home.force, day, mark, panel, stored.supplied, method, scoring, own
    )
