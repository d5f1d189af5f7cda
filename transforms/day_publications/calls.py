"""Calls for service beside crime: how many came to each cell, and no call itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

import sql
from transforms.incidents.scored import scored_incidents
from transforms.publications.edition.calls import WINDOW_DAYS, CallCounts
from transforms.records.day_coverage import DayCoverage
from transforms.reference.cells import as_text
from transforms.reference.coverage import supplied_periods
from transforms.reference.days import Day
from transforms.reference.overrides import Override
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The calls of a feed whose mapping names some. It stays here: it has records."""

    kinds: Sequence[str]  # as records store them
    records: Restricted  # those known by the end of the as-of
    coverage: DayCoverage  # to the as-of
    overrides: Mapping[str, Override]  # by day

    @property
    def identity(self) -> dict[str, Any]:
        """What a publication that shows them rests on, besides the drops."""
        days = {day: asdict(override) for day, override in self.overrides.items()}
        return {"kinds": list(self.kinds), "days": days}

    def counts(self, as_of: Day, scoring: Scoring, force: str) -> CallCounts:
        """Each cell's calls of the window to the as-of, of its supplied days.

        Calls at excluded places are left out, and a call counts on the last day on
        which it can have come, as for crimes.
        """
        first = as_of + (1 - WINDOW_DAYS)
        days = [d for d in supplied_periods(self.coverage) if first <= d <= as_of]
        kept = scored_incidents(self.records.reveal(), scoring.exclusions, force)
        ends = {"first_day": str(first), "last_day": str(as_of)}
        found = sql.run(
            "cell_calls",
            {
                "calls": sql.run("dated_records", {"live_records": kept}, **ends),
                "days": pa.table({"period": pa.array(map(str, days), pa.string())}),
            },
            h3_res=DAYS_RESOLUTION,
        )
        by_kind = dict.fromkeys(self.kinds, 0) | _summed(found, "category")
        cells = _summed(found, "h3_cell")
        by_cell = dict(zip(as_text(np.array([*cells])), cells.values(), strict=True))
        return CallCounts(by_cell, by_kind, len(days), self._statuses)

    @property
    def _statuses(self) -> dict[str, str]:
        return {str(day): covered.status for day, covered in self.coverage.items()}


def _summed(found: pa.Table, name: str) -> dict[Any, int]:
    """The calls by that column."""
    sums = found.group_by(name, use_threads=False).aggregate([("calls", "sum")])
    columns = (sums[column].to_pylist() for column in (name, "calls_sum"))
    return dict(zip(*columns, strict=True))
