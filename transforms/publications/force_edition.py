"""One force's part of an edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.coverage import MonthCoverage, supplied_months
from transforms.forces import Force
from transforms.lake import DataFile
from transforms.months import Month, window


@dataclass(frozen=True)
class ForceEdition:
    """One force in an edition, scored or listed with the reason why not."""

    force: Force
    months: Mapping[Month, MonthCoverage]
    unscored: str | None
    scores: DataFile | None  # at the as-of month
    history: Sequence[DataFile]  # at the newest twelve, oldest first
    incidents: Sequence[DataFile]
    resolution: int
    universe_cells: int = 0
    universe_area_m2: float = 0.0
    failed: bool = False  # its lake could not be read

    def supplied(self, as_of: Month, months: int) -> int:
        """How many months of the window to the as-of were supplied."""
        return len(set(supplied_months(self.months)) & set(window(as_of, months)))

    @property
    def newest_month(self) -> str | None:
        """The newest supplied month."""
        return str(max(supplied_months(self.months), default="")) or None
