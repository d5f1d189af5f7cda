"""What is said about one force's searches, beside a ground of hot spots or places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.scored import scored_incidents
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window
from transforms.searches.counts import (
    LONGEST_MONTHS,
    READ,
    Incidents,
    Period,
    count_incidents,
    count_searches,
    periods,
    points_of,
)
from transforms.searches.ground import Ground
from transforms.searches.table import search_table


@dataclass(frozen=True, kw_only=True)
class Stops:
    """A force's stored searches: whose months, and the files that hold them."""

    files: Sequence[DataFile]
    months: Mapping[Month, MonthCoverage]

    @property
    def supplied(self) -> list[Month]:
        """The months that count."""
        return supplied_periods(self.months)

    def of_year(self, last: Month) -> list[Month]:
        """The months of the year up to a month that were supplied."""
        span = window(last, LONGEST_MONTHS)
        return [month for month in self.supplied if month in span]

    def rows(self, spans: Sequence[Period], columns: Sequence[str] = READ) -> pa.Table:
        """The searches of the supplied months of those periods."""
        wanted = {str(month) for period in spans for month in period.supplied}
        files = [file for file in self.files if file.partition["month"] in wanted]
        return read_files(files, TABLES["stops"], columns)


@dataclass(frozen=True, kw_only=True)
class ForceSearches:
    """A force's searches up to a month, and the table that says what they led to."""

    force: Force
    crime_group: str
    ground: Ground
    periods: Sequence[Period]
    table: pa.Table  # as SEARCHES

    @property
    def longest(self) -> Period:
        """The period of which most is said."""
        return max(self.periods, key=lambda period: len(period.span))

    @property
    def last(self) -> Month:
        """The month that all periods end with."""
        return self.longest.span[-1]


def stored_stops(lake: Lake, force: Force) -> Stops:
    """The searches that a lake has of a force; `ForceError` if they are damaged."""
    months = force_coverage(lake, force, "stops")
    files = lake.files("stops", force.id)
    refuse_damaged("stops", files)
    return Stops(files=files, months=months)


def searches_of(
    force: Force,
    crime_group: str,
    ground: Ground,
    stops: Stops,
    incidents: Incidents,
    last: Month,
) -> ForceSearches:
    """The searches of the year up to a month; without rows if there are none."""
    spans = periods(last, stops.supplied)
    counted = count_searches(stops.rows(spans), ground, spans)
    beside = {span.name: incidents.of(span) for span in spans}
    table = search_table(force.id, crime_group, ground, spans, counted, beside)
    return ForceSearches(
        force=force, crime_group=crime_group, ground=ground, periods=spans, table=table
    )


def searches_in_lake(
    lake: Lake,
    force: Force,
    crime_group: str,
    ground: Ground,
    exclusions: Sequence[Exclusion],
    last: Month | None,
) -> ForceSearches:
    """The same from a lake, up to a month; default: the newest with searches.

    `UsageError` where there is none to count.
    """
    stops = stored_stops(lake, force)
    to = last or max(stops.supplied, default=None)
    if to is None or not stops.of_year(to):
        until = f" of the year to {last}" if last else ""
        raise UsageError(
            f"{force.id}: no stop and search file{until} is in the lake; not every"
            " force supplies one each month (docs/searches.md)"
        )
    incidents = _incidents(lake, force, crime_group, ground, exclusions, to)
    return searches_of(force, crime_group, ground, stops, incidents, to)


def _incidents(
    lake: Lake,
    force: Force,
    crime_group: str,
    ground: Ground,
    exclusions: Sequence[Exclusion],
    last: Month,
) -> Incidents:
    """Those of a crime group in the year, without excluded places."""
    supplied = supplied_periods(force_coverage(lake, force))
    span = {str(month) for month in window(last, LONGEST_MONTHS)}
    files = lake.files("incidents", force.id)
    mine = [file.path for file in files if file.partition["month"] in span]
    kept = scored_incidents(mine, exclusions, force.id)
    categories = pa.array(GROUPS[crime_group].categories)
    of_group = pc.is_in(kept["category"].cast(pa.string()), categories)
    rows = kept.filter(pc.and_(of_group, kept["in_area"]))
    area, each = ground.area_of(*points_of(rows)), np.ones(len(rows), dtype=np.int64)
    return count_incidents(rows["month"], area, each, ground, supplied)
