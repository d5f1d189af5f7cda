"""What a backtest says: shares found, with intervals, beside the best rival.

The share of a month's crime that a contestant finds is averaged over force-months, each
counting as one. Intervals are of the paired block bootstrap over force x two months.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.backtest.blocks import Estimate, estimate
from transforms.backtest.contest import AREA_SHARES, ORACLE
from transforms.backtest.hit_curve import pai
from transforms.cells import Floats
from transforms.groups import GROUPS
from transforms.months import Month
from transforms.schemas import ACCURACY_SUMMARY, CALIBRATION, conform
from transforms.scores.rolling_count import ROLLING_COUNTS


SEED = 1
# Rivals are picked by this share, and at this horizon: the newest data they can have.
_HEADLINE, _NEWEST = "1pct", 1
_ROLLING = [method.NAME for method in ROLLING_COUNTS]
_BANDS = ("0.2 to 1", "1 to 5", "over 5")
_SUMMED = (
    "interval_cells", "interval_inside", "tenths_expected", "tenths_observed",
)  # fmt: skip


def summary(rows: pa.Table) -> pa.Table:
    """Each contestant in each crime group, at each horizon and share of the area.

    `gain_…` compares with the rolling count that found most in the same months, of
    those that knew everything up to the month before: also at the longer horizon.
    """
    found = [
        line
        for slug in GROUPS
        for line in _of_group(slug, rows.filter(pc.equal(rows["crime_group"], slug)))
    ]
    return conform(
        pa.Table.from_pylist(found, schema=ACCURACY_SUMMARY), ACCURACY_SUMMARY
    )


def headline(summarised: pa.Table) -> pa.Table:
    """The rows that people ask for first: one month ahead, 1 % of the area."""
    return summarised.filter(
        pc.and_(
            pc.equal(summarised["horizon_months"], _NEWEST),
            pc.equal(summarised["area_share"], AREA_SHARES[_HEADLINE]),
        )
    )


@dataclass(frozen=True)
class _Months:
    """One contestant's force-months at one horizon."""

    rows: pa.Table

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """Force and outcome month of each row."""
        columns = (self.rows[name].to_pylist() for name in ("force", "outcome_month"))
        return list(zip(*columns, strict=True))

    @cached_property
    def incidents(self) -> Floats:
        """Incidents of each month, found or not."""
        return np.asarray(self.rows["incidents"].to_numpy(), dtype=float)

    def rate(self, share: str) -> Floats:
        """Share of each month's incidents found; NaN for a month of none."""
        return _ratio(self.rows[f"hits_{share}"].to_numpy(), self.incidents)

    def mean(self, column: str) -> float | None:
        """Mean of a column over the months that have it."""
        value = pc.mean(self.rows[column]).as_py()
        return None if value is None else float(value)


def _of_group(slug: str, rows: pa.Table) -> Iterator[dict[str, Any]]:
    months = {
        (method, horizon): _Months(of)
        for horizon in sorted(set(rows["horizon_months"].to_pylist()))
        for method in dict.fromkeys(rows["method"].to_pylist())
        if len(of := _only(rows, method, horizon))
    }
    rival = _best_rolling(months)
    for (method, horizon), of in months.items():
        if not of.incidents.any():
            continue
        for share, area in AREA_SHARES.items():
            yield {
                "crime_group": slug,
                "method": method,
                "horizon_months": horizon,
                "area_share": area,
                "forces": len({force for force, _ in of.keys}),
                "force_months": int((of.incidents > 0).sum()),
                "first_outcome_month": min(month for _, month in of.keys),
                "last_outcome_month": max(month for _, month in of.keys),
                "incidents": int(of.incidents.sum()),
                **_accuracy(of, months.get((ORACLE, horizon)), share, area),
                **_gain(of, months.get((rival, _NEWEST)) if rival else None, share),
                "rival": rival,
                "auc": of.mean("auc"),
                "jaccard_1pct": of.mean("jaccard_1pct"),
                "log_score": of.mean("log_score"),
                "expected": pc.sum(of.rows["expected"]).as_py(),
            }


def _only(rows: pa.Table, method: str, horizon: int) -> pa.Table:
    return rows.filter(
        pc.and_(
            pc.equal(rows["method"], method), pc.equal(rows["horizon_months"], horizon)
        )
    )


