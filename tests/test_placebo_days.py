"""The study of programmes on a feed of days, on feeds whose truth is known."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks import placebo_days as study
from tests.transforms.scores.days.made_records import as_timed
from transforms.programmes.force_records import ForceRecords
from transforms.programmes.past import Past
from transforms.programmes.past_days import QuietWeeks
from transforms.programmes.sums import Sums
from transforms.reference.days import Day
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.simulator.timed import simulate_timed


FIRST = Day.parse("2021-01-04")
WEEKS, LENGTH = 208, 91
SWING, MEMORY = 0.06, 0.8  # of a list's log level from week to week


def drifting(seed: int) -> study.Lists:
    """A list a week whose places wax and wane, and its next 13 weeks."""
    rng = np.random.default_rng(seed)
    level, of_week = 0.0, []
    for step in rng.normal(0, SWING * math.sqrt(1 - MEMORY**2), WEEKS + 13):
        level = MEMORY * level + step
        of_week.append(rng.poisson(60 * math.exp(level - 0.05)))
    rest = rng.poisson(1000, WEEKS + 13)
    return {
        (FIRST + 7 * week, LENGTH): Past(
            force=study.FORCE,
            as_of=str(FIRST + 7 * week),
            length=LENGTH,
            sums=Sums(
                float(sum(of_week[week : week + 13])),
                13 * 60.0,
                float(rest[week : week + 13].sum()),
                13 * 1000.0,
            ),
            before=13 * 66.0,
        )
        for week in range(WEEKS)
    }


@pytest.fixture(scope="module")
def programmes() -> list[study.Start]:
    """Those of 20 feeds; ten or more on each can be judged."""
    return [one for seed in range(20) for one in study.starts(drifting(seed), seed)]


def test_tracking_cries_few_changes_that_nobody_caused(
    programmes: list[study.Start],
) -> None:
    """Over 200 programmes with no effect: 1 to 7 % falls, nominally 2.5 %."""
    found = study.rates(programmes, seed=1)
    assert found.judged >= 200
    assert 0.01 <= found.false_falls / found.judged <= 0.07
    assert found.false_rises / found.judged <= 0.07
    shares, low, high = found.found
    assert list(shares) == sorted(shares) and shares[-1] > 0.9
    assert all(low <= shares) and all(shares <= high) and high[0] - low[0] > 0.02
    assert found.naive.falls > 0.2


def test_no_two_programmes_and_no_past_list_share_a_day(
    programmes: list[study.Start],
) -> None:
    ends = None
    for one in programmes[: len(programmes) // 20]:
        day = Day.parse(one.own.as_of)
        assert ends is None or day >= ends
        ends = day + one.own.length
        assert all(Day.parse(p.as_of) + p.length <= day for p in one.past)
        assert all(day.since(Day.parse(p.as_of)) <= 7 * 104 for p in one.past)


def test_a_start_is_judged_by_the_lists_that_freezing_would_keep() -> None:
    """Lists are chosen once for the whole feed; a freeze chooses them at its as-of."""
    days = 520
    records = ForceRecords(
        force=study.FORCE,
        scoring=Scoring(),
        crimes=as_timed(simulate_timed(1, date(2021, 1, 4), days, 0.02)),
        supplied=month_range(FIRST, FIRST + (days - 1)),
    )
    method = study.Remembered()
    rule = replace(study.MADE_UP, group="all-crime", least_incidents_12m=2)
    lists = study.every_list(records, rule, method)
    newest = list(study.starts(lists))
    one = max((s for s in newest if s.own.length == 28), key=lambda s: s.own.as_of)
    frozen = QuietWeeks(
        records=records,
        method=method,
        exclusions=(),
        busy=(),
        until=Day.parse(one.own.as_of),
    )
    kept = [past for past in frozen.lists(rule) if past.length == 28]
    assert len(kept) >= 8
    assert kept == list(one.past)
