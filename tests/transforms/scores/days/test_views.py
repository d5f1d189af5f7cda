"""A view rolled on from day to day against one that adds up all its days."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.scores.days.made_records import FIRST, as_records, some_records
from transforms.errors import UsageError
from transforms.reference.days import Day, day_clock
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.panel import day_panel
from transforms.scores.days.view import day_views
from transforms.scores.methods import METHODS, methods_for
from transforms.scores.score_view import score_view
from transforms.scores.view import view_at


SPAN = 420


@settings(max_examples=8)
@given(
    seed=st.integers(0, 99),
    gaps=st.sets(st.integers(0, SPAN - 1), max_size=40),
    steps=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    horizon=st.sampled_from([1, 7]),
)
def test_rolled_sums_are_those_of_adding_up_every_day(
    seed: int, gaps: set[int], steps: list[int], horizon: int
) -> None:
    days = month_range(FIRST, FIRST + (SPAN - 1))
    panel = day_panel(some_records(seed, SPAN, 150), days, "kent", Scoring())
    supplied = [day for day in days if day.since(FIRST) not in gaps]
    clock = day_clock(horizon)
    as_ofs = [FIRST + 180 + sum(steps[:n]) for n in range(len(steps) + 1)]
    for rolled in day_views(panel, supplied, as_ofs, clock):
        plain = view_at(panel, supplied, rolled.as_of, clock)
        assert rolled.windows.keys() == plain.windows.keys()
        for name, counts in plain.windows.items():
            np.testing.assert_array_equal(rolled.windows[name], counts)
        for half_life in (6.0, 9.0):
            one, other = rolled.memory(half_life), plain.memory(half_life)
            np.testing.assert_allclose(one.sums, other.sums, rtol=1e-9, atol=1e-12)
            assert one.exposure_terms == pytest.approx(other.exposure_terms)


@pytest.mark.parametrize("method", methods_for(day_clock(1)))
def test_what_is_expected_of_a_week_is_seven_times_that_of_a_day(method: str) -> None:
    days = month_range(FIRST, FIRST + 199)
    panel = day_panel(some_records(3, 200, 300), days, "kent", Scoring())
    of_day, of_week = (
        METHODS[method].expect(view_at(panel, days, days[-1], day_clock(n)))
        for n in (1, 7)
    )
    for slug, expected in of_day.items():
        np.testing.assert_allclose(
            of_week[slug].mean, 7 * expected.mean, rtol=1e-6, err_msg=slug
        )


def test_a_feed_of_months_is_refused() -> None:
    rows = as_records([{"category": "burglary", "time_precision": "month"}])
    with pytest.raises(UsageError, match="a daily score needs the day of every"):
        day_panel(Restricted(rows), [FIRST], "kent", Scoring())


@pytest.mark.parametrize("text", ["2026-2-3", "2026-02-30", "20260203", "", "2026-02"])
def test_what_is_no_day_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is not a day: write YYYY-MM-DD"):
        Day.parse(text)


def test_days_count_on_over_the_nights_of_the_clock() -> None:
    assert str(Day.parse("2026-03-28") + 2) == "2026-03-30"
    assert Day.parse("2026-10-26").since(Day.parse("2026-10-24")) == 2
    with pytest.raises(UsageError, match="1 or 7 days, not 3"):
        day_clock(3)


@pytest.mark.parametrize("method", methods_for(day_clock(1)))
def test_a_view_for_another_term_scores_as_one_made_for_it(method: str) -> None:
    days = month_range(FIRST, FIRST + 419)
    panel = day_panel(some_records(3, 420, 600), days, "kent", Scoring())
    [view] = day_views(panel, days, [days[-1]], day_clock(1))
    given = METHODS[method], Scoring(), "kent", {}
    score_view(view, *given)  # everything is computed of one term
    shared, _ = score_view(view.for_term(day_clock(7)), *given)
    [own] = day_views(panel, days, [days[-1]], day_clock(7))
    assert shared.equals(score_view(own, *given)[0])
