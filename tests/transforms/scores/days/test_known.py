"""What a view knows of a day against counting what had been recorded by then."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.days import days_within, known_incidents
from tests.transforms.scores.days.made_records import FIRST, as_records, some_records
from transforms.backtests.days.origins import backtest_days, outcome_days
from transforms.errors import UsageError
from transforms.reference.categories import CATEGORIES
from transforms.reference.days import Day, day_clock
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.known import known_by, recorded_share
from transforms.scores.days.panel import day_panel
from transforms.scores.days.view import views_then
from transforms.scores.panel import Panel


SPAN = 120
DAYS = month_range(FIRST, FIRST + (SPAN - 1))


def recorded_late(seed: int, number: int, unsaid: float = 0.1) -> Restricted:
    """Some recorded weeks later, some before they began, some at no time given."""
    random = Random(seed)  # noqa: S311
    rows = some_records(seed, SPAN, number).reveal().to_pylist()
    for row in rows:
        row["occurred_from"] += timedelta(hours=random.choice([-13, 0, 11, 12]))
        lag = timedelta(hours=random.choice([-30, 0, 1, 11, 12, 40, 300, 1500]))
        said = random.random() >= unsaid
        row["recorded_at"] = row["occurred_from"] + lag if said else None
    return Restricted(as_records(rows))


def panel_of(records: Restricted) -> Panel:
    return day_panel(records, DAYS, "kent", Scoring())


@settings(max_examples=12)
@given(
    seed=st.integers(0, 999),
    steps=st.lists(st.integers(1, 25), min_size=1, max_size=3),
    horizon=st.sampled_from([1, 7]),
)
def test_a_view_counts_what_had_happened_and_was_recorded_by_then(
    seed: int, steps: list[int], horizon: int
) -> None:
    records = recorded_late(seed, 150)
    rows = records.reveal().to_pylist()
    clock = day_clock(horizon)
    as_ofs = [FIRST + 40 + sum(steps[:n]) for n in range(len(steps) + 1)]

    def then(day: Day) -> Panel:
        return panel_of(known_by(records, day))

    for view in views_then(then, DAYS, as_ofs, clock):
        as_of = Day.parse(str(view.as_of))
        known = known_incidents(rows, as_of.date)
        for name, days in clock.windows.items():
            counted = Counter(
                (row["category"], row["h3_r10"])
                for row in known
                if days_within([number(row)], as_of.number, days)
                and number(row) >= FIRST.number
            )
            at = {
                (slug, int(cell)): int(view.windows[name][i, j])
                for i, slug in enumerate(CATEGORIES)
                for j, cell in enumerate(view.cells)
                if view.windows[name][i, j]
            }
            assert at == counted


def number(row: dict[str, datetime]) -> int:
    """The day on which it counts; there is no summer time in these records."""
    return Day.of(row["occurred_from"].astimezone(UTC).date()).number


def moments(*texts: str | None) -> Restricted:
    """Records that were recorded at those times."""
    rows = some_records(1, 5, len(texts)).reveal()
    at = [text and datetime.fromisoformat(text) for text in texts]
    column = pa.array(at, pa.timestamp("us", "UTC"))
    index = rows.schema.get_field_index("recorded_at")
    return Restricted(rows.set_column(index, "recorded_at", column))


def test_the_day_of_recording_is_london_s() -> None:
    summer = moments("2026-06-01T22:59:59Z", "2026-06-01T23:00:00Z", None)
    known = known_by(summer, Day.parse("2026-06-01")).reveal()
    assert known["recorded_at"].to_pylist() == [
        datetime(2026, 6, 1, 22, 59, 59, tzinfo=UTC),
        None,
    ]
    assert recorded_share(summer) == pytest.approx(2 / 3)


def test_a_day_before_anything_was_recorded_is_refused() -> None:
    moved = moments("2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z")
    with pytest.raises(UsageError, match="recorded after 2026-05-31: choose a later"):
        known_by(moved, Day.parse("2026-05-31"))
    assert not len(known_by(moments(), Day.parse("2026-05-31")).reveal())


def test_a_backtest_ranks_by_what_was_known_and_counts_what_is() -> None:
    """A burst that was recorded after the origin is in its outcome alone."""
    origin, clock = FIRST + 80, day_clock(7)
    rows = recorded_late(5, 300, 1.0).reveal().to_pylist()
    noon = datetime.combine(origin.date, datetime.min.time(), UTC) + timedelta(hours=12)
    burst = [
        rows[0]
        | {
            "category": "burglary",
            "occurred_from": noon + timedelta(days=day),
            "recorded_at": noon + timedelta(days=9),
        }
        for day in (-1, 0, 1, 2)
        for _ in range(10)
    ]
    late = Restricted(as_records(rows + burst))
    without = Restricted(as_records(rows))

    def then(day: Day) -> Panel:
        return panel_of(known_by(late, day))

    [knowing] = backtest_days(panel_of(late), DAYS, [origin], clock)
    [found] = backtest_days(panel_of(late), DAYS, [origin], clock, then)
    [plain] = backtest_days(panel_of(without), DAYS, [origin], clock)
    coming = [day.number for day in outcome_days(origin, clock)]
    outcome = sum(
        number(row) in coming and row["category"] == "burglary" for row in rows + burst
    )

    def of(origin: object, method: str = "rolling_count_7d") -> dict[str, float]:
        return next(
            row
            for row in origin.rows  # type: ignore[attr-defined]
            if (row["crime_group"], row["method"]) == ("burglary", method)
        )

    assert of(found)["incidents"] == of(knowing)["incidents"] == outcome
    assert of(found)["incidents"] == of(plain)["incidents"] + 20
    assert of(knowing)["hits_1pct"] >= 20
    assert of(found, "oracle")["hits_1pct"] >= 20
    np.testing.assert_allclose(
        of(found, "point_exposure")["expected"],
        of(plain, "point_exposure")["expected"],
    )
