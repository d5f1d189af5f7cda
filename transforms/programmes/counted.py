"""Which periods of a force can be compared with a forecast, and what happened then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.holds import JUDGED_MONTHS, find_holds, read_profiles
from transforms.incidents.lake_check import force_coverage
from transforms.lake.lake import Lake
from transforms.programmes.points import GroupPoints, group_points
from transforms.reference.arrays import Cells
from transforms.reference.clocks import P, Period
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Which months or days of a force count, and its incidents of a group."""

    periods: Collection[Period]  # supplied, and not withheld
    epochs: Sequence[Month]  # first months on renewed map points
    points: GroupPoints

    def comparable(self, as_of: Period, span: Sequence[Period]) -> bool:
        """Whether what happened in a span can be compared with scores at an as-of."""
        epoch = epoch_at(self.epochs, as_of)
        return all(
            period in self.periods and epoch_at(self.epochs, period) == epoch
            for period in span
        )

    def of_epoch(self, as_of: P, length: int) -> list[P]:
        """The periods of a window to an as-of that count, on the map points of then."""
        span = window(as_of, length)
        return [period for period in span if self.comparable(as_of, [period])]

    def before(self, places: Cells, as_of: Period, length: int) -> float | None:
        """Incidents at sorted cells in so many periods to an as-of, if all count."""
        span = window(as_of, length)
        if not self.comparable(as_of, span):
            return None
        return float(self.points.by_cell(places, span).sum())


def months_that_count(lake: Lake, force: Force) -> set[Month]:
    """The months of a force that were supplied, and are not withheld."""
    months = force_coverage(lake, force)
    supplied = supplied_periods(months)
    profiles = read_profiles(lake, force.id)
    withheld = {
        hold.period
        for as_of in supplied[-1::-JUDGED_MONTHS]
        for hold in find_holds(profiles, months, as_of)
    }
    return set(supplied) - withheld


def counted(
    lake: Lake,
    force: Force,
    group: str,
    exclusions: Sequence[Exclusion],
    since: Month,
) -> Counted:
    """What a force's incidents of a group can be compared in, from a month on."""
    files = lake.files("incidents", force.id)
    return Counted(
        periods={month for month in months_that_count(lake, force) if month >= since},
        epochs=read_epochs([file.path for file in files]),
        points=group_points(
            [f for f in files if Month.parse(f.partition["month"]) >= since],
            exclusions,
            force.id,
            GROUPS[group],
        ),
    )
