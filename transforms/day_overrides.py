"""What people know of a day of their feed that the rules cannot, with the reason."""

from collections.abc import Mapping
from datetime import date, timedelta

from transforms.errors import UsageError
from transforms.overrides import Override, entries_of, override_of


DayOverrides = Mapping[date, Override]

_KEYS = {"from", "to", "as", "reason"}


def read_day_overrides(entries: object, where: str) -> DayOverrides:
    """The `[[feed.days]]` entries of settings; `UsageError` names the wrong one.

    Each speaks of all days from its first to its last; a later one wins.
    """
    found: dict[date, Override] = {}
    for at, entry in entries_of(entries, "feed.days", _KEYS, where):
        first, last = (_day(entry[key], at) for key in ("from", "to"))
        if last < first:
            raise UsageError(f"{at}: it ends on {last}, before it begins")
        length = (last - first).days + 1
        days = [first + timedelta(days=n) for n in range(length)]
        found |= dict.fromkeys(days, override_of(entry, at))
    return found


def _day(value: object, at: str) -> date:
    """A date of TOML's own, or its text."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(
            f"{at}: {value} is not a day: write YYYY-MM-DD, such as 2026-03-29"
        ) from error
