"""Days on the clock in Great Britain: the clock of a force's own feed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from transforms.errors import UsageError
from transforms.reference.clocks import Clock
from transforms.reference.months import Month


LONDON = ZoneInfo("Europe/London")

CalendarDate = date
_EPOCH = date(1970, 1, 1)
_MONTH_DAYS = 365.25 / 12
_THREE_YEARS_DAYS = 1096
HORIZONS_DAYS = (1, 7)


@dataclass(frozen=True, order=True, slots=True)
class Day:
    """A day, from midnight to midnight in London, written `YYYY-MM-DD`."""

    number: int  # whole days since 1970

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM-DD`; anything else is a `UsageError`."""
        try:
            if len(text) != len("2026-03-29"):
                raise ValueError(text)
            return cls.of(date.fromisoformat(text))
        except ValueError as error:
            raise UsageError(
                f"{text!r} is not a day: write YYYY-MM-DD, such as 2026-03-29"
            ) from error

    @classmethod
    def of(cls, day: date) -> Self:
        """The day of a calendar date."""
        return cls((day - _EPOCH).days)

    @property
    def date(self) -> date:
        """As a calendar date."""
        return _EPOCH + timedelta(days=self.number)

    @property
    def first_day(self) -> CalendarDate:
        """The calendar date on which it begins: its own."""
        return self.date

    @property
    def last_day(self) -> CalendarDate:
        """The calendar date on which it ends: its own."""
        return self.date

    @property
    def in_words(self) -> str:
        """Such as 29 March 2026."""
        return f"{self.date.day} {self.date:%B %Y}"

    def __str__(self) -> str:
        return self.date.isoformat()

    def __add__(self, days: int) -> "Day":
        return Day(self.number + days)

    def since(self, earlier: "Day") -> int:
        """How many days lie between `earlier` and this one."""
        return self.number - earlier.number


def parse_period(text: str) -> Day | Month:
    """The day or month that a text names; `UsageError` for neither."""
    return Month.parse(text) if len(text) == len("2026-03") else Day.parse(text)


def day_clock(horizon_days: int) -> Clock:
    """The clock by which the next so many days are forecast: a day, or a week."""
    if horizon_days not in HORIZONS_DAYS:
        raise UsageError(f"a horizon is 1 or 7 days, not {horizon_days}")
    return Clock(
        windows={"7d": 7, "28d": 28, "91d": 91, "365d": 365},
        year="365d",
        before="28d",
        step=28,
        points=_THREE_YEARS_DAYS,
        kept_as_ofs=28,
        at_least=(28, 91),
        fresh_within=7,
        periods_a_month=_MONTH_DAYS,
        term=horizon_days,
        unit="days",
    )


DAYS = day_clock(HORIZONS_DAYS[0])  # for what both horizons have alike
