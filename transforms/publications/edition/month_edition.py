"""An edition: everything that one publication says, gathered once and written often."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtest.report import summary
from transforms.coverage import MonthCoverage, reason_of
from transforms.data_files import DataFile, read_files
from transforms.groups import groups_sha256
from transforms.months import Month
from transforms.outcomes import outcomes_sha256
from transforms.publications.area_columns import (
    cell_columns,
    hotspot_columns,
    with_cell_areas,
    with_hotspot_areas,
)
from transforms.publications.force_edition import ForceEdition
from transforms.publications.hotspot_table import published_hotspots
from transforms.publications.layers import Layers
from transforms.publications.published import published_cells
from transforms.schemas import ACCURACY_HISTORY, EXCLUDED, HOTSPOTS, PUBLISHED
from transforms.scores import Method
from transforms.scoring import Scoring
from transforms.seal import SCHEMA_VERSION
from transforms.table_specs import TABLES


_REVISION = ("rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")


@dataclass(frozen=True)
class Edition:
    """One publication's content."""

    as_of: Month
    method: Method
    forces: Sequence[ForceEdition]
    attribution: str
    scoring: Scoring = field(default_factory=Scoring)
    backtests: Sequence[DataFile] = ()  # of its forces, an origin each
    history: pa.Table = field(default_factory=ACCURACY_HISTORY.empty_table)
    layers: Layers = field(default_factory=Layers)

    @property
    def scored(self) -> list[ForceEdition]:
        """The forces that have scores at the as-of month."""
        return [f for f in self.forces if f.scores is not None]

    @cached_property
    def cells(self) -> pa.Table:
        """The published cells of all forces: one row per cell and crime group."""
        return with_cell_areas(self._published[0], self.layers.areas)

    @cached_property
    def _published(self) -> tuple[pa.Table, dict[str, str]]:
        return published_cells(self.scored, self.as_of)

    @cached_property
    def hotspots(self) -> pa.Table:
        """The hot spots of all forces: one row for each and crime group."""
        spots = published_hotspots(self.cells, self._published[1])
        return with_hotspot_areas(spots, self.cells, self.layers.areas)

    @property
    def cell_schema(self) -> pa.Schema:
        """The columns of the cells: those that are always published, and the user's."""
        return pa.schema([*PUBLISHED, *cell_columns(self.layers.areas)])

    @property
    def hotspot_schema(self) -> pa.Schema:
        """The columns of the hot spots, in the same way."""
        return pa.schema([*HOTSPOTS, *hotspot_columns(self.layers.areas)])

    @cached_property
    def accuracy_rows(self) -> pa.Table:
        """The backtest: a row for each origin, outcome, crime group and contestant."""
        rows = read_files(self.backtests, TABLES["accuracy"])
        return rows.filter(pc.less_equal(rows["outcome_month"], str(self.as_of)))

    @cached_property
    def accuracy(self) -> pa.Table:
        """What the backtest says."""
        return summary(self.accuracy_rows)

    @cached_property
    def excluded(self) -> pa.Table:
        """What each exclusion left out of each force."""
        rules = {rule.id: rule for rule in self.scoring.exclusions}
        rows = [
            {
                "force": f.force.id,
                "exclusion": removed["id"],
                "places": rules[removed["id"]].where,
                "why": rules[removed["id"]].why,
                "incidents_12m": removed["incidents_12m"],
                "incidents_36m": removed["incidents_36m"],
            }
            for f in self.scored
            for removed in f.removed_incidents(self.as_of)
        ]
        return pa.Table.from_pylist(rows, schema=EXCLUDED)

    @property
    def excluded_in_words(self) -> str:
        """One line for outputs that have room for one."""
        number = pc.sum(self.excluded["incidents_12m"]).as_py() or 0
        names = ", ".join(rule.id for rule in self.scoring.exclusions) or "nothing"
        return (
            f"Left out before scoring: {names}; {number:,} incidents of the last 12"
            " months (exclusions.csv)"
        )

    @property
    def facts(self) -> dict[str, str]:
        """What every file that has room for it says of the run."""
        return {
            "run_id": self.run_id,
            "schema_version": SCHEMA_VERSION,
            "as_of": str(self.as_of),
            "method": f"{self.method.NAME} {self.method.VERSION}",
            "attribution": self.attribution,
            "excluded": self.excluded_in_words,
            "harm_weights": self.scoring.harm.in_words,
        }

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
            "scoring": self.scoring.sha256,
            "scores": {f.force.id: f.scores.sha256 for f in self.scored if f.scores},
            "backtests": [
                [*file.partition.values(), file.mark] for file in self.backtests
            ],
            "accuracy_history": _rows_sha256(self.history.drop_columns(["judged_at"])),
            "inputs": [
                _input(f.force.id, month, c)
                for f in self.forces
                for months in (f.months, f.outcome_months)
                for month, c in months.items()
            ],
            "unscored": {f.force.id: f.unscored for f in self.forces if f.unscored},
            **self.layers.identity,
        }

    @cached_property
    def run_id(self) -> str:
        """`<as-of>-<twelve hex characters of the identity's hash>`."""
        text = json.dumps(self.identity, sort_keys=True)
        return f"{self.as_of}-{sha256(text.encode()).hexdigest()[:12]}"


def _rows_sha256(rows: pa.Table) -> str:
    told = sorted(json.dumps(row, sort_keys=True) for row in rows.to_pylist())
    text = json.dumps(told)
    return sha256(text.encode()).hexdigest()


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
