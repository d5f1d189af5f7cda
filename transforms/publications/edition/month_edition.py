"""The edition of a month: the forces of the public feed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.report import summary
from transforms.incidents.coverage import MonthCoverage, reason_of
from transforms.incidents.epochs import epochs_sha256
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.schemas import ACCURACY_HISTORY
from transforms.lake.tables import TABLES
from transforms.publications.each import Each, here
from transforms.publications.edition.area_sums import area_sums
from transforms.publications.edition.cells import PLACE_WINDOW_MONTHS
from transforms.publications.edition.edition import Edition, Identity, shared_identity
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.force_history import ForceHistory
from transforms.publications.edition.force_part import force_part
from transforms.publications.edition.force_tables import coverage_table, forces_table
from transforms.publications.edition.hotspot_past import hotspot_months
from transforms.publications.edition.hotspots import published_hotspots
from transforms.publications.edition.parts import Parts, together
from transforms.publications.edition.place_labels import PlaceLabel, stations
from transforms.publications.edition.reconciliation import EVERYTHING
from transforms.publications.edition.searches import published_searches
from transforms.publications.layers.area_columns import (
    with_cell_areas,
    with_hotspot_areas,
)
from transforms.publications.schemas import EXCLUDED, HOTSPOT_MONTHS, RECONCILIATION
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.groups import groups_sha256
from transforms.reference.months import Month, window
from transforms.reference.outcomes import outcomes_sha256


# Not a rule of a home: no universe has these areas (transforms/scores/universe.py).
_FAR = {
    "exclusion": "far-from-force",
    "places": "areas far from where the force's incidents are",
    "why": "Default points of records without a usable address",
}


@dataclass(frozen=True, kw_only=True)
class MonthEdition(Edition):
    """One publication's content."""

    as_of: Month
    clock: Clock = MONTHS
    forces: Sequence[ForceEdition]
    backtests: Sequence[DataFile] = ()  # of its forces, one for each origin
    history: pa.Table = field(default_factory=ACCURACY_HISTORY.empty_table)
    each: Each = here  # where the forces' parts are made

    @property
    def scored(self) -> list[ForceEdition]:
        """The forces that have scores at the as-of month."""
        return [f for f in self.forces if f.scores is not None]

    @cached_property
    def cells(self) -> pa.Table:
        """The published cells of all forces: one row per cell and crime group."""
        return with_cell_areas(self._published.cells, self.layers.areas)

    @cached_property
    def _published(self) -> Parts:
        parts = self.each(partial(force_part, as_of=self.as_of), self.scored)
        forces = [force.force.id for force in self.scored]
        return together(dict(zip(forces, parts, strict=True)))

    @cached_property
    def hotspots(self) -> pa.Table:
        """The hot spots of all forces: one row for each and crime group."""
        published = self._published
        spots = published_hotspots(
            self.cells, published.names, published.ranks, self.as_of
        )
        return with_hotspot_areas(spots, self.cells, self.layers.areas)

    @cached_property
    def areas(self) -> pa.Table:
        """The user's own areas: a row for each, force and group; empty without any."""
        return area_sums(self.layers.areas, self.cells, self.hotspots)

    @cached_property
    def hotspot_months(self) -> pa.Table:
        """The months of each hot spot: its incidents, and its rank as of then."""
        published, tables = self._published, [HOTSPOT_MONTHS.empty_table()]
        for force in self.scored:
            counts = published.parts[force.force.id].months
            spots = self.hotspots.filter(
                pc.equal(self.hotspots["force"], force.force.id)
            )
            ranks = published.ranks
            tables.append(hotspot_months(force, self.as_of, spots, counts, ranks))
        return pa.concat_tables(tables)

    @cached_property
    def accuracy_rows(self) -> pa.Table:
        """The backtest: a row for each origin, outcome, crime group and contestant."""
        rows = read_files(self.backtests, TABLES["accuracy"])
        return rows.filter(pc.less_equal(rows["outcome_month"], str(self.as_of)))

    @cached_property
    def accuracy(self) -> pa.Table:
        """The summary of the backtest."""
        return summary(self.accuracy_rows)

    @cached_property
    def excluded(self) -> pa.Table:
        """What each exclusion left out of each force, and its far-away incidents."""
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
            for removed in self._published.parts[f.force.id].removed
        ]
        rows += [
            {"force": force, **_FAR, **part.account.far}
            for force, part in self._published.parts.items()
        ]
        return pa.Table.from_pylist(rows, schema=EXCLUDED)

    @cached_property
    def reconciliation(self) -> pa.Table:
        """What became of every incident of a year, by force and group."""
        parts = self._published.parts.values()
        rows = [row for part in parts for row in part.account.rows]
        return pa.Table.from_pylist(rows, schema=RECONCILIATION)

    @cached_property
    def searches(self) -> pa.Table:
        """Stop and search beside hot spots; empty where no force has any."""
        counts = {f: part.counts for f, part in self._published.parts.items()}
        return published_searches(self.scored, self.as_of, self.cells, counts)

    def computed(self) -> Self:
        """Itself, once every table that it computes from the lake or others is there.

        So a copy of it in another process computes none of them.
        """
        for name, kind in vars(MonthEdition).items():
            if isinstance(kind, cached_property):
                getattr(self, name)
        return self

    def counts(self, force: str) -> pa.Table:
        """A scored force's incidents of two years, by cell, month and category."""
        return self._published.parts[force].counts

    def labels(self, force: str) -> Sequence[PlaceLabel]:
        """A force's streets and venues, for its map; none without a score."""
        part = self._published.parts.get(force)
        return part.labels if part else []

    def earlier(self, force: str) -> ForceHistory:
        """What a scored force's as-ofs of a year say."""
        return self._published.parts[force].history

    @property
    def ranks(self) -> pa.Table:
        """The ranks of all hot spots at each as-of."""
        return self._published.ranks

    @cached_property
    def stations(self) -> list[PlaceLabel]:
        """The railway stations that any force in the lake names."""
        return stations(self.forces, window(self.as_of, PLACE_WINDOW_MONTHS))

    @property
    def excluded_in_words(self) -> str:
        """One line about what was left out before scoring."""
        number = pc.sum(self.excluded["incidents_12m"]).as_py() or 0
        rules = [rule.id for rule in self.scoring.exclusions]
        names = ", ".join([*rules, _FAR["exclusion"]])
        outside = sum(
            row["outside_universe_12m"]
            for row in self.reconciliation.to_pylist()
            if row["crime_group"] == EVERYTHING and row["force"] in self._own_universes
        )
        own = f"; {outside:,} lie outside the areas named to be ranked"
        own = own if self._own_universes else ""
        return (
            f"Left out before scoring: {names}; in the last 12 months this removed"
            f" {number:,} incidents (exclusions.csv){own}"
        )

    @cached_property
    def coverage(self) -> pa.Table:
        """What each month of each force counts as, and its number of rows."""
        return coverage_table(self.forces)

    @property
    def coverage_in_words(self) -> dict[str, str]:
        """For each force, by name: what its scores are based on, or why it has none."""
        return {f.force.name: f.unscored or self._based_on(f) for f in self.forces}

    def _based_on(self, force: ForceEdition) -> str:
        year, three = (force.supplied(self.as_of, months) for months in (12, 36))
        return (
            f"{year} of the last 12 months supplied, {three} of the last 36; the newest"
            f" is {force.newest_month(self.as_of)}. A month not supplied is never zero."
        )

    @property
    def forces_table(self) -> pa.Table:
        """The forces, scored or not, and what their scores are based on."""
        return forces_table(self.forces, self.as_of)

    @property
    def force_facts(self) -> list[dict[str, Any]]:
        """What the manifest says about each force, scored or not."""
        return [f.facts(self.as_of) for f in self.forces]

    @property
    def _own_universes(self) -> dict[str, str]:
        """The identity of each universe that the user named, by force."""
        return {f.force.id: f.universe.sha256 for f in self.forces if f.universe}

    @cached_property
    def rests_on(self) -> Identity:
        """Everything that determines what is published: not the clock, host or path."""
        shared = shared_identity(
            self.as_of, self.method, self.attribution, self.scoring
        )
        return shared | {
            "data_files": {
                "crime_groups.toml": groups_sha256(),
                "geocoding_epochs.toml": epochs_sha256(),
                "outcomes.toml": outcomes_sha256(),
            },
            "scores": {f.force.id: f.scores.sha256 for f in self.scored if f.scores},
            "backtests": [
                [*file.partition.values(), file.mark] for file in self.backtests
            ],
            "accuracy_history": _rows_sha256(self.history.drop_columns(["judged_at"])),
            "inputs": [
                _input(f.force.id, month, c)
                for f in self.forces
                for months in (f.months, f.outcome_months, _stop_months(f))
                for month, c in months.items()
            ],
            "unscored": {f.force.id: f.unscored for f in self.forces if f.unscored},
            **({"universes": self._own_universes} if self._own_universes else {}),
            **self.layers.identity,
        }


def _stop_months(force: ForceEdition) -> Mapping[Month, MonthCoverage]:
    return force.stops.months if force.stops else {}


def _rows_sha256(rows: pa.Table) -> str:
    lines = sorted(json.dumps(row, sort_keys=True) for row in rows.to_pylist())
    return sha256(json.dumps(lines).encode()).hexdigest()


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
    }
