"""From a force's own records to its scores of a day, a backtest, and a publication."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.checksums import refuse_damaged
from transforms.clocks import Clock
from transforms.data_files import DataFile, read_files
from transforms.days.accuracy import DayAccuracy, accuracy, mean_gain
from transforms.days.backtest import Origin, backtest_days, origins_of
from transforms.days.day import HORIZONS_DAYS, Day, day_clock
from transforms.days.edition import DayEdition
from transforms.days.panel import day_panel, every_day
from transforms.days.publish import publish_day
from transforms.days.score import inputs_sha256, score_day, unscorable
from transforms.errors import HeldError, UsageError
from transforms.home import SETTINGS_FILE
from transforms.hotspots import Named
from transforms.lake import Lake
from transforms.panel import Panel
from transforms.records.days import Days, days_of
from transforms.records.held import live_records, records_by_day
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry, drops, newest_day, supplied
from transforms.records.tables import RECORDS_TABLE
from transforms.restricted import Restricted
from transforms.score import named_cells
from transforms.scores import DEFAULT_METHOD, Method
from transforms.table_specs import TABLES


DAY_SCORES_TABLE = "day_scores"
KEPT_AS_OFS = 28


@dataclass(frozen=True)
class Held:
    """What a home holds, read once, to work on."""

    home: ForceHome
    lake: Lake
    taken: Sequence[Entry]
    records: Restricted
    days: Days
    supplied: Sequence[Day]
    panel: Panel

    @property
    def files(self) -> list[DataFile]:
        """The data files of the records."""
        return self.lake.files(RECORDS_TABLE, self.home.force)


@dataclass(frozen=True)
class Backtested:
    """How the score would have done at one horizon."""

    horizon_days: int
    first: Day
    last: Day
    origins: int
    gain: float  # on the best rolling counts, mean over categories, share of incidents
    gain_lo: float | None
    gain_hi: float | None
    lines: list[DayAccuracy]

    def as_account(self) -> dict[str, Any]:
        """In plain values, days as text."""
        return asdict(self) | {"first": str(self.first), "last": str(self.last)}


@dataclass(frozen=True)
class DayRun:
    """What scoring and publishing a day did."""

    as_of: Day
    scored: bool  # False where nothing it rests on had changed
    rows: int
    run_id: str
    folder: Path
    created: bool
    backtested: list[Backtested]


def run_day(
    home: ForceHome,
    method: Method,
    who: str,
    now: datetime,
    as_of: Day | None = None,
    backtest: bool = False,
) -> DayRun:
    """Score a day, the newest supplied one if none is named, and publish it.

    `UsageError` where the feed has too few days, `HeldError` where one is missing that
    nobody has looked at; the audit log is told.
    """
    with home.alone():
        held = read_held(home)
        day = _as_of(held, as_of)
        _refuse_held(held, day)
        scored, rows = _scored(held, day, method)
        backtested = _backtests(held, day) if backtest else []
        edition = DayEdition(
            home.home.registry[home.force],
            day,
            method,
            home.home.scoring,
            rows,
            held.records,
            [d for d in held.supplied if d <= day],
            {str(d): o for d, o in home.feed.overrides.items() if d <= day.date},
            [line for found in backtested for line in found.lines],
            [entry.raw_sha256 for entry in held.taken if entry.raw_sha256],
        )
        folder, created = publish_day(home.home.publications, edition)
        told = {"as_of": str(day), "run_id": edition.run_id, "created": created}
        home.audit.append(now, who, "publish", told)
    return DayRun(day, scored, len(rows), edition.run_id, folder, created, backtested)


def read_held(home: ForceHome) -> Held:
    """The home's records as numbers; `UsageError` where it holds none."""
    lake = home.lake.pinned()
    refuse_damaged(RECORDS_TABLE, lake.files(RECORDS_TABLE, home.force))
    records = live_records(lake, home.force)
    taken = supplied(drops(lake, home.force))
    by_day = records_by_day(records)
    days = days_of(by_day, home.feed.overrides, newest_day(taken))
    known = [Day.of(day) for day in days.supplied]
    if not known:
        raise UsageError(
            f"{home.home.root} holds no records of a day that is over: pull some with"
            " hexbeat feed pull"
        )
    panel = day_panel(records, every_day(known), home.force, home.home.scoring)
    return Held(home, lake, taken, records, days, known, panel)


