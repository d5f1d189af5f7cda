"""An edition: everything that one publication says, gathered once and written often."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version

import pyarrow as pa

from transforms.coverage import MonthCoverage, reason_of
from transforms.groups import groups_sha256
from transforms.months import Month
from transforms.outcomes import outcomes_sha256
from transforms.publications.force_edition import ForceEdition
from transforms.publications.published import published_cells
from transforms.scores import Method


SCHEMA_VERSION = "1.0"
_REVISION = ("rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")


@dataclass(frozen=True)
class Edition:
    """One publication's content."""

    as_of: Month
    method: Method
    forces: Sequence[ForceEdition]
    attribution: str

    @property
    def scored(self) -> list[ForceEdition]:
        """The forces that have scores at the as-of month."""
        return [f for f in self.forces if f.scores is not None]

    @cached_property
    def cells(self) -> pa.Table:
        """The published cells of all forces: one row per cell and crime group."""
        return published_cells(self.scored, self.as_of)

    @property
    def identity(self) -> dict[str, object]:
        """Everything that decides what is published: no clock, host or path."""
        return {
            "schema_version": SCHEMA_VERSION,
            "parameters": {"as_of": str(self.as_of), "method": self.method.NAME},
            "data_files": {
                "crime_groups.toml": groups_sha256(),
                "outcomes.toml": outcomes_sha256(),
            },
            "versions": {
                "hexbeat": version("hexbeat"),
                self.method.NAME: self.method.VERSION,
            },
            "attribution": self.attribution,
            "inputs": [
                _input(f.force.id, month, c)
                for f in self.forces
                for months in (f.months, f.outcome_months)
                for month, c in months.items()
            ],
            "unscored": {f.force.id: f.unscored for f in self.forces if f.unscored},
        }

    @property
    def run_id(self) -> str:
        """`<as-of>-<twelve hex characters of the identity's hash>`."""
        text = json.dumps(self.identity, sort_keys=True)
        return f"{self.as_of}-{sha256(text.encode()).hexdigest()[:12]}"


def _input(force: str, month: Month, counts: MonthCoverage) -> dict[str, object]:
    entry = counts.entry
    return {
        "force": force,
        "feed": entry.feed if entry else None,
        "month": str(month),
        "release": entry.release if entry else None,
        "raw_sha256": entry.raw_sha256 if entry else None,
        "status": counts.status,
        "reason": reason_of(counts),
        "revision": [getattr(entry, name) for name in _REVISION] if entry else None,
    }
