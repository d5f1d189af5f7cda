"""What a method may look at on one day, moved on from the day before.

The sums are those that a view takes from all its days, only that the rolling counts
bring them up to date by what came in and what fell out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from transforms.categories import CATEGORIES
from transforms.cells import Floats
from transforms.clocks import Clock
from transforms.days.day import Day
from transforms.days.rolling import RollingCounts
from transforms.panel import Panel
from transforms.scores.view import View


# Those that methods ask for.
_HALF_LIVES_MONTHS = (6.0, 9.0)


@dataclass(frozen=True)
class DayView(View):
    """A view whose windows and memories were rolled up to its as-of day."""

    rolled: dict[str, Floats] = field(default_factory=dict, repr=False)

    @property
    def windows(self) -> dict[str, Floats]:
        """By window's name: categories x cells, incidents in its supplied days."""
        return self.rolled


def day_views(
    panel: Panel, supplied: Sequence[Day], as_ofs: Sequence[Day], clock: Clock
) -> Iterator[DayView]:
    """A view at each of those days, oldest first."""
    rolling = _rolling(panel, supplied, clock)
    for as_of in as_ofs:
        rolling.advance(as_of.number)
        yield _view(panel, rolling, supplied, as_of, clock)


def _rolling(panel: Panel, supplied: Sequence[Day], clock: Clock) -> RollingCounts:
    """Every incident in the panel's cells as an event: its day and its slot."""
    entries = panel.counts.tocoo()
    number = np.array(
        [day.number for day in cast("Sequence[Day]", panel.periods)], dtype=np.int64
    )
    times = entries.data.astype(np.int64)
    order = np.argsort(entries.coords[1], kind="stable")
    days = np.repeat(number[entries.coords[1][order]], times[order])
    slots = np.repeat(entries.coords[0][order].astype(np.int64), times[order])
    lengths = {*clock.windows.values(), 2 * clock.windows[clock.before]}
    return RollingCounts(
        days,
        slots,
        panel.counts.shape[0],
        np.array([day.number for day in supplied], dtype=np.int64),
        windows_days=sorted(lengths),
        half_lives_days=[m * clock.periods_a_month for m in _HALF_LIVES_MONTHS],
    )


def _view(
    panel: Panel,
    rolling: RollingCounts,
    supplied: Sequence[Day],
    as_of: Day,
    clock: Clock,
) -> DayView:
    inside = panel.universe(as_of)

    def by_cell(values: NDArray[np.number]) -> Floats:
        shaped = values.reshape(len(CATEGORIES), len(panel.cells))
        return np.asarray(shaped[:, inside], dtype=float)

    rolled = {
        name: by_cell(rolling.counts(days)) for name, days in clock.windows.items()
    }
    twice = by_cell(rolling.counts(2 * clock.windows[clock.before]))
    rolled[f"prev_{clock.before}"] = twice - rolled[clock.before]
    known = [day for day in supplied if day <= as_of]
    seen = DayView(panel, as_of, known, inside, clock, rolled=rolled)
    for months in _HALF_LIVES_MONTHS:
        half_life_days = months * clock.periods_a_month
        sums = by_cell(rolling.decayed(half_life_days))
        exposure = clock.terms(rolling.decayed_days(half_life_days))
        seen.remember(months, sums, exposure)
    return seen
