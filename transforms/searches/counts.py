"""A force's searches, counted by area, period, object and both fields of ethnicity."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

import sql
from transforms.reference.arrays import Floats, Integers
from transforms.reference.months import Month, window
from transforms.searches.ethnicity import NOT_STATED, OTHER_LABEL, group_of
from transforms.searches.ground import WHOLE, Ground


NO_ACTION = "A no further action disposal"
PERIODS: Mapping[str, int] = {"12m": 12, "3m": 3}
LONGEST_MONTHS = max(PERIODS.values())
_LONGEST, _MARKUP = 100, frozenset("<>")
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
            "object_of_search": _named(stops["object_of_search"], object_of),
            "officer_group": _named(stops["officer_defined_ethnicity"], group_of),
            "self_group": _named(stops["self_defined_ethnicity"], group_of),
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
    )


@dataclass(frozen=True)
class Incidents:
    """Located incidents of a crime group by month and area, and which months count."""

    by_month: Mapping[str, Integers]  # by the ground's areas
    supplied: Collection[Month]
    areas: int

    def of(self, period: Period) -> Integers | None:
        """Those of each area in a period; None if no month of it was supplied."""
        months = [month for month in period.span if month in self.supplied]
        if not months:
            return None
        none = np.zeros(self.areas, dtype=np.int64)
        return sum((self.by_month.get(str(month), none) for month in months), none)


def count_incidents(
    months: pa.ChunkedArray,
    area: Integers,
    incidents: Integers,
    ground: Ground,
    supplied: Collection[Month],
) -> Incidents:
    """Incidents of rows that have a month and an area each, added up."""
    texts = months.cast(pa.string()).to_pylist()
    names, of_row = np.unique(np.array(texts, dtype=object), return_inverse=True)
    sums = np.zeros((len(names), len(ground.areas)), dtype=np.int64)
    np.add.at(sums, (of_row, area), incidents)
    by_month = dict(zip(names.tolist(), sums, strict=True))
    return Incidents(by_month, supplied, len(ground.areas))


def points_of(rows: pa.Table) -> tuple[Floats, Floats]:
    """Longitude and latitude; NaN where there is none."""
    longitude, latitude = (
        rows[name].to_numpy().astype(float) for name in ("longitude", "latitude")
    )
    return longitude, latitude


def object_of(label: str | None) -> str:
    """An object as published; `another label` for what no object begins with."""
    if not label:
        return NOT_STATED
    is_name = label[0].isalpha() and len(label) <= _LONGEST and not _MARKUP & set(label)
    return label if is_name else OTHER_LABEL


def _named(labels: pa.ChunkedArray, name: Callable[[str | None], str]) -> pa.Array:
    """What each label is named, asked once for each."""
    texts = labels.cast(pa.string()).to_pylist()
    known = {text: name(text) for text in set(texts)}
    return pa.array([known[text] for text in texts], pa.string())
