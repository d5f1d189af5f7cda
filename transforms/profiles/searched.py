"""Stop and search in an area: how often, and how often something was found."""

from dataclasses import dataclass

import pyarrow as pa

from transforms.lake.lake import Lake
from transforms.reference.arrays import Cells
from transforms.reference.forces import Force
from transforms.reference.months import Month
from transforms.searches.counts import PERIODS, Period, count_searches, periods
from transforms.searches.force_searches import stored_stops
from transforms.searches.ground import HOT_SPOTS, Ground
from transforms.searches.rates import Within, share


_YEAR = max(PERIODS, key=lambda name: PERIODS[name])
_ALL = "all"


@dataclass(frozen=True)
class Searches:
    """Searches in an area in the last 12 months."""

    months: int  # of them that were supplied
    number: int
    found: Within | None  # share of those whose result is known


@dataclass(frozen=True)
class ForceStops:
    """A force's searches of a year, read once for all its areas."""

    year: Period
    rows: pa.Table

    def within(self, ground: Cells) -> Searches:
        """Those in some cells."""
        here = Ground(HOT_SPOTS, ground)
        counted = count_searches(self.rows, here, [self.year]).to_pylist()
        mine = [
            row
            for row in counted
            if (row["area"], row["breakdown"]) == (HOT_SPOTS, _ALL)
        ]
        number, finds, known = (
            sum(row[name] for row in mine) for name in ("n", "finds", "n_known_find")
        )
        return Searches(len(self.year.supplied), number, share(finds, known))


def stops_of(lake: Lake, force: Force, as_of: Month) -> ForceStops | None:
    """A force's searches of the year to a month; None where none was supplied."""
    stops = stored_stops(lake, force)
    years = [one for one in periods(as_of, stops.supplied) if one.name == _YEAR]
    return ForceStops(years[0], stops.rows(years)) if years else None
