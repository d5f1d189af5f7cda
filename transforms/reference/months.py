"""Calendar months, the only clock of the public feed."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self, TypeVar

from transforms.errors import UsageError
from transforms.reference.clocks import Period


_YEAR_MONTHS = 12
_TEXT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_NAMES = (  # the calendar module's follow the machine's language
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, written `YYYY-MM`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM`; anything else is a `UsageError`."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is not a month: write YYYY-MM, such as 2024-07")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of a calendar date."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def name(self) -> str:
        """The month of the year, in English."""
        return _NAMES[self.month - 1]

    @property
    def in_words(self) -> str:
        """As a reader writes it: `July 2024`."""
        return f"{self.name} {self.year}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def __add__(self, months: int) -> "Month":
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month + 1)

    def since(self, earlier: "Month") -> int:
        """How many months lie between `earlier` and this one."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month


P = TypeVar("P", bound=Period)


def month_range(first: P, last: P) -> list[P]:
    """The months from `first` to `last`, both included; of days, the days."""
    return [first + i for i in range(last.since(first) + 1)]


def window(last: P, periods: int) -> list[P]:
    """The calendar window of so many months, or days, that ends with `last`."""
    return month_range(last + (1 - periods), last)


def by_year(months: Sequence[Month]) -> Iterator[Sequence[Month]]:
    """Those months, in their order, twelve at a time."""
    for start in range(0, len(months), _YEAR_MONTHS):
        yield months[start : start + _YEAR_MONTHS]
