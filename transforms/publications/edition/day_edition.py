"""The edition of a day: a force's own feed, as aggregates only.

`day_publications/` creates it from the records; none of them is passed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.calls import COLUMNS, NAMES, CallCounts
from transforms.publications.edition.day_hotspots import day_hotspots
from transforms.publications.edition.edition import Edition, Identity, force_facts
from transforms.publications.edition.force_tables import day_forces_table
from transforms.publications.edition.hotspot_changes import hotspot_changes
from transforms.publications.layers.area_columns import (
    with_cell_areas,
    with_hotspot_areas,
)
from transforms.reference.clocks import Clock
from transforms.reference.days import DAYS, Day
from transforms.reference.forces import Force
from transforms.reference.overrides import Override


COUNTED_DAYS = 63  # 28 days and the 28 before, at each as-of of a week
# The columns of the scores of an earlier day.
EARLIER = [
    "horizon_days", "crime_group", "h3_cell", "score", "score_band", "hotspot_id",
    "universe_cells",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DayTables:
    """The tables of a day's edition, each with the columns of its file."""

    cells: pa.Table
    hotspot_names: pa.Table  # hotspot_id, place_label
    hotspots_before: pa.Table | None  # of an earlier as-of, if one is compared
    scores_before: Mapping[str, pa.Table]  # EARLIER, by as-of day: those that are shown
    day_counts: pa.Table  # crime_group, h3_cell, month (a day), incidents
    own_days: Mapping[str, frozenset[str]]  # of the user's groups: the supplied days
    coverage: pa.Table
    accuracy: pa.Table
    weekday_hours: pa.Table
    day_and_night: pa.Table
    hotspot_hours: pa.Table
    near_repeats: pa.Table
    near_repeats_in_words: str  # how the test was made, and what it leaves out
    known_then_in_words: str  # what an as-of knows of its last days
    calls: CallCounts | None = None  # where the feed's mapping names kinds of calls
    outside_365d: int | None = None  # outside the universe that the settings name
    records_365d: int  # that the tables of hours and near repeats rest on
    with_hours_365d: int  # of them, those with an hour: all tables of hours


@dataclass(frozen=True, kw_only=True)
class DayEdition(Edition):
    """One publication's content. It is for the force only: there is no public tier."""

    as_of: Day
    clock: Clock = DAYS
    force: Force
    inputs: Identity
    tables: DayTables
    overrides: Mapping[str, Override]  # by day
    accepted: Sequence[Mapping[str, Any]]  # drops with many quarantined rows

    @property
    def rests_on(self) -> Identity:
        """Everything that determines what is published."""
        return self.inputs

    @cached_property
    def cells(self) -> pa.Table:
        """The scores with each cell's place: both horizons, all groups."""
        cells = with_cell_areas(self.tables.cells, self.layers.areas)
        return self.tables.calls.with_cells(cells) if self.tables.calls else cells

    @cached_property
    def hotspots(self) -> pa.Table:
        """The hot spots at both horizons."""
        of = self.tables
        spots = day_hotspots(
            of.cells,
            of.hotspot_names,
            of.day_and_night,
            of.hotspots_before,
            of.hotspot_hours,
        )
        spots = with_hotspot_areas(spots, of.cells, self.layers.areas)
        return of.calls.with_hotspots(spots) if of.calls else spots

    @cached_property
    def hotspot_changes(self) -> pa.Table:
        """The hot spots that are new, gone and kept; empty without an earlier as-of."""
        return hotspot_changes(self.hotspots, self.tables.hotspots_before)

    @property
    def top_cells(self) -> pa.Table:
        """The highest 1 % of each group and horizon, by rank."""
        top = self.cells.filter(pc.equal(self.cells["score_band"], "top_1pct"))
        return top.sort_by(
            [(n, "ascending") for n in ("horizon_days", "crime_group", "score_rank")]
        )

    @property
    def coverage(self) -> pa.Table:
        """What each day to the as-of counts as."""
        of = self.tables
        return of.calls.with_days(of.coverage) if of.calls else of.coverage

    @property
    def accuracy(self) -> pa.Table:
        """The accuracy from this run's backtest; empty without one."""
        return self.tables.accuracy

    @property
    def forces_table(self) -> pa.Table:
        """The force, and what its scores are based on."""
        [facts] = self.force_facts
        return day_forces_table(self.force, facts)

    @property
    def force_facts(self) -> list[dict[str, Any]]:
        """What the manifest says about the force."""
        names = ("h3_res", "universe_cells", "universe_area_m2", "days_365d")
        *universe, days = (self.of_shipped(name) for name in names)
        given = self.coverage.filter(pc.equal(self.coverage["status"], "supplied"))
        return [
            force_facts(
                self.force,
                None,
                (universe[0], universe[1], universe[2]),
                days_365d=days,
                newest_day=pc.max(given["day"]).as_py(),
            )
        ]

    def of_shipped(self, name: str) -> Any:
        """The value of a column that is the same in all shipped groups.

        The user's own may be counted on fewer days. In a feed without a shipped group,
        that of the first row.
        """
        named = pa.array([group.slug for group in self.own], pa.string())
        slugs = self.cells["crime_group"].cast(pa.string())
        shipped = self.cells[name].filter(pc.invert(pc.is_in(slugs, value_set=named)))
        return (shipped if len(shipped) else self.cells[name])[0].as_py()

    def widened(self, schema: pa.Schema) -> pa.Schema:
        """The same with the columns of calls, where the edition has them."""
        wide = super().widened(schema)
        added = COLUMNS.get(schema, []) if self.tables.calls else []
        return pa.schema([*wide, *added])

    @property
    def added_columns(self) -> tuple[str, ...]:
        """The columns that the force's layers and calls add to cells and hot spots."""
        return (*self.layers.names, *(NAMES if self.tables.calls else ()))

    @property
    def coverage_in_words(self) -> dict[str, str]:
        """For the force, by name: what its scores are based on."""
        [facts] = self.force_facts
        return {
            self.force.name: (
                f"{facts['days_365d']} of the last 365 days supplied; the newest is"
                f" {facts['newest_day']}. A day not supplied is never zero."
            )
        }

    @property
    def excluded_in_words(self) -> str:
        """Which rules leave places out; the number of records is not counted.

        And how many are outside the universe, where the settings name one.
        """
        names = ", ".join(rule.id for rule in self.scoring.exclusions)
        left_out = f"Left out before scoring: {names or 'nothing'}"
        if self.tables.outside_365d is None:
            return left_out
        return (
            f"{left_out}; {self.tables.outside_365d:,} of {self.tables.records_365d:,}"
            " records of 365 days lie outside the areas named to be ranked"
        )
