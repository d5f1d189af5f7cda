"""What people know of a month or day that the rules cannot: each with its reason.

Shipped ones, of months, are in `data/coverage_overrides.toml`; a home's `hexbeat.toml`
adds its own and wins. An override is a fact about a force, and part of every
publication's identity.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema
from pydantic.dataclasses import dataclass as toml_table

from transforms.errors import UsageError
from transforms.reference.months import Month
from transforms.reference.toml_files import STRICT, Text


Verdict = Literal["supplied", "set_aside"]


@dataclass(frozen=True)
class Override:
    """How a month or a day counts, whatever the rules say of it."""

    verdict: Verdict  # whole and right, or stored and not counted
    reason: str


Overrides = Mapping[str, Mapping[Month, Override]]  # by force
DayOverrides = Mapping[date, Override]


def _month(value: object) -> Month:
    try:
        return Month.parse(str(value))
    except UsageError as error:
        raise ValueError(error) from error


def _day(value: object) -> date:
    """A date of TOML's own, or its text."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(
            f"{value} is not a day: write YYYY-MM-DD, such as 2026-03-29"
        ) from error


_Verdict = Annotated[Verdict, Field(alias="as"), "whole and right, or not counted"]
_Reason = Annotated[Text, "in words, for publications"]
_Months = Annotated[
    tuple[Annotated[Month, BeforeValidator(_month)], ...],
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
    "such as 2024-05",
]
CalendarDay = Annotated[date, BeforeValidator(_day)]


@toml_table(frozen=True, config=STRICT)
class MonthsEntry:
    """How months of a force count, whatever the rules say of them."""

    force: Text
    months: _Months
    verdict: _Verdict
    reason: _Reason


@toml_table(frozen=True, config=STRICT)
class DaysEntry:
    """How days of a force's own feed count, whatever the rules say of them."""

    first: Annotated[CalendarDay, Field(alias="from"), "YYYY-MM-DD"]
    last: Annotated[CalendarDay, Field(alias="to"), "the same or a later day"]
    verdict: _Verdict
    reason: _Reason
    of: Annotated[Literal["crimes", "calls"] | None, "those alone; default both"] = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins")

    def days(self) -> list[date]:
        """From its first to its last."""
        return days_from(self.first, self.last)


def days_from(first: date, last: date) -> list[date]:
    """All days from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@toml_table(frozen=True, config=STRICT)
class DropsEntry:
    """Drops of a force's own feed that are right, although something is odd in them."""

    name: Annotated[Text, "of the drop, or a pattern such as 2026-11-*.csv"]
    verdict: Annotated[Literal["accepted"], Field(alias="as"), "taken as it is"]
    reason: _Reason

    def names(self, drop: str) -> bool:
        """Whether it speaks of a drop."""
        return self.name == drop or fnmatchcase(drop, self.name)


def month_overrides(entries: Iterable[MonthsEntry]) -> Overrides:
    """What entries say of each force's months; a later one wins."""
    by_force: dict[str, dict[Month, Override]] = {}
    for entry in entries:
        override = Override(entry.verdict, entry.reason)
        of_force = by_force.setdefault(entry.force, {})
        of_force |= dict.fromkeys(entry.months, override)
    return by_force


def day_overrides(
    entries: Iterable[DaysEntry], of: Literal["crimes", "calls"] = "crimes"
) -> DayOverrides:
    """What entries say of each day of crimes, or of calls; a later one wins."""
    return {
        day: Override(entry.verdict, entry.reason)
        for entry in entries
        if entry.of in (None, of)
        for day in entry.days()
    }


def shipped_overrides() -> Overrides:
    """Those that come with hexbeat."""
    source = files("transforms.reference").joinpath("data/coverage_overrides.toml")
    entries = tomllib.loads(source.read_text())["coverage"]
    return month_overrides(TypeAdapter(list[MonthsEntry]).validate_python(entries))