def _best_rolling(months: dict[tuple[str, int], _Months]) -> str | None:
    """The rolling count that found most; in hindsight, so the rival has the edge."""
    rates = {
        name: _mean(months[name, _NEWEST].rate(_HEADLINE))
        for name in _ROLLING
        if (name, _NEWEST) in months
    }
    known = [name for name, rate in rates.items() if not np.isnan(rate)]
    return max(known, key=lambda name: rates[name], default=None)


def _accuracy(
    of: _Months, best: _Months | None, share: str, area: float
) -> dict[str, Any]:
    rates = of.rate(share)
    hit_rate = _estimated(of.keys, rates)
    at_best = _at(of.keys, best, share) if best else np.full(len(rates), np.nan)
    return {
        "hit_rate": float(hit_rate.mean[0]),
        "hit_rate_lo": _none_for_nan(hit_rate.low[0]),
        "hit_rate_hi": _none_for_nan(hit_rate.high[0]),
        "pai": pai(float(hit_rate.mean[0]), 1.0, area, 1.0),
        "pei_star": _none_for_nan(_mean(_ratio(rates, at_best))),
    }


def _gain(of: _Months, rival: _Months | None, share: str) -> dict[str, Any]:
    names = ("gain", "gain_lo", "gain_hi")
    if rival is None:
        return dict.fromkeys(names)
    gain = _estimated(of.keys, of.rate(share) - _at(of.keys, rival, share))
    values = (gain.mean[0], gain.low[0], gain.high[0])
    return dict(zip(names, map(_none_for_nan, values), strict=True))


def _at(keys: Sequence[tuple[str, str]], other: _Months, share: str) -> Floats:
    """Another contestant's shares in those force-months; NaN where it has none."""
    known = dict(zip(other.keys, other.rate(share).tolist(), strict=True))
    return np.array([known.get(key, np.nan) for key in keys])


def paired_gain(
    rows: pa.Table, slug: str, method: str, rival: str, share: str = _HEADLINE
) -> tuple[float, float, float]:
    """Mean gain of one contestant on another a month ahead, and its 95 % interval."""
    of_group = rows.filter(pc.equal(rows["crime_group"], slug))
    one, other = (_Months(_only(of_group, name, _NEWEST)) for name in (method, rival))
    gain = _estimated(one.keys, one.rate(share) - _at(one.keys, other, share))
    return float(gain.mean[0]), float(gain.low[0]), float(gain.high[0])


def _estimated(keys: Sequence[tuple[str, str]], values: Floats) -> Estimate:
    codes = {force: code for code, force in enumerate(sorted({f for f, _ in keys}))}
    force = np.array([codes[f] for f, _ in keys], dtype=np.int64)
    month = np.array([_number(m) for _, m in keys], dtype=np.int64)
    return estimate(force, month, values[:, None], SEED)


def _number(text: str) -> int:
    return Month.parse(text).since(Month(2000, 1))


def calibration(rows: pa.Table) -> pa.Table:
    """Expected beside observed: by tenth of the expected crime, and in the interval."""
    told = rows.filter(pc.is_valid(rows["interval_cells"]))
    lines: list[dict[str, Any]] = []
    for slug in GROUPS:
        of_group = told.filter(pc.equal(told["crime_group"], slug))
        for method in dict.fromkeys(of_group["method"].to_pylist()):
            lines += _calibrated(slug, method, _only(of_group, method, _NEWEST))
    return conform(pa.Table.from_pylist(lines, schema=CALIBRATION), CALIBRATION)


def _calibrated(slug: str, method: str, rows: pa.Table) -> Iterator[dict[str, Any]]:
    if not len(rows):
        return
    sums = {name: np.sum(rows[name].to_pylist(), axis=0) for name in _SUMMED}
    of = {"crime_group": slug, "method": method}
    for tenth, (expected, observed) in enumerate(
        zip(sums["tenths_expected"], sums["tenths_observed"], strict=True), start=1
    ):
        yield of | {
            "kind": "tenth of expected crime",
            "part": str(tenth),
            "expected": float(expected),
            "observed": float(observed),
        }
    for band, cells, inside in zip(
        _BANDS, sums["interval_cells"], sums["interval_inside"], strict=True
    ):
        yield of | {
            "kind": "cells by expected incidents",
            "part": band,
            "cells": int(cells),
            "inside_interval": float(inside / cells) if cells else None,
        }


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return np.asarray(ratio)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _none_for_nan(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
