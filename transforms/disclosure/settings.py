"""How much the public tier may tell: safe where `hexbeat.toml` is silent.

The defaults are the rule that statistical offices call 10-5: no count below ten, and
counts to the nearest five.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from transforms.errors import UsageError


@dataclass(frozen=True)
class DisclosureSettings:
    """The settings of the public tier."""

    minimum_count: int = 10  # incidents; no smaller count is told, but for zero
    rounding: int = 5  # incidents; counts are told to the nearest multiple
    finest_resolution: int = 8  # of H3: 7 or 8
    lag_months: int = 1  # whole months from a period's end to the first as-of with it


# Counts below five are unsafe wherever they are told, cells finer than resolution 8
# are streets, and the newest month is still being revised: nobody can set these lower.
_LIMITS = {
    "minimum_count": (5, 1000),
    "rounding": (1, 100),
    "finest_resolution": (7, 8),
    "lag_months": (1, 24),
}


def read_disclosure(settings: Mapping[str, Any], where: str) -> DisclosureSettings:
    """The `[public]` table of a home's settings; `UsageError` names the wrong value."""
    table = settings.get("public", {})
    known = asdict(DisclosureSettings())
    if not isinstance(table, dict) or set(table) - set(known):
        raise UsageError(f"{where}: public is a table of {', '.join(known)}")
    own = {name: _whole(name, value, where) for name, value in table.items()}
    found = DisclosureSettings(**(known | own))
    if found.minimum_count % found.rounding:
        raise UsageError(
            f"{where}: public minimum_count = {found.minimum_count} is no multiple of"
            f" rounding = {found.rounding}"
        )
    return found


def _whole(name: str, value: object, where: str) -> int:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or value % 1 != 0:  # type: ignore[operator]
        raise UsageError(f"{where}: public {name} = {value!r} is no whole number")
    lowest, highest = _LIMITS[name]
    if not lowest <= value <= highest:  # type: ignore[operator]
        raise UsageError(
            f"{where}: public {name} = {value!r} is not from {lowest} to {highest}"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]
