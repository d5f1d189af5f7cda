"""One force's part of an edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from transforms.coverage import MonthCoverage, supplied_months
from transforms.data_files import DataFile
from transforms.exclusions import Exclusion, kept_incidents, removed_incidents
from transforms.forces import Force
from transforms.harm import HarmWeights, shipped_weights
from transforms.months import Month, window


@dataclass(frozen=True)
class ForceEdition:
    """One force in an edition, scored or listed with the reason why not."""

    force: Force
    months: Mapping[Month, MonthCoverage]
    unscored: str | None = None
    failed: bool = False  # it has no score, and should have one
    scores: DataFile | None = None  # at the as-of month
    history: Sequence[DataFile] = ()  # at the newest twelve, oldest first
    incidents: Sequence[DataFile] = ()
    resolution: int = 0
    universe_cells: int = 0
    universe_area_m2: float = 0.0
    outcomes: Sequence[DataFile] = ()
    outcome_months: Mapping[Month, MonthCoverage] = field(default_factory=dict)
    exclusions: Sequence[Exclusion] = ()
    harm: HarmWeights = field(default_factory=shipped_weights)

    def kept_incidents(self) -> pa.Table:
        """Its incidents without those at excluded places: read anew at each call."""
        files = [file.path for file in self.incidents]
        return kept_incidents(files, self.exclusions, self.force.id)

    def removed_incidents(self, as_of: Month) -> list[dict[str, Any]]:
        """What each exclusion removed: its `id`, and incidents of 12 and 36 months."""
        files = [file.path for file in self.incidents]
        return removed_incidents(files, self.exclusions, self.force.id, as_of)

    def supplied(self, as_of: Month, months: int) -> int:
        """How many months of the window to the as-of were supplied."""
        return len(set(supplied_months(self.months)) & set(window(as_of, months)))

    def newest_month(self, as_of: Month) -> str | None:
        """The newest month supplied up to the as-of."""
        known = [month for month in supplied_months(self.months) if month <= as_of]
        return str(known[-1]) if known else None
