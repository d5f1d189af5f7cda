"""What a backtest says: shares found, with intervals, next to the best rival.

The share of a month's crime that a contestant finds is averaged over force-months.
"""

from collections.abc import Iterator
from math import nan
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.calibration import BAND_NAMES
from transforms.backtests.contest import AREA_SHARES, AREAS_M2, ORACLE
from transforms.backtests.results import (
    EQUAL,
    HEADLINE,
    Results,
    best_of,
    mean_known,
    none_for_nan,
    ratio,
)
from transforms.backtests.schemas import ACCURACY_SUMMARY, CALIBRATION
from transforms.lake.schemas import conform
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.methods.rolling_count import ROLLING_MONTHS


_NEWEST = 1  # months: rivals are picked at this horizon, with the newest data
_NO_GAIN = dict.fromkeys(("gain", "gain_lo", "gain_hi"))
_ROLLING = [method.NAME for method in ROLLING_MONTHS]
_SUMMED = (
    "interval_cells", "interval_inside", "tenths_expected", "tenths_observed",
)  # fmt: skip


def summary(rows: pa.Table) -> pa.Table:
    """Each contestant in each crime group, at each horizon and share of the area.

    `gain_…` compares with the rolling count that found most in the same months, of
    those that knew everything up to the previous month, also at the longer horizon.
    """
    lines = [
        line
        for slug in GROUPS
        for line in _of_group(slug, rows.filter(pc.equal(rows["crime_group"], slug)))
    ]
    return conform(
        pa.Table.from_pylist(lines, schema=ACCURACY_SUMMARY), ACCURACY_SUMMARY
    )


def headline(summarised: pa.Table) -> pa.Table:
    """The main rows: one month ahead, 1 % of the area."""
    return summarised.filter(
        pc.and_(
            pc.equal(summarised["horizon_months"], _NEWEST),
            pc.equal(summarised["area_share"], AREA_SHARES[HEADLINE]),
        )
    )


def equal_area(summarised: pa.Table) -> pa.Table:
    """The rows to compare homes, years and methods by: a month ahead, 10 km2.

    None where no universe is large enough.
    """
    return summarised.filter(
        pc.and_(
            pc.equal(summarised["horizon_months"], _NEWEST),
            pc.and_(
                pc.is_null(summarised["area_share"]),
                pc.equal(summarised["area_km2"], AREAS_M2[EQUAL] / 1e6),
            ),
        )
    )


def _of_group(slug: str, rows: pa.Table) -> Iterator[dict[str, Any]]:
    months = {
        (method, horizon): _results(of)
        for horizon in sorted(set(rows["horizon_months"].to_pylist()))
        for method in dict.fromkeys(rows["method"].to_pylist())
        if len(of := _only(rows, method, horizon))
    }
    rolling = {
        name: months[name, _NEWEST] for name in _ROLLING if (name, _NEWEST) in months
    }
    rivals = {share: best_of(rolling, share) for share in (*AREA_SHARES, *AREAS_M2)}
    for (method, horizon), every in months.items():
        for share, rival in rivals.items():
            of = every.searched(share)
            if not of.incidents.any():
                continue
            yield {
                "crime_group": slug,
                "method": method,
                "horizon_months": horizon,
                **of.area(share),
                "forces": len({force for force, _ in of.keys}),
                "force_months": int((of.incidents > 0).sum()),
                "first_outcome_month": min(month for _, month in of.keys),
                "last_outcome_month": max(month for _, month in of.keys),
                "incidents": int(of.incidents.sum()),
                **of.hit_rate(share),
                "pei_star": _pei_star(of, months.get((ORACLE, horizon)), share),
                **(of.gain(rolling[rival], share) if rival else _NO_GAIN),
                "rival": rival,
                "auc": of.mean("auc"),
                "jaccard_1pct": of.mean("jaccard_1pct"),
                "log_score": of.mean("log_score"),
                "expected": pc.sum(of.rows["expected"]).as_py(),
            }


def _results(rows: pa.Table) -> Results:
    """The rows of one contestant at one horizon, by outcome month."""
    months = rows["outcome_month"].to_pylist()
    number = [Month.parse(month).since(Month(2000, 1)) for month in months]
    periods = rows.append_column("period", rows["outcome_month"])
    return Results(periods.append_column("number", pa.array(number, pa.int64())))


def _only(rows: pa.Table, method: str, horizon: int) -> pa.Table:
    return rows.filter(
        pc.and_(
            pc.equal(rows["method"], method), pc.equal(rows["horizon_months"], horizon)
        )
    )


def _pei_star(of: Results, best: Results | None, share: str) -> float | None:
    """What was found, as a share of the most that the same area could find."""
    if best is None:
        return None
    at_best = best.rate_at(of.keys, share)
    return none_for_nan(mean_known(ratio(of.rate(share), at_best)))


def paired_gain(
    rows: pa.Table, slug: str, method: str, rival: str, share: str = HEADLINE
) -> tuple[float, float, float]:
    """Mean gain of one contestant over another a month ahead, and its 95 % interval."""
    of_group = rows.filter(pc.equal(rows["crime_group"], slug))
    one, other = (_results(_only(of_group, n, _NEWEST)) for n in (method, rival))
    gain = one.gain(other, share).values()
    mean, low, high = (nan if value is None else value for value in gain)
    return mean, low, high


def calibration(rows: pa.Table) -> pa.Table:
    """Expected and observed: by tenth of the expected crime, and in the interval."""
    known = rows.filter(pc.is_valid(rows["interval_cells"]))
    lines: list[dict[str, Any]] = []
    for slug in GROUPS:
        of_group = known.filter(pc.equal(known["crime_group"], slug))
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
        BAND_NAMES, sums["interval_cells"], sums["interval_inside"], strict=True
    ):
        yield of | {
            "kind": "cells by expected incidents",
            "part": band,
            "cells": int(cells),
            "inside_interval": float(inside / cells) if cells else None,
        }
