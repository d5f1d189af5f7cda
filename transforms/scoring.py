"""How a home wants its scores made: what is left out, what weighs more, what clusters.

Shipped defaults apply where `hexbeat.toml` is silent. All of it is part of the identity
of every score and every publication.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.errors import UsageError
from transforms.exclusions import Exclusion, read_exclusions, shipped_exclusions
from transforms.harm import HarmWeights, read_weights, shipped_weights


@dataclass(frozen=True)
class HotspotLimits:
    """Which cells are clustered into hot spots, and how large one may grow."""

    share_percent: float = 1.0  # of the universe's cells, by rank
    max_cells: int = 12
    max_area_m2: float = 1_200_000.0


@dataclass(frozen=True)
class Scoring:
    """A home's own choices about scores."""

    exclusions: tuple[Exclusion, ...] = field(default_factory=shipped_exclusions)
    harm: HarmWeights = field(default_factory=shipped_weights)
    hotspots: HotspotLimits = field(default_factory=HotspotLimits)

    @cached_property
    def sha256(self) -> str:
        """The identity of all of it."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


SCORING_KEYS = ("exclusion", "exclusions", "harm", "hotspots")
_NO_LIMIT = 1e12  # no share, number or area of anything here is larger


def read_scoring(settings: Mapping[str, Any], where: str, root: Path) -> Scoring:
    """The choices in a home's settings; `UsageError` names the wrong one."""
    own = read_exclusions(settings, where)
    without = _without(settings.get("exclusions", {}), where)
    dropped = without | {rule.id for rule in own}
    kept = tuple(rule for rule in shipped_exclusions() if rule.id not in dropped)
    return Scoring(
        kept + own,
        read_weights(settings, where, root),
        _limits(settings.get("hotspots", {}), where),
    )


def _without(table: object, where: str) -> set[str]:
    """The shipped exclusions that a home does without."""
    if not isinstance(table, dict) or set(table) - {"without"}:
        raise UsageError(f"{where}: exclusions is a table with one key, without")
    asked = table.get("without", [])
    if not isinstance(asked, list):
        raise UsageError(f"{where}: exclusions without is a list, such as ['hospital']")
    known = [rule.id for rule in shipped_exclusions()]
    for name in asked:
        if name not in known:
            raise UsageError(
                f"{where}: exclusions without {name!r}: the shipped ones are"
                f" {', '.join(known)}"
            )
    return set(asked)


def _limits(table: object, where: str) -> HotspotLimits:
    known = asdict(HotspotLimits())
    if not isinstance(table, dict) or set(table) - set(known):
        raise UsageError(f"{where}: hotspots is a table of {', '.join(known)}")
    for name, value in table.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= _NO_LIMIT:
            raise UsageError(f"{where}: hotspots {name} = {value!r} is no such limit")
        if name == "max_cells" and value % 1:
            raise UsageError(f"{where}: hotspots {name} = {value!r} is no whole number")
    limits = HotspotLimits(**{k: type(known[k])(v) for k, v in table.items()})
    if limits.share_percent > 5:
        raise UsageError(f"{where}: hotspots share_percent is at most 5")
    return limits
