"""How the daily scores of a force's own feed would have done, from its records."""

from dataclasses import asdict, dataclass
from datetime import datetime
from math import isnan
from typing import Any

from transforms.backtests.days.origins import Origin, backtest_days, origins_of
from transforms.backtests.days.report import (
    BandCoverage,
    DayAccuracy,
    accuracy,
    interval_coverage,
    mean_gain,
)
from transforms.day_publications.stored import Stored, read_stored
from transforms.errors import UsageError
from transforms.records.doubt import open_doubts
from transforms.records.homes import ForceHome
from transforms.records.removal import finish
from transforms.reference.clocks import Clock
from transforms.reference.days import HORIZONS_DAYS, Day, day_clock
from transforms.scores.days.known import recorded_share
from transforms.scores.methods import DEFAULT_DAY_METHOD


@dataclass(frozen=True, kw_only=True)
class Backtested:
    """How the score would have done at one horizon."""

    horizon_days: int
    first: Day
    last: Day
    origins: int
    recorded_share: float  # of the records, those that say when they were recorded
    in_doubt: int  # drops, whose records count here all the same
    gain: float | None  # on the best rivals, mean over categories; None of calls alone
    gain_lo: float | None
    gain_hi: float | None
    intervals: list[BandCoverage]
    lines: list[DayAccuracy]

    def as_account(self) -> dict[str, Any]:
        """In plain values, days as text."""
        return asdict(self) | {"first": str(self.first), "last": str(self.last)}


def backtest_home(
    home: ForceHome,
    horizon_days: int,
    who: str,
    now: datetime,
    first: Day | None = None,
    last: Day | None = None,
) -> Backtested:
    """How the scores of those days would have done, noted in the audit log."""
    with home.changed("a backtest"):
        finish(home, now)
        found = backtest_feed(read_stored(home), day_clock(horizon_days), first, last)
        span = {"first": str(found.first), "last": str(found.last)}
        home.log(now, who, "read", {"analysis": "backtest", **span})
    return found


def backtest_feed(
    stored: Stored, clock: Clock, first: Day | None = None, last: Day | None = None
) -> Backtested:
    """How the scores of those days would have done."""
    origins = origins_of(stored.supplied, clock, first, last)
    then = (lambda day: stored.known_by(day).panel) if stored.recorded_share else None
    found: list[Origin] = list(
        backtest_days(stored.panel, stored.supplied, origins, clock, then)
    )
    own = [
        line
        for at in range(len(stored.strands))
        for line in _own_lines(stored, at, clock, first, last)
    ]
    gain, gain_lo, gain_hi = mean_gain(found, DEFAULT_DAY_METHOD)
    return Backtested(
        horizon_days=clock.term,
        first=origins[0],
        last=origins[-1],
        origins=len(origins),
        recorded_share=stored.recorded_share,
        in_doubt=len(open_doubts(stored.doubts)),
        gain=None if isnan(gain) else gain,
        gain_lo=gain_lo,
        gain_hi=gain_hi,
        intervals=interval_coverage(found, DEFAULT_DAY_METHOD),
        lines=accuracy(found) + own,
    )


def _own_lines(
    stored: Stored, at: int, clock: Clock, first: Day | None, last: Day | None
) -> list[DayAccuracy]:
    """How the user's own groups of a strand would have done; none without origins."""
    strand = stored.strands[at]
    if not strand.supplied:
        return []
    try:
        origins = origins_of(strand.supplied, clock, first, last)
    except UsageError:  # too few days of calls
        return []
    said = recorded_share(strand.records)
    then = (lambda day: stored.known_by(day).strands[at].panel()) if said else None
    panel, groups = strand.panel(), strand.groups
    found = backtest_days(panel, strand.supplied, origins, clock, then, groups)
    return accuracy(list(found), [group.slug for group in groups])


def backtests(stored: Stored, day: Day) -> list[Backtested]:
    """At each horizon, of outcomes that were known on that day."""
    return [
        backtest_feed(stored, day_clock(days), last=day + -days)
        for days in HORIZONS_DAYS
    ]
