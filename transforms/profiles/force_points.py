"""A force's incidents by point, time and category: read once for all its profiles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.homes.home import Home
from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.scored import scored_incidents
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.programmes.counted import months_that_count
from transforms.reference import cells
from transforms.reference.arrays import Cells, Mask
from transforms.reference.clocks import MONTHS, Clock, Period
from transforms.reference.days import DAYS, Day
from transforms.reference.forces import Force
from transforms.reference.months import Month, window
from transforms.reference.outcomes import OUTCOMES
from transforms.reference.resolutions import DAYS_RESOLUTION, MONTHS_RESOLUTION
from transforms.scores.panel import harm_relations


WINDOW_MONTHS = 36
_OUTCOME_MONTHS = 12
_CLASSES = pa.Table.from_pylist(
    [{"outcome": s, "positive": o.positive} for s, o in OUTCOMES.items() if o.final]
)


@dataclass(frozen=True, eq=False)
class ForcePoints:
    """Located incidents of a force, without those at excluded places.

    A row for each point, period, category and place label (area_points.sql of months,
    record_points.sql of a force's own days).
    """

    as_of: Period
    periods: Sequence[Period]  # that count: supplied, not withheld, on today's points
    rows: pa.Table
    open_to_list: int = 0  # of the group, not sensitive, for a point to be listed

    @property
    def clock(self) -> Clock:
        """The clock of its feed."""
        return DAYS if isinstance(self.as_of, Day) else MONTHS

    def within(self, ground: Cells) -> "ForcePoints":
        """Those in some cells of one resolution, sorted."""
        fine = cells.resolutions(ground[:1])[0]
        scored = DAYS_RESOLUTION if self.clock is DAYS else MONTHS_RESOLUTION
        at = self._cells if fine == scored else self._indexed(int(fine))
        return replace(self, rows=self.rows.filter(_among(at, ground)))

    def of(self, categories: Sequence[str]) -> "ForcePoints":
        """Those of some categories."""
        kept = pc.is_in(self.rows["category"], value_set=pa.array(categories))
        return replace(self, rows=self.rows.filter(kept))

    def newest(self, periods: int) -> "ForcePoints":
        """Those of the newest months or days of the calendar."""
        span = set(window(self.as_of, periods))
        counted = [period for period in self.periods if period in span]
        texts = pa.array([str(period) for period in counted], pa.string())
        kept = pc.is_in(self.rows["period"], value_set=texts)
        return replace(self, periods=counted, rows=self.rows.filter(kept))

    @property
    def of_the_year(self) -> "ForcePoints":
        """Those of the newest 12 months, or 365 days."""
        return self.newest(self.clock.windows[self.clock.year])

    @cached_property
    def incidents(self) -> int:
        """How many there are."""
        return int(pc.sum(self.rows["incidents"]).as_py() or 0)

    def by(self, column: str) -> dict[str, int]:
        """Incidents by the values of a column; rows without one are left out."""
        sums = self.rows.group_by(column).aggregate([("incidents", "sum")])
        pairs = zip(
            *(sums[n].to_pylist() for n in (column, "incidents_sum")), strict=True
        )
        return {value: number for value, number in pairs if value is not None}

    @cached_property
    def _cells(self) -> Cells:
        return np.asarray(self.rows["h3_cell"].to_numpy())

    def _indexed(self, resolution: int) -> Cells:
        longitude, latitude = (
            self.rows[name].to_numpy() for name in ("longitude", "latitude")
        )
        return cells.index_points(longitude, latitude, resolution)


def _among(at: Cells, ground: Cells) -> Mask:
    row = np.minimum(np.searchsorted(ground, at), len(ground) - 1)
    return np.asarray(ground[row] == at)


def force_points(home: Home, lake: Lake, force: Force, as_of: Month) -> ForcePoints:
    """What is known of a force in the 36 months to an as-of."""
    files = lake.files("incidents", force.id)
    months = _counting(lake, force, files, as_of)
    paths = [file.path for file in files if file.partition["month"] in map(str, months)]
    if not paths:
        return ForcePoints(as_of, months, _nothing())
    outcomes = [file.path for file in lake.files("outcomes", force.id)]
    crimes = _crimes(paths, outcomes, as_of)
    rows = sql.run(
        "area_points",
        {
            "kept": scored_incidents(paths, home.scoring.exclusions, force.id),
            "crimes": crimes,
            "classes": _CLASSES,
            "category_harm": harm_relations(home.scoring.harm)["category_harm"],
        },
        first_month=str(months[0]),
        last_month=str(as_of),
    )
    return ForcePoints(as_of, months, rows)


def _crimes(incidents: list[str], outcomes: list[str], as_of: Month) -> pa.Table:
    """The latest outcomes of a year's crimes; none where the feed's were not stored."""
    if not outcomes:
        return pa.schema(
            [("month", pa.string()), ("raw_line", pa.int32()), ("outcome", pa.string())]
        ).empty_table()
    known = sql.run(
        "latest_outcomes",
        {"incidents": incidents, "outcomes": outcomes},
        first_month=str(as_of + (1 - _OUTCOME_MONTHS)),
        last_month=str(as_of),
    )
    return known.select(["month", "raw_line", "outcome"])  # the rest, incidents have


def _nothing() -> pa.Table:
    texts = ("period", "category", "place_label")
    floats = ("longitude", "latitude", "harm", "gravest")
    numbers = (
        "h3_cell", "incidents", "open_incidents", "final_outcomes", "positive_outcomes",
    )  # fmt: skip
    kinds = dict.fromkeys(texts, pa.string()) | dict.fromkeys(floats, pa.float64())
    kinds |= dict.fromkeys(numbers, pa.int64())
    return pa.schema(kinds).empty_table()


def _counting(
    lake: Lake, force: Force, files: Sequence[DataFile], as_of: Month
) -> list[Month]:
    """The months that count: supplied, not withheld, on the map points of the as-of."""
    first = epoch_at(read_epochs([file.path for file in files]), as_of)
    counting = months_that_count(lake, force)
    span = window(as_of, WINDOW_MONTHS)
    return [m for m in span if m in counting and (first is None or first <= m)]
