"""How a contestant did in each force and period: shares found, means, intervals.

Each force-period with any incident counts as one. Intervals are of the paired block
bootstrap (`blocks.py`) over a force and two neighbouring months, or weeks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.blocks import estimate
from transforms.backtests.contest import AREA_SHARES, AREAS_IN_WORDS, AREAS_M2
from transforms.backtests.hit_curve import pai
from transforms.reference.arrays import Floats


HEADLINE = "1pct"  # rivals are picked by this share of the area
EQUAL = "10km2"  # what homes, years and methods are compared by
_SEED = 1


@dataclass(frozen=True)
class Results:
    """One contestant's rows in one crime group, at one horizon.

    Rows have `force`, `period` (any text, one row each), `number` (of the month or
    week, which blocks are made of), `incidents`, and `hits_…` of each share.
    """

    rows: pa.Table

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """Force and period of each row."""
        columns = (self.rows[name].to_pylist() for name in ("force", "period"))
        return list(zip(*columns, strict=True))

    @cached_property
    def incidents(self) -> Floats:
        """Incidents of each row, found or not."""
        return np.asarray(self.rows["incidents"].to_numpy(), dtype=float)

    def rate(self, share: str) -> Floats:
        """Share of each row's incidents found; NaN where there are none."""
        return ratio(self.rows[f"hits_{share}"].to_numpy(), self.incidents)

    def rate_at(self, keys: Iterable[tuple[str, str]], share: str) -> Floats:
        """The same in those force-periods; NaN where there is no row."""
        known = dict(zip(self.keys, self.rate(share).tolist(), strict=True))
        return np.array([known.get(key, np.nan) for key in keys])

    def mean(self, column: str) -> float | None:
        """Mean of a column over the rows that have it."""
        value = pc.mean(self.rows[column]).as_py()
        return None if value is None else float(value)

    def estimated(self, name: str, values: Floats) -> dict[str, Any]:
        """The mean of a value of each row as `name`, and its interval; NaN is None."""
        _, force = np.unique(self.rows["force"].to_pylist(), return_inverse=True)
        number = self.rows["number"].to_numpy()
        one = estimate(force, number, values[:, None], _SEED)
        bounds = {name: one.mean, f"{name}_lo": one.low, f"{name}_hi": one.high}
        return {key: none_for_nan(value[0]) for key, value in bounds.items()}

    def hit_rate(self, share: str) -> dict[str, Any]:
        """`hit_rate` with its interval, and `pai`; none of an area in km2.

        PAI divides by a share of the universe, and so grows with it.
        """
        rate = self.estimated("hit_rate", self.rate(share))
        area = AREA_SHARES.get(share)
        return {**rate, "pai": area and pai(rate["hit_rate"], 1.0, area, 1.0)}

    def searched(self, share: str) -> "Results":
        """The rows whose universe is large enough for that area: all, for a share."""
        return Results(self.rows.filter(pc.is_finite(self.rows[f"hits_{share}"])))

    def area(self, share: str) -> dict[str, Any]:
        """`area` in words, `area_share`, and `area_km2`: for a share, a mean."""
        part = AREA_SHARES.get(share)
        if part is None:
            area_m2 = AREAS_M2[share]
        else:
            area_m2 = part * (self.mean("universe_area_m2") or 0.0)
        words = AREAS_IN_WORDS[share]
        return {"area": words, "area_share": part, "area_km2": area_m2 / 1e6}

    def gain(self, rival: "Results", share: str) -> dict[str, Any]:
        """`gain` over a rival in the same force-periods, with its interval."""
        rates = self.rate(share) - rival.rate_at(self.keys, share)
        return self.estimated("gain", rates)


def best_of(rivals: Mapping[str, Results], share: str = HEADLINE) -> str | None:
    """The rival that found most: chosen in hindsight, which favours it.

    For an area in km2 by that area, for a share of the universe by 1 %.
    """
    by = share if share in AREAS_M2 else HEADLINE
    rates = {name: mean_known(of.rate(by)) for name, of in rivals.items()}
    known = [name for name, rate in rates.items() if not np.isnan(rate)]
    return max(known, key=lambda name: rates[name], default=None)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part divided by whole; NaN where the whole is 0."""
    shares = np.full(len(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=shares, where=whole > 0))


def mean_known(values: Floats) -> float:
    """The mean of the values that are not NaN; NaN if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def none_for_nan(value: float) -> float | None:
    """For a table, in which NaN is null."""
    return None if np.isnan(value) else float(value)
