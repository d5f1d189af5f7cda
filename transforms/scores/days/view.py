"""What a method may look at on one day, updated from the day before.

The sums equal those that a view computes from all its days, but rolling counts update
them from the incidents that enter and leave the windows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Clock
from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup
from transforms.scores.days.rolling import RollingCounts
from transforms.scores.panel import Panel
from transforms.scores.view import View


# Those that methods use.
_HALF_LIVES_MONTHS = (3.0, 6.0, 9.0)


@dataclass(frozen=True)
class DayView(View):
    """A view whose windows and memories come from rolling counts."""

    rolled: dict[str, Floats] = field(default_factory=dict, repr=False)

    @property
    def windows(self) -> dict[str, Floats]:
        """Incidents in each window's supplied days, by name: categories x cells."""
        return self.rolled


def day_views(
    panel: Panel,
    supplied: Sequence[Day],
    as_ofs: Sequence[Day],
    clock: Clock,
    own: tuple[CrimeGroup, ...] = (),
) -> Iterator[DayView]:
    """A view at each of those days, oldest first; of the user's own groups, if any."""
    rolling = _rolling(panel, supplied, clock)
    for as_of in as_ofs:
        rolling.advance(as_of.number)
        yield _view(panel, rolling, supplied, as_of, clock, own)


def views_then(
    known: Callable[[Day], Panel],
    supplied: Sequence[Day],
    as_ofs: Sequence[Day],
    clock: Clock,
    own: tuple[CrimeGroup, ...] = (),
) -> Iterator[DayView]:
    """A view at each of those days, of a panel of what was known on that day alone.

    An incident may become known long after it happened, and then belongs in windows
    that are past: so each day is counted anew.
    """
    for as_of in as_ofs:
        yield from day_views(known(as_of), supplied, [as_of], clock, own)


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
    own: tuple[CrimeGroup, ...],
) -> DayView:
    inside = panel.universe(as_of)

    def by_cell(values: NDArray[np.number]) -> Floats:
        shaped = values.reshape(len(panel.categories), len(panel.cells))
        return np.asarray(shaped[:, inside], dtype=float)

    rolled = {
        name: by_cell(rolling.counts(days)) for name, days in clock.windows.items()
    }
    twice = by_cell(rolling.counts(2 * clock.windows[clock.before]))
    rolled[f"prev_{clock.before}"] = twice - rolled[clock.before]
    known = [day for day in supplied if day <= as_of]
    view = DayView(
        panel=panel,
        as_of=as_of,
        supplied=known,
        inside=inside,
        clock=clock,
        own=own,
        rolled=rolled,
    )
    for months in _HALF_LIVES_MONTHS:
        half_life_days = months * clock.periods_a_month
        sums = by_cell(rolling.decayed(half_life_days))
        view.remember(months, sums, rolling.decayed_days(half_life_days))
    return view