def backtest_home(
    home: ForceHome,
    horizon_days: int,
    who: str,
    now: datetime,
    first: Day | None = None,
    last: Day | None = None,
) -> Backtested:
    """How the scores of those days would have done; the audit log is told."""
    with home.alone():
        found = backtest_feed(read_held(home), day_clock(horizon_days), first, last)
        told = {"analysis": "backtest", "first": str(found.first)}
        home.audit.append(now, who, "read", told | {"last": str(found.last)})
    return found


def backtest_feed(
    held: Held, clock: Clock, first: Day | None = None, last: Day | None = None
) -> Backtested:
    """How the scores of those days would have done."""
    origins = origins_of(held.supplied, clock, first, last)
    found: list[Origin] = list(backtest_days(held.panel, held.supplied, origins, clock))
    return Backtested(
        clock.term,
        origins[0],
        origins[-1],
        len(origins),
        *mean_gain(found, DEFAULT_METHOD),
        accuracy(found),
    )


def _backtests(held: Held, day: Day) -> list[Backtested]:
    """At each horizon, of outcomes that were known on that day."""
    return [
        backtest_feed(held, day_clock(days), last=day + -days) for days in HORIZONS_DAYS
    ]


def _as_of(held: Held, asked: Day | None) -> Day:
    newest = max(held.supplied)
    if asked is not None and asked > newest:
        raise UsageError(f"as-of {asked}: the newest day supplied is {newest}")
    day = asked or newest
    if why := unscorable(held.supplied, day):
        raise UsageError(f"{held.home.force} cannot be scored at {day}: {why}")
    return day


def _refuse_held(held: Held, day: Day) -> None:
    """Scores beside days that are missing are for nobody who does not know of them."""
    if not (missing := held.days.holding(day.date)):
        return
    number = f"{len(missing)} days are" if len(missing) > 1 else "1 day is"
    raise HeldError(
        f"{held.home.force} at {day} is held back until somebody has looked: {number}"
        f" missing, the newest {max(missing)}; have them sent again, or say in"
        f" {SETTINGS_FILE} ([[feed.days]]) how they count"
    )


def _scored(held: Held, day: Day, method: Method) -> tuple[bool, pa.Table]:
    """Whether the day was scored now, and its rows; those held if they are current."""
    home, scoring = held.home, held.home.home.scoring
    hashes = [file.sha256 for file in held.files]
    mark = inputs_sha256(hashes, held.supplied, day, method, scoring)
    kept = {
        file.partition["as_of"]: file
        for file in held.lake.files(DAY_SCORES_TABLE, home.force)
    }
    current = kept.get(str(day))
    if current and current.mark == mark:
        refuse_damaged(DAY_SCORES_TABLE, [current])
        return False, read_files([current], TABLES[DAY_SCORES_TABLE])
    names = _names_before(kept, day)
    rows = score_day(
        held.panel, held.supplied, day, method, scoring, home.force, names, mark
    )
    partition = {"force": home.force, "as_of": str(day)}
    file = home.lake.write(DAY_SCORES_TABLE, partition, rows)
    old = sorted({*kept, str(day)})[:-KEPT_AS_OFS]
    home.lake.commit(DAY_SCORES_TABLE, home.force, [file], [str(day), *old])
    return True, rows


def _names_before(kept: dict[str, DataFile], day: Day) -> dict[str, Named]:
    """The hot spots as they were named at the newest as-of up to that day."""
    earlier = [as_of for as_of in kept if as_of <= str(day)]
    if not earlier:
        return {}
    columns = ["crime_group", "hotspot_id", "h3_cell"]
    rows = pq.ParquetFile(kept[max(earlier)].path).read(columns=columns)
    return named_cells(rows)
