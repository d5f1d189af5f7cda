"""What a backtest on days says: shares found, with intervals, beside the best rival."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.backtest.blocks import estimate
from transforms.backtest.contest import AREA_SHARES
from transforms.backtest.hit_curve import pai
from transforms.backtest.report import SEED
from transforms.categories import CATEGORIES
from transforms.cells import Floats
from transforms.days.backtest import Origin
from transforms.days.day import Day
from transforms.days.methods import DAY_METHODS, ROLLING_DAYS
from transforms.groups import GROUPS


HEADLINE = "1pct"
# Neighbouring days and weeks are alike: what is resampled are blocks of a fortnight.
_WEEK_DAYS = 7


@dataclass(frozen=True)
class DayAccuracy:
    """How one contestant did in one crime group, over all origins that had any."""

    crime_group: str
    method: str
    horizon_days: int
    area_share: float
    origins: int
    incidents: int
    hit_rate: float  # mean over origins, each counting as one
    hit_rate_lo: float | None
    hit_rate_hi: float | None
    pai: float
    rival: str  # the rolling count that found most in hindsight
    gain: float  # on it, in the same origins
    gain_lo: float | None
    gain_hi: float | None

    def as_row(self) -> dict[str, Any]:
        """For a table or JSON."""
        return asdict(self)


_KINDS = {
    **dict.fromkeys(("crime_group", "method", "rival"), pa.string()),
    **dict.fromkeys(("horizon_days", "origins", "incidents"), pa.int64()),
}
ACCURACY_ROWS = pa.schema(
    [(f.name, _KINDS.get(f.name, pa.float64())) for f in fields(DayAccuracy)]
)


def accuracy(origins: Sequence[Origin], share: str = HEADLINE) -> list[DayAccuracy]:
    """Each method in each crime group with any incident, at one share of the area."""
    return [
        line for slug in GROUPS for line in _of_group(slug, origins, share) if origins
    ]


def mean_gain(
    origins: Sequence[Origin], method: str, share: str = HEADLINE
) -> tuple[float, float | None, float | None]:
    """Of one method on the best rolling count, over all categories: the headline.

    The gains of the categories that had incidents are averaged at each origin, each
    against the rolling count that was best for that category in hindsight. Mean, and
    the ends of its 95 % interval.
    """
    by_day: dict[Day, list[float]] = {}
    for slug in CATEGORIES:
        days, rates = _rates(slug, origins, share)
        if not days:
            continue
        gain = rates[method] - rates[_best_rolling(rates)]
        for day, value in zip(days, gain.tolist(), strict=True):
            by_day.setdefault(day, []).append(value)
    if not by_day:
        return float("nan"), None, None
    days = sorted(by_day)
    return _estimated(_weeks(days), np.array([np.mean(by_day[day]) for day in days]))


def _rates(
    slug: str, origins: Sequence[Origin], share: str
) -> tuple[list[Day], dict[str, Floats]]:
    """The as-of days with incidents of a group, and the share each method found."""
    rows = {
        (origin.as_of, row["method"]): row
        for origin in origins
        for row in origin.rows
        if row["crime_group"] == slug and row["incidents"]
    }
    days = sorted({day for day, _ in rows})
    found = {
        name: np.array(
            [rows[d, name][f"hits_{share}"] / rows[d, name]["incidents"] for d in days]
        )
        for name in DAY_METHODS
    }
    return days, found


def _best_rolling(rates: dict[str, Floats]) -> str:
    """The rolling count that found most; in hindsight, so the rival has the edge."""
    return max((m.NAME for m in ROLLING_DAYS), key=lambda name: rates[name].mean())


def _weeks(days: Sequence[Day]) -> NDArray[np.int64]:
    return np.array([day.number // _WEEK_DAYS for day in days], dtype=np.int64)


def _of_group(slug: str, origins: Sequence[Origin], share: str) -> list[DayAccuracy]:
    days, rates = _rates(slug, origins, share)
    if not days:
        return []
    rival, week = _best_rolling(rates), _weeks(days)
    judged = {
        origin.as_of: row
        for origin in origins
        for row in origin.rows
        if row["crime_group"] == slug and origin.as_of in days
    }
    return [
        DayAccuracy(
            slug,
            name,
            judged[days[0]]["horizon_days"],
            AREA_SHARES[share],
            len(days),
            sum(row["incidents"] for row in judged.values()),
            *_estimated(week, rates[name]),
            pai(float(rates[name].mean()), 1.0, AREA_SHARES[share], 1.0),
            rival,
            *_estimated(week, rates[name] - rates[rival]),
        )
        for name in DAY_METHODS
    ]


def _estimated(
    week: NDArray[np.int64], values: Floats
) -> tuple[float, float | None, float | None]:
    """The mean and its 95 % interval, of blocks of two weeks."""
    force = np.zeros(len(week), dtype=np.int64)
    found = estimate(force, week, values[:, None], SEED)
    low, high = (
        None if np.isnan(bound[0]) else float(bound[0])
        for bound in (found.low, found.high)
    )
    return float(found.mean[0]), low, high
