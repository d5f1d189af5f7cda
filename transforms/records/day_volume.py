"""How many records a day should have by its own past, and how improbable fewer are.

A feed's past says what a day is like: the level of the last four weeks, the day of the
week, and the same date of earlier years (Christmas is quiet every year). Counts vary
more than by chance alone, so the test is of a negative binomial distribution whose
spread is the feed's own. Days ahead say nothing, and neither do days that are not
exposure.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scipy.special import betainc

from transforms.reference.days import Day


LEVEL_DAYS = 28
PATTERN_DAYS = 364  # of weekdays and of the spread: whole weeks
_YEARS = (1, 2, 3)
_SPREAD = 0.04  # relative variance beyond chance, of a feed that is new
_LEAST_SPREAD = 0.01
_WEEKDAY_DAYS = 4  # days of a weekday, with which the feed's level counts in its share
_DATE_RECORDS = 20.0  # the same of a date of earlier years
_FAR_ABOVE = 2  # times what is expected: one odd day is no new level
_FEW = 5  # records, that a day of the smallest feed may have more


@dataclass(frozen=True, slots=True)
class _Past:
    """A day that counted."""

    weekday: int
    count: float
    level: float  # what was expected, whatever the weekday
    expected: float  # on that weekday

    @property
    def beyond_chance(self) -> float:
        """Its squared distance, less what chance explains."""
        below = min(0.0, self.count - self.expected)
        # Twice the side below: a day far above says nothing of how low a day can be.
        return 2 * below * below - self.expected


class Volume:
    """What the days counted so far say about the next one."""

    def __init__(self) -> None:
        self._recent = deque[tuple[float, float]]()  # count, share of its weekday
        self._level = 0.0  # of those days, asked for several times a day
        self._days = deque[_Past]()
        self._of_weekday = [0.0] * 7
        self._level_of_weekday = [0.0] * 7
        self._beyond = self._weight = 0.0
        self._by_date: dict[date, tuple[float, float]] = {}

    def add(self, day: Day, count: int) -> None:
        """Count that day as one that was sent whole."""
        weekday = day.date.weekday()
        share, level = self._share(weekday), self._level or float(count)
        expected = level * share
        kept = min(float(count), _FAR_ABOVE * expected + _FEW)
        self._by_date[day.date] = (kept, expected)
        self._recent.append((kept, share))
        if len(self._recent) > LEVEL_DAYS:
            self._recent.popleft()
        self._days.append(_Past(weekday, kept, level, expected))
        self._tally(self._days[-1], 1)
        if len(self._days) > PATTERN_DAYS:
            self._tally(self._days.popleft(), -1)
        self._level = self._level_of_recent()

    def expected(self, day: Day) -> float:
        """How many records that day should have."""
        share = self._share(day.date.weekday()) * self._share_of_date(day.date)
        return self._level * share

    def by_chance(self, days: Mapping[Day, int]) -> float:
        """How probable so few records are on those days taken together, or fewer."""
        expected = sum(map(self.expected, days))
        if not expected:
            return 1.0
        size = len(days) / self._spread()
        count = sum(days.values())
        return float(betainc(size, count + 1, size / (size + expected)))

    def _tally(self, past: _Past, sign: int) -> None:
        self._of_weekday[past.weekday] += sign * past.count
        self._level_of_weekday[past.weekday] += sign * past.level
        self._beyond += sign * past.beyond_chance
        self._weight += sign * past.expected * past.expected

    def _level_of_recent(self) -> float:
        shares = sum(share for _, share in self._recent)
        return sum(count for count, _ in self._recent) / shares if shares else 0.0

    def _share(self, weekday: int) -> float:
        """Of a weekday, in the level: 1 where nothing is known of it."""
        prior = _WEEKDAY_DAYS * self._level
        expected = self._level_of_weekday[weekday] + prior
        return (self._of_weekday[weekday] + prior) / expected if expected else 1.0

    def _share_of_date(self, day: date) -> float:
        """Of a date that was quiet in earlier years, in what its weekday expects."""
        if (day.month, day.day) == (2, 29):
            return 1.0
        years = [day.replace(year=day.year - n) for n in _YEARS]
        known = [self._by_date.get(year, (0.0, 0.0)) for year in years]
        counted = sum(count for count, _ in known) + _DATE_RECORDS
        expected = sum(mean for _, mean in known) + _DATE_RECORDS
        return min(1.0, counted / expected)

    def _spread(self) -> float:
        """Relative variance beyond chance: of days, and of the level itself."""
        weight = LEVEL_DAYS * self._level * self._level
        beyond = self._beyond + _SPREAD * weight
        spread = max(_LEAST_SPREAD, beyond / (self._weight + weight))
        records = sum(count for count, _ in self._recent)
        return spread * (1 + 1 / len(self._recent)) + 1 / records
