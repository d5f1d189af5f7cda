"""What a backtest on days says: shares found, with intervals, beside the best rival."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from transforms.backtest.blocks import estimate
from transforms.backtest.contest import AREA_SHARES
from transforms.backtest.hit_curve import pai
from transforms.backtest.report import SEED
from transforms.cells import Floats
from transforms.days.backtest import Origin
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


def accuracy(origins: Sequence[Origin], share: str = HEADLINE) -> list[DayAccuracy]:
    """Each method in each crime group with any incident, at one share of the area."""
    return [
        line for slug in GROUPS for line in _of_group(slug, origins, share) if origins
    ]


def _of_group(slug: str, origins: Sequence[Origin], share: str) -> list[DayAccuracy]:
    rows = {
        (origin.as_of, row["method"]): row
        for origin in origins
        for row in origin.rows
        if row["crime_group"] == slug and row["incidents"]
    }
    days = sorted({day for day, _ in rows})
    if not days:
        return []
    rates = {
        name: np.array(
            [rows[d, name][f"hits_{share}"] / rows[d, name]["incidents"] for d in days]
        )
        for name in DAY_METHODS
    }
    rival = max((m.NAME for m in ROLLING_DAYS), key=lambda name: rates[name].mean())
    week = np.array([day.number // _WEEK_DAYS for day in days])
    some = next(iter(DAY_METHODS))
    return [
        DayAccuracy(
            slug,
            name,
            rows[days[0], name]["horizon_days"],
            AREA_SHARES[share],
            len(days),
            sum(rows[day, some]["incidents"] for day in days),
            *_estimated(week, rates[name]),
            pai(float(rates[name].mean()), 1.0, AREA_SHARES[share], 1.0),
            rival,
            *_estimated(week, rates[name] - rates[rival]),
        )
        for name in DAY_METHODS
    ]


def _estimated(
    week: np.ndarray[Any, np.dtype[np.int64]], values: Floats
) -> tuple[float, float | None, float | None]:
    """The mean and its 95 % interval, of blocks of two weeks."""
    force = np.zeros(len(week), dtype=np.int64)
    found = estimate(force, week, values[:, None], SEED)
    low, high = (
        None if np.isnan(bound[0]) else float(bound[0])
        for bound in (found.low, found.high)
    )
    return float(found.mean[0]), low, high
