"""How busy each hour of the week is, by the clock in Great Britain."""

from dataclasses import dataclass

import numpy as np

from transforms.simulator.timed.clock import Floats


QUIET = 0.2  # of the busiest hour: no hour is without crime
_HOURS = np.arange(7 * 24)
_FRIDAY_EVENING, _SUNDAY_EVENING = 4 * 24 + 18, 6 * 24 + 18


@dataclass(frozen=True)
class Week:
    """One busy time a day, and a weekend from six on Friday to six on Sunday."""

    peak_hour: float
    spread_hours: float
    weekend: float  # times as busy

    def activity(self) -> Floats:
        """Of each hour from Monday 00:00, times the mean hour: (168,)."""
        away = np.abs((_HOURS + 0.5 - self.peak_hour + 12) % 24 - 12)
        busy = QUIET + (1 - QUIET) * np.exp(-((away / self.spread_hours) ** 2) / 2)
        weekend = (_HOURS >= _FRIDAY_EVENING) & (_HOURS < _SUNDAY_EVENING)
        busy = np.where(weekend, busy * self.weekend, busy)
        return np.asarray(busy / busy.mean(), dtype=np.float64)
