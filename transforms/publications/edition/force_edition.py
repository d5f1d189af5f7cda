"""One force's part of an edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.epochs import epoch_at
from transforms.incidents.scored import removed_incidents, scored_incidents
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.storage import readable
from transforms.lake.tables import TABLES
from transforms.publications.edition.edition import force_facts
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.harm import HarmWeights, shipped_weights
from transforms.reference.months import Month, window
from transforms.reference.score_settings import OwnUniverse
from transforms.scores.panel import count_cells
from transforms.searches.force_searches import Stops


# What queries of a publication read
_READ = (
    "month", "raw_line", "crime_id", "category", "offence_code", "outcome",
    "longitude", "latitude", "in_area", "h3_r9", "h3_r10",
    "lsoa_code", "lsoa_vintage", "place_label",
)  # fmt: skip


@dataclass(frozen=True)
class Incidents:
    """The incidents of one force."""

    every: pa.Table
    kept: pa.Table  # without those at excluded places


@dataclass(frozen=True, kw_only=True)
class ForceEdition:
    """One force in an edition, scored or listed with the reason why not."""

    force: Force
    months: Mapping[Month, MonthCoverage]
    unscored: str | None = None
    failed: bool = False  # it should have a score and has none
    scores: DataFile | None = None  # at the as-of month
    history: Sequence[DataFile] = ()  # at the newest twelve, oldest first
    incidents: Sequence[DataFile] = ()
    resolution: int = 0
    universe_cells: int = 0
    universe_area_m2: float = 0.0
    outcomes: Sequence[DataFile] = ()
    outcome_months: Mapping[Month, MonthCoverage] = field(default_factory=dict)
    stops: Stops | None = None  # shown beside its hot spots, and never scored
    exclusions: Sequence[Exclusion] = ()
    harm: HarmWeights = field(default_factory=shipped_weights)
    universe: OwnUniverse | None = None  # the user's, instead of its incidents'
    epochs: Sequence[Month] = ()  # first months on map points that were renewed
    withheld: bool = False  # it has no score because of a hold

    def read_incidents(self) -> Incidents:
        """Its incidents, read at each call: those of all forces need not fit."""
        every = read_files(self.incidents, TABLES["incidents"], _READ)
        return Incidents(every, scored_incidents(every, self.exclusions, self.force.id))

    def removed(self, incidents: Incidents, as_of: Month) -> list[dict[str, Any]]:
        """What each exclusion removed: its `id`, and incidents of 12 and 36 months."""
        every = incidents.every
        return removed_incidents(every, self.exclusions, self.force.id, as_of)

    def counted_incidents(self, incidents: Incidents) -> pa.Table:
        """Those kept, by cell, month (`period`) and category."""
        return count_cells(incidents.kept, self.resolution, self.harm)

    def scored_groups(self) -> set[str]:
        """The crime groups that have scores."""
        files = [self.scores.path] if self.scores else []
        read = (pq.read_table(readable(p), columns=["crime_group"]) for p in files)
        return {slug for rows in read for slug in rows[0].unique().to_pylist()}

    def supplied(self, as_of: Month, months: int) -> int:
        """How many months of the window to the as-of were supplied."""
        return len(set(supplied_periods(self.months)) & set(window(as_of, months)))

    def renewed(self, as_of: Month) -> Month | None:
        """The first month of the as-of's geocoding epoch; None for the oldest."""
        first: Month | None = epoch_at(self.epochs, as_of)
        return first

    def crossed(self, as_of: Month, months: int) -> Month | None:
        """When the map points were renewed, if that is within the window."""
        first = self.renewed(as_of)
        return first if first is not None and first > as_of + (1 - months) else None

    def counted_span(self, as_of: Month, months: int) -> list[Month]:
        """The months of the window to the as-of that are in the as-of's epoch."""
        first = self.renewed(as_of)
        span = window(as_of, months)
        return [month for month in span if first is None or first <= month]

    def counted(self, as_of: Month, months: int) -> int:
        """How many months of the window a cell's counts are based on."""
        supplied = set(supplied_periods(self.months))
        return len(supplied & set(self.counted_span(as_of, months)))

    def facts(self, as_of: Month) -> dict[str, Any]:
        """What the manifest says about it."""
        return force_facts(
            self.force,
            self.unscored,
            (self.resolution, self.universe_cells, self.universe_area_m2),
            months_12m=self.supplied(as_of, 12),
            months_36m=self.supplied(as_of, 36),
            newest_month=self.newest_month(as_of),
            points_renewed=str(self.renewed(as_of) or "") or None,
        )

    def newest_month(self, as_of: Month) -> str | None:
        """The newest month supplied up to the as-of."""
        known = [month for month in supplied_periods(self.months) if month <= as_of]
        return str(known[-1]) if known else None
