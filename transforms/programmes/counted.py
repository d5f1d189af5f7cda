"""Which months of a force can be compared with a forecast, and what happened then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.holds import find_holds, read_profiles
from transforms.incidents.lake_check import force_coverage
from transforms.lake.lake import Lake
from transforms.programmes.points import GroupPoints, group_points
from transforms.reference.arrays import Cells
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Which months of a force count, and its incidents of a group."""

    months: Collection[Month]  # supplied, and not withheld
    epochs: Sequence[Month]  # first months on renewed map points
    points: GroupPoints

    def comparable(self, as_of: Month, span: Sequence[Month]) -> bool:
        """Whether what happened in a span can be compared with scores at an as-of."""
        epoch = epoch_at(self.epochs, as_of)
        return all(
            month in self.months and epoch_at(self.epochs, month) == epoch
            for month in span
        )

    def of_epoch(self, as_of: Month, months: int) -> list[Month]:
        """The months of a window to an as-of that count, on the map points of then."""
        span = window(as_of, months)
        return [month for month in span if self.comparable(as_of, [month])]

    def before(self, places: Cells, as_of: Month, months: int) -> float | None:
        """Incidents at sorted cells in the months to an as-of, if all were supplied."""
        span = window(as_of, months)
        if not self.comparable(as_of, span):
            return None
        return float(self.points.by_cell(places, span).sum())


def counted(
    lake: Lake,
    force: Force,
    group: str,
    exclusions: Sequence[Exclusion],
    since: Month,
) -> Counted:
    """What a force's incidents of a group can be compared in, from a month on."""
    months = force_coverage(lake, force)
    supplied = supplied_periods(months)
    profiles = read_profiles(lake, force.id)
    withheld = {
        hold.period
        for as_of in supplied[-1::-12]  # each judges twelve months
        for hold in find_holds(profiles, months, as_of)
    }
    files = lake.files("incidents", force.id)
    return Counted(
        months={month for month in supplied if month >= since} - withheld,
        epochs=read_epochs([file.path for file in files]),
        points=group_points(
            [f for f in files if Month.parse(f.partition["month"]) >= since],
            exclusions,
            force.id,
            GROUPS[group],
        ),
    )
