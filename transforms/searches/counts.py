"""A force's searches, counted by area, period, object and both fields of ethnicity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.reference.arrays import Floats, Integers
from transforms.reference.months import Month, window
from transforms.searches.ethnicity import NOT_STATED, group_of
from transforms.searches.ground import WHOLE, Ground


NO_ACTION = "A no further action disposal"
PERIODS: Mapping[str, int] = {"12m": 12, "3m": 3}
LONGEST_MONTHS = max(PERIODS.values())
# What is read of a search: nothing of the person but both fields of ethnicity.
READ = (
    "month", "longitude", "latitude", "object_of_search", "officer_defined_ethnicity",
    "self_defined_ethnicity", "outcome", "outcome_linked",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """A span of months, and those of it that were supplied."""

    name: str
    span: Sequence[Month]
    supplied: Sequence[Month]


def periods(last: Month, supplied: Collection[Month]) -> list[Period]:
    """The periods up to a month that have any supplied month."""
    spans = {name: window(last, months) for name, months in PERIODS.items()}
    found = [
        Period(name, span, [month for month in span if month in supplied])
        for name, span in spans.items()
    ]
    return [period for period in found if period.supplied]


def count_searches(
    stops: pa.Table, ground: Ground, spans: Sequence[Period]
) -> pa.Table:
    """The counts (search_counts.sql) of stops with the columns of READ."""
    area = ground.area_of(*points_of(stops))
    searches = pa.table(
        {
            "month": stops["month"],
            "area": pa.array(ground.areas).take(pa.array(area)),
            "object_of_search": stops["object_of_search"],
            "officer_group": _groups(stops["officer_defined_ethnicity"]),
            "self_group": _groups(stops["self_defined_ethnicity"]),
            "outcome": stops["outcome"],
            "outcome_linked": stops["outcome_linked"],
        }
    )
    months = [(p.name, str(month)) for p in spans for month in p.supplied]
    of_period = pa.table(
        {
            "period": pa.array([name for name, _ in months], pa.string()),
            "month": pa.array([month for _, month in months], pa.string()),
        }
    )
    return sql.run(
        "search_counts",
        {"searches": searches, "periods": of_period},
        no_action=NO_ACTION,
        whole=WHOLE,
        not_stated=NOT_STATED,
    )


def count_incidents(
    incidents: pa.Table, ground: Ground, months: Collection[Month]
) -> Integers:
    """Located incidents of some months in each area, by the ground's areas.

    `incidents` has `month`, `longitude` and `latitude`, and is of one crime group.
    """
    wanted = pa.array(sorted(map(str, months)), pa.string())
    mine = incidents.filter(pc.is_in(incidents["month"].cast(pa.string()), wanted))
    area = ground.area_of(*points_of(mine))
    return np.bincount(area, minlength=len(ground.areas))


def points_of(rows: pa.Table) -> tuple[Floats, Floats]:
    """Longitude and latitude; NaN where there is none."""
    longitude, latitude = (
        rows[name].to_numpy().astype(float) for name in ("longitude", "latitude")
    )
    return longitude, latitude


def _groups(labels: pa.ChunkedArray) -> pa.Array:
    """The group of each label."""
    texts = labels.cast(pa.string()).to_pylist()
    known = {text: group_of(text) for text in set(texts)}
    return pa.array([known[text] for text in texts], pa.string())
