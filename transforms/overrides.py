"""What people know of a month that the rules cannot: recorded, each with its reason.

Shipped ones are in `data/coverage_overrides.toml`; a home's `hexbeat.toml` adds its own
and wins. An override is a fact about a force, and part of every publication's identity.
"""

import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

from transforms.errors import UsageError
from transforms.months import Month


Verdict = Literal["supplied", "set_aside"]
_KEYS = {"force", "months", "as", "reason"}


@dataclass(frozen=True)
class Override:
    """How a month counts, whatever the rules say of it."""

    verdict: Verdict  # whole and right, or held and not counted
    reason: str


Overrides = Mapping[str, Mapping[Month, Override]]  # by force


def shipped_overrides() -> Overrides:
    """Those that come with hexbeat."""
    source = files("transforms").joinpath("data/coverage_overrides.toml")
    return read_overrides(tomllib.loads(source.read_text()), source.name)


def read_overrides(settings: Mapping[str, Any], where: str) -> Overrides:
    """The `[[coverage]]` entries of settings; `UsageError` names the wrong one."""
    found: dict[str, dict[Month, Override]] = {}
    entries = settings.get("coverage", [])
    for at, entry in entries_of(entries, "coverage", _KEYS, where):
        force, months, override = _read(entry, at)
        of_force = found.setdefault(force, {})
        of_force |= dict.fromkeys(months, override)
    return found


def _read(entry: Mapping[str, Any], at: str) -> tuple[str, list[Month], Override]:
    override = override_of(entry, at)
    force, texts = entry["force"], entry["months"]
    if not isinstance(force, str) or not isinstance(texts, list):
        raise UsageError(f"{at}: force is a text and months a list")
    try:
        months = [Month.parse(str(text)) for text in texts]
    except UsageError as error:
        raise UsageError(f"{at}: {error}") from error
    return force, months, override


def entries_of(
    entries: object, name: str, keys: Set[str], where: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry of a list in settings, of exactly those keys, and where it stands."""
    if not isinstance(entries, list):
        raise UsageError(f"{where}: {name} is a list: write [[{name}]]")
    for number, entry in enumerate(entries, start=1):
        at = f"{where}, [[{name}]] number {number}"
        if not isinstance(entry, dict) or set(entry) != keys:
            raise UsageError(f"{at}: it takes exactly {', '.join(sorted(keys))}")
        yield at, entry


def override_of(entry: Mapping[str, Any], at: str) -> Override:
    """The verdict and the reason of an entry; `UsageError` for one that has none."""
    verdict, reason = entry["as"], entry["reason"]
    if verdict not in get_args(Verdict):
        raise UsageError(f"{at}: as = {verdict!r}; write 'supplied' or 'set_aside'")
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f"{at}: an override needs its reason in words")
    return Override(verdict, reason)
