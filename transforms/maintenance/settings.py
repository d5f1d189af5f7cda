"""How long a home keeps things: all of them for ever where `hexbeat.toml` is silent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from transforms.errors import UsageError


@dataclass(frozen=True)
class RetentionSettings:
    """The settings of what is kept."""

    runs_kept: int | None = None  # newest runs that keep their files; None: all
    superseded_raw_days: int | None = None  # raw files of older releases; None: ever
    unused_days: int = 7  # what no reader needs any more, and what a kill left over


# A run may take a day. Delta forgets after 30 days when it replaced a file, so nothing
# may rest on knowing it for longer.
_LIMITS = {
    "runs_kept": (1, 100_000),
    "superseded_raw_days": (0, 100_000),
    "unused_days": (1, 30),
}


def read_retention(settings: Mapping[str, Any], where: str) -> RetentionSettings:
    """The `[retention]` table of a home's settings; `UsageError` for a wrong value."""
    table = settings.get("retention", {})
    known = asdict(RetentionSettings())
    if not isinstance(table, dict) or set(table) - set(known):
        raise UsageError(f"{where}: retention is a table of {', '.join(known)}")
    for name, value in table.items():
        lowest, highest = _LIMITS[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise UsageError(
                f"{where}: retention {name} = {value!r} is no whole number"
            )
        if not lowest <= value <= highest:
            raise UsageError(
                f"{where}: retention {name} = {value} is not from {lowest} to {highest}"
            )
    return RetentionSettings(**(known | table))
