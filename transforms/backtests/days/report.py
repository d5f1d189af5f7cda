"""What a backtest on days says: shares found, with intervals, next to the best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.backtests.calibration import BAND_NAMES
from transforms.backtests.days.origins import Origin
from transforms.backtests.results import EQUAL, HEADLINE, Results, best_of
from transforms.reference.categories import CATEGORIES
from transforms.reference.days import HORIZONS_DAYS, Day, day_clock
from transforms.reference.groups import GROUPS
from transforms.scores.methods import ewma, kernel_density, methods_for
from transforms.scores.methods.rolling_count import ROLLING_DAYS


# Neighbouring days and weeks are similar, so blocks of a fortnight are resampled.
_WEEK_DAYS = 7
_METHODS = methods_for(day_clock(HORIZONS_DAYS[0]))  # of both horizons
# What an analyst could have ranked by instead.
RIVALS = (*(m.NAME for m in ROLLING_DAYS), ewma.NAME, kernel_density.NAME)


@dataclass(frozen=True, kw_only=True)
class DayAccuracy:
    """How one contestant did in one crime group, over all origins that had any."""

    crime_group: str
    method: str
    horizon_days: int
    area: str
    area_share: float | None  # None where the area is the same in every universe
    area_km2: float
    origins: int
    incidents: int
    hit_rate: float  # mean over origins, each counting as one
    hit_rate_lo: float | None
    hit_rate_hi: float | None
    pai: float | None
    rival: str  # the one of RIVALS that found most in hindsight
    gain: float  # on it, in the same origins
    gain_lo: float | None
    gain_hi: float | None

    def as_row(self) -> dict[str, Any]:
        """For a table or JSON."""
        return asdict(self)


@dataclass(frozen=True)
class BandCoverage:
    """How many counts were in the 95 % interval, where about as much was expected."""

    expected: str  # incidents, as in 0.2 to 1
    cells: int  # of all groups and origins
    inside: float | None  # share of them, by randomised PIT; None without a cell


def accuracy(
    origins: Sequence[Origin], slugs: Iterable[str] = tuple(GROUPS)
) -> list[DayAccuracy]:
    """Each method in each crime group with any incident, in 1 % and in 10 km2.

    The second where the universe is large enough.
    """
    return [line for slug in slugs for line in _of_group(slug, origins)]


def mean_gain(
    origins: Sequence[Origin], method: str
) -> tuple[float, float | None, float | None]:
    """The main result: one method's gain over the best rival, all categories.

    At each origin, averages the gains of the categories that had incidents, each over
    the rival that was best for that category in hindsight. Returns the mean and its
    95 % interval.
    """
    by_day: dict[str, list[float]] = {}
    for slug in CATEGORIES:
        results = _results(slug, origins)
        if (rival := _best_rival(results)) is None:
            continue
        of = results[method]
        gain = of.rate(HEADLINE) - results[rival].rate_at(of.keys, HEADLINE)
        for (_, day), value in zip(of.keys, gain.tolist(), strict=True):
            by_day.setdefault(day, []).append(value)
    days = sorted(by_day)
    if not days:
        return float("nan"), None, None
    means = np.array([np.mean(by_day[day]) for day in days])
    of = Results(pa.Table.from_pylist([_keys(day) for day in days]))
    mean, low, high = of.estimated("gain", means).values()
    return float("nan") if mean is None else mean, low, high


def interval_coverage(origins: Sequence[Origin], method: str) -> list[BandCoverage]:
    """How often a calibrated method's interval contained the count, by band."""
    rows = [row for one in origins for row in one.rows if row["method"] == method]
    cells, inside = (
        np.sum([row[name] for row in rows], axis=0)
        for name in ("interval_cells", "interval_inside")
    )
    return [
        BandCoverage(name, int(number), float(those / number) if number else None)
        for name, number, those in zip(BAND_NAMES, cells, inside, strict=True)
    ]


def _results(slug: str, origins: Sequence[Origin]) -> dict[str, Results]:
    """How each method did in a group on the as-of days that had incidents of it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for origin in sorted(origins, key=lambda origin: origin.as_of):
        for row in origin.rows:
            if row["crime_group"] == slug and row["incidents"]:
                of_method = rows.setdefault(row["method"], [])
                of_method.append(row | _keys(str(origin.as_of)))
    return {
        name: Results(pa.Table.from_pylist(rows[name]))
        for name in _METHODS
        if name in rows
    }


def _keys(day: str) -> dict[str, Any]:
    """The key of a result: one force, an as-of day and its week."""
    number = Day.parse(day).number // _WEEK_DAYS
    return {"force": "", "period": day, "number": number}


def _best_rival(results: Mapping[str, Results], share: str = HEADLINE) -> str | None:
    return best_of({name: results[name] for name in RIVALS if name in results}, share)


def _of_group(slug: str, origins: Sequence[Origin]) -> list[DayAccuracy]:
    results = _results(slug, origins)
    return [
        DayAccuracy(
            crime_group=slug,
            method=name,
            horizon_days=of.rows["horizon_days"][0].as_py(),
            origins=len(of.keys),
            incidents=int(of.incidents.sum()),
            rival=rival,
            **of.area(share),
            **of.hit_rate(share),
            **of.gain(results[rival], share),
        )
        for share in (HEADLINE, EQUAL)
        if (rival := _best_rival(results, share)) is not None
        for name, every in results.items()
        if len((of := every.searched(share)).keys)
    ]
