"""A force's incidents of a crime group by point and period, and their sums by area."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

import sql
from transforms.incidents.scored import scored_incidents
from transforms.lake.data_files import DataFile
from transforms.programmes.buffers import RESOLUTION
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers, Mask
from transforms.reference.clocks import Period
from transforms.reference.exclusions import Exclusion
from transforms.reference.groups import CrimeGroup
from transforms.reference.months import Month


@dataclass(frozen=True, kw_only=True)
class GroupPoints:
    """Located incidents of a group, one row for each point and period with any.

    A period is a month of the public feed, or a day of a force's own.
    """

    longitude: Floats
    latitude: Floats
    cells: Cells  # of the resolution that is scored
    period: Integers  # each row's place in `periods`
    incidents: Integers
    periods: Sequence[Period]  # those stored, oldest first

    @cached_property
    def fine_cells(self) -> Cells:
        """The cell of each row at the resolution of buffers."""
        return cells.index_points(self.longitude, self.latitude, RESOLUTION)

    def within(self, span: Sequence[Period]) -> Integers:
        """The incidents of each row, 0 where its period is not in the span."""
        among = set(span)
        wanted = np.array([period in among for period in self.periods], dtype=bool)
        return np.where(wanted[self.period], self.incidents, 0)

    def without(self, rows: Mask) -> "GroupPoints":
        """These without some rows."""
        kept = ~rows
        return replace(
            self,
            longitude=self.longitude[kept],
            latitude=self.latitude[kept],
            cells=self.cells[kept],
            period=self.period[kept],
            incidents=self.incidents[kept],
        )

    def place_of(self, places: Sequence[Cells]) -> Integers:
        """The place that each row lies in, of places of one resolution; -1 if none."""
        ids = np.concatenate(places)
        order = np.argsort(ids, kind="stable")
        number = np.repeat(np.arange(len(places)), [len(place) for place in places])
        fine = cells.resolutions(ids[:1])[0] == RESOLUTION
        at_cell = self.fine_cells if fine else self.cells
        at = np.minimum(np.searchsorted(ids[order], at_cell), len(ids) - 1)
        return np.where(ids[order][at] == at_cell, number[order][at], -1)

    def by_place(self, places: Sequence[Cells], span: Sequence[Period]) -> Floats:
        """Incidents of those periods in each of some places of one resolution."""
        at = self.place_of(places)
        inside = at >= 0
        sums = np.bincount(at[inside], self.within(span)[inside], len(places))
        return np.asarray(sums, dtype=np.float64)

    def by_cell(self, among: Cells, span: Sequence[Period]) -> Integers:
        """Incidents of those periods in each of some sorted cells that are scored."""
        return _summed(self.cells, self.within(span), among)

    def by_fine_cell(self, among: Cells, span: Sequence[Period]) -> Integers:
        """The same for sorted cells of the resolution of buffers."""
        return _summed(self.fine_cells, self.within(span), among)


def _summed(at: Cells, incidents: Integers, among: Cells) -> Integers:
    sums = np.zeros(len(among), dtype=np.int64)
    if len(among):
        row = np.minimum(np.searchsorted(among, at), len(among) - 1)
        inside = among[row] == at
        np.add.at(sums, row[inside], incidents[inside])
    return sums


def group_points(
    files: Sequence[DataFile],
    exclusions: Sequence[Exclusion],
    force: str,
    group: CrimeGroup,
) -> GroupPoints:
    """The points of a group in those files of incidents (group_points.sql)."""
    kept = scored_incidents([file.path for file in files], exclusions, force)
    months = sorted(Month.parse(file.partition["month"]) for file in files)
    return points_of(kept, group, months)


def points_of(
    incidents: pa.Table, group: CrimeGroup, periods: Sequence[Period]
) -> GroupPoints:
    """The points of a group among incidents, all of them of those periods."""
    categories = pa.table({"category": list(group.categories)})
    rows = sql.run("group_points", {"incidents": incidents, "categories": categories})
    at = {str(period): row for row, period in enumerate(periods)}
    return GroupPoints(
        longitude=rows["longitude"].to_numpy(),
        latitude=rows["latitude"].to_numpy(),
        cells=rows["h3_cell"].to_numpy(),
        period=np.array([at[text] for text in rows["month"].to_pylist()], dtype=int),
        incidents=rows["incidents"].to_numpy(),
        periods=periods,
    )
