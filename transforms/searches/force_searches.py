"""What is said about one force's searches, beside a ground of hot spots or places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
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
    Period,
    count_incidents,
    count_searches,
    periods,
)
from transforms.searches.ground import Ground
from transforms.searches.table import search_table


@dataclass(frozen=True, kw_only=True)
class Stops:
    """A force's stored searches: whose months, and the files that hold them."""

    files: Sequence[DataFile]
    supplied: Sequence[Month]

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
    return Stops(files=files, supplied=supplied_periods(months))


def searches_of(
    force: Force,
    crime_group: str,
    ground: Ground,
    stops: Stops,
    incidents: pa.Table,
    incident_months: Collection[Month],
    last: Month,
) -> ForceSearches:
    """The searches of the year up to a month; a table without rows if there are none.

    `incidents` are those of `group_incidents`, of those months that were supplied.
    """
    spans = periods(last, stops.supplied)
    counted = count_searches(stops.rows(spans), ground, spans)
    beside = {
        span.name: count_incidents(incidents, ground, months)
        for span in spans
        if (months := set(span.span) & set(incident_months))
    }
    table = search_table(force.id, crime_group, ground, spans, counted, beside)
    return ForceSearches(
        force=force, crime_group=crime_group, ground=ground, periods=spans, table=table
    )


def group_incidents(kept: pa.Table, crime_group: str) -> pa.Table:
    """Those of a crime group that have a place in the force's area."""
    categories = pa.array(GROUPS[crime_group].categories)
    of_group = pc.is_in(kept["category"].cast(pa.string()), categories)
    mine = kept.filter(pc.and_(of_group, kept["in_area"]))
    return mine.select(["month", "longitude", "latitude"])


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
    known = [month for month in stops.supplied if last is None or month <= last]
    if not known or (last and last.since(known[-1]) >= LONGEST_MONTHS):
        until = f" of the year to {last}" if last else ""
        raise UsageError(
            f"{force.id}: no stop and search file{until} is in the lake; not every"
            " force supplies one each month (docs/searches.md)"
        )
    to = last or known[-1]
    months = supplied_periods(force_coverage(lake, force))
    span = {str(month) for month in window(to, LONGEST_MONTHS)}
    files = [
        f for f in lake.files("incidents", force.id) if f.partition["month"] in span
    ]
    kept = scored_incidents([file.path for file in files], exclusions, force.id)
    beside = group_incidents(kept, crime_group)
    return searches_of(force, crime_group, ground, stops, beside, months, to)
