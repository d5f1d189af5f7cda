"""The contest on days: what it may know and counts, and that the score earns it."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from tests.transforms.scores.days.made_records import FIRST, as_timed, some_records
from transforms.backtests.days.origins import backtest_days, origins_of, outcome_days
from transforms.backtests.days.report import accuracy, interval_coverage, mean_gain
from transforms.errors import UsageError
from transforms.reference.days import Day, day_clock
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.days.panel import day_panel
from transforms.scores.methods import DEFAULT_DAY_METHOD
from transforms.simulator.timed import simulate_timed


DAYS = month_range(FIRST, FIRST + 199)


def test_origins_are_a_horizon_apart_and_their_outcome_was_supplied() -> None:
    gap = FIRST + 190
    supplied = [day for day in DAYS if day != gap]
    for horizon in (1, 7):
        clock = day_clock(horizon)
        origins = origins_of(supplied, clock, None, None)
        assert all(b.since(a) % horizon == 0 for a, b in pairwise(origins))
        assert not any(gap in outcome_days(origin, clock) for origin in origins)
        assert origins[-1] == DAYS[-1] + -horizon
        assert min(origins).since(FIRST) >= 14


def test_too_short_a_feed_is_told() -> None:
    with pytest.raises(UsageError, match="no day can be judged"):
        origins_of(DAYS[:10], day_clock(1), None, None)


def test_what_comes_after_an_origin_changes_no_ranking() -> None:
    clock, origin = day_clock(7), FIRST + 150
    full = day_panel(some_records(2, 200, 400), DAYS, "kent", Scoring())
    known = month_range(FIRST, origin + 7)
    cut = day_panel(some_records(2, 200, 400), known, "kent", Scoring())
    [one], [other] = (
        list(backtest_days(panel, days, [origin], clock))
        for panel, days in ((full, DAYS), (cut, known))
    )
    hits = [
        [(row["crime_group"], row["method"], row["hits_1pct"]) for row in found.rows]
        for found in (one, other)
    ]
    assert hits[0] == hits[1]


def test_incidents_of_an_outcome_are_those_of_its_days() -> None:
    records, clock, origin = some_records(4, 200, 500), day_clock(7), FIRST + 160
    panel = day_panel(records, DAYS, "kent", Scoring())
    [found] = backtest_days(panel, DAYS, [origin], clock)
    rows = records.reveal().to_pylist()
    coming = {day.date for day in outcome_days(origin, clock)}
    for row in found.rows:
        if row["crime_group"] in {r["category"] for r in rows}:
            assert row["incidents"] == sum(
                r["occurred_from"].date() in coming
                and r["category"] == row["crime_group"]
                for r in rows
            )


def test_counts_in_their_interval_are_added_up_by_what_was_expected() -> None:
    clock = day_clock(7)
    panel = day_panel(some_records(5, 200, 400), DAYS, "kent", Scoring())
    found = list(backtest_days(panel, DAYS, [FIRST + 150, FIRST + 157], clock))
    told = interval_coverage(found, DEFAULT_DAY_METHOD)
    assert [band.expected for band in told] == ["0.2 to 1", "1 to 5", "over 5"]
    for at, band in enumerate(told):
        cells = inside = 0.0
        for origin in found:
            for row in origin.rows:
                if row["method"] == DEFAULT_DAY_METHOD:
                    cells += row["interval_cells"][at]
                    inside += row["interval_inside"][at]
        assert band.cells == cells
        assert band.inside == (pytest.approx(inside / cells) if cells else None)
    assert told[0].cells
    assert not told[-1].cells


def test_on_a_simulated_feed_the_score_beats_its_rivals() -> None:
    start = date(2024, 9, 2)
    records = as_timed(simulate_timed(1, start, 430, 0.5))
    first = Day.of(start)
    days = month_range(first, first + 429)
    panel = day_panel(records, days, "kent", Scoring())
    for horizon, origins in ((1, 14), (7, 18)):
        clock = day_clock(horizon)
        newest = origins_of(days, clock, None, None)[-origins:]
        found = list(backtest_days(panel, days, newest, clock))
        mean, low, _ = mean_gain(found, DEFAULT_DAY_METHOD)
        assert mean > 0
        has_interval = horizon == 7  # two weeks of days are one block or two
        assert (low is not None) == has_interval
        assert low is None or low > 0
        burglary, *alike = (
            a
            for a in accuracy(found)
            if (a.crime_group, a.method) == ("burglary", DEFAULT_DAY_METHOD)
        )
        areas_m2 = [row["universe_area_m2"] for one in found for row in one.rows]
        assert burglary.area_km2 == pytest.approx(np.mean(areas_m2) / 1e8, rel=0.01)
        large = max(areas_m2) >= 200e6
        assert [line.area for line in alike] == ["10 km2"] * large
        assert (burglary.gain_hi is not None) == has_interval
        assert burglary.gain_hi is None or burglary.gain_hi > 0
        assert burglary.pai == pytest.approx(burglary.hit_rate / 0.01)
        assert np.isclose(burglary.area_share, 0.01)
