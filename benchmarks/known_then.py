"""How much a backtest is flattered that sees its last days as they are now.

    .venv/bin/python -m benchmarks.known_then [SEEDS]

Simulated feeds, recorded as late as assumed below: the same weekly origins and
outcomes, once with what had been recorded by each origin and once with all that is now.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from tests.transforms.scores.days.made_records import as_timed
from transforms.backtests.contest import outcome_of
from transforms.backtests.days.origins import in_full, outcome_days
from transforms.backtests.hit_curve import search
from transforms.reference.days import Day, day_clock
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.known import known_by
from transforms.scores.days.panel import day_panel
from transforms.scores.days.view import DayView, day_views, views_then
from transforms.scores.methods import METHODS
from transforms.scores.panel import Panel
from transforms.simulator.timed import simulate_timed


START, NUMBER_DAYS, SCALE, ORIGINS = date(2024, 9, 2), 365, 0.2, 26
FIRST = Day.of(START)
DAYS = month_range(FIRST, FIRST + (NUMBER_DAYS - 1))
CLOCK = day_clock(7)
# What happened after the last origin has been recorded by the last day.
AS_OFS = [DAYS[-1] + -(30 + 7 * back) for back in reversed(range(ORIGINS))]
GROUPS = ("all-crime", "burglary", "vehicle-crime", "violence-and-sexual-offences")
CONTESTANTS = ("point_exposure", "rolling_count_28d", "rolling_count_7d")
# Assumed: most are recorded within a day, the rest (a burglary found after a holiday, a
# loss noticed late) some days later.
SOON_HOURS, LATE_DAYS = 9.0, 10.0
LATE_SHARES = (0.1, 0.25, 0.0)
_DRAWS = 2000
_HOUR_US = 3_600_000_000

Shares = Mapping[tuple[str, str], list[float]]


def recorded(records: Restricted, late_share: float, seed: int) -> Restricted:
    """The records with a time of recording after the incident ended."""
    rng, rows = np.random.default_rng(seed), records.reveal()
    hours = rng.exponential(SOON_HOURS, len(rows))
    late = rng.random(len(rows)) < late_share
    hours += late * rng.exponential(24 * LATE_DAYS, len(rows))
    ended = rows["occurred_to"].cast(pa.int64()).to_numpy()
    at = pa.array(ended + (hours * _HOUR_US).astype(np.int64))
    index = rows.schema.get_field_index("recorded_at")
    moments = at.cast(rows.schema.field(index).type)
    return Restricted(rows.set_column(index, "recorded_at", moments))


def panel(records: Restricted) -> Panel:
    """Those records as counts."""
    return day_panel(records, DAYS, "kent", Scoring())


def shares(views: Iterable[DayView], full: Panel) -> Shares:
    """The points found in 1 % of the area at each origin, by group and contestant."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for view in views:
        as_of = Day.parse(str(view.as_of))
        outcome = outcome_of(in_full(view, full), *outcome_days(as_of, CLOCK))
        for name in CONTESTANTS:
            expected = METHODS[name].expect(view)
            for slug in GROUPS:
                inside, outside = outcome.of(view, view.reported[slug])
                ranked = search(expected[slug].mean, view.areas_m2)
                rate = ranked.curve(inside, outside).hit_rate(0.01)
                found[slug, name].append(100 * rate)
    return found


def compared(seed: int) -> Iterable[tuple[float, Shares, Shares]]:
    """What was found by the share of late records: as seen now, and as known then."""
    made = as_timed(simulate_timed(seed, START, NUMBER_DAYS, SCALE))
    full = panel(made)
    now = shares(day_views(full, DAYS, AS_OFS, CLOCK), full)
    for late_share in LATE_SHARES:
        late = recorded(made, late_share, seed)

        def then(day: Day, late: Restricted = late) -> Panel:
            return panel(known_by(late, day))

        yield late_share, now, shares(views_then(then, DAYS, AS_OFS, CLOCK), full)


def interval(values: list[float]) -> tuple[float, float, float]:
    """The mean without origins that had no incident, and its 95 % interval."""
    some = np.array(values)[~np.isnan(values)]
    drawn = np.random.default_rng(1).choice(some, (_DRAWS, len(some))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(some.mean()), float(low), float(high)


def main(seeds: int) -> None:
    """Print the table, after each seed with the origins of those before it."""
    flattered: dict[tuple[float, str, str], list[float]] = defaultdict(list)
    for seed in range(1, seeds + 1):
        for late_share, now, then in compared(seed):
            for key in now:
                pairs = zip(now[key], then[key], strict=True)
                flattered[late_share, *key] += [a - b for a, b in pairs]
        for (late_share, slug, name), points in flattered.items():
            mean, low, high = interval(points)
            line = f"{mean:+.2f} [{low:+.2f}, {high:+.2f}], {len(points)} origins"
            sys.stdout.write(f"{late_share:.0%} late | {slug} | {name} | {line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
