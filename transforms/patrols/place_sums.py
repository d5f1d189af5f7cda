"""What was delivered at each place, beside what was planned and what is needed."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.patrols.schemas import DOSAGE_PLACES
from transforms.reference.arrays import Floats


_UNDER, _OVER = 0.5, 2.0  # times its share of need: a rule of ours, no finding
_DECIMALS = 4

Row = Mapping[str, Any]


def place_sums(days: pa.Table, places: pa.Table) -> pa.Table:
    """Place days summed up, a row for each place that has any; as DOSAGE_PLACES."""
    rows = days.to_pylist()
    by_place: dict[str, list[Row]] = {}
    for row in rows:
        by_place.setdefault(row["place_id"], []).append(row)
    known = [p for p in places.to_pylist() if p["place_id"] in by_place]
    need = [place["level_month"] for place in known]
    dose = [_sum(by_place[p["place_id"]], "patrol_minutes") or 0.0 for p in known]
    need_share, dose_share = shares(need), shares(dose)
    found = [
        {
            "place_id": place["place_id"],
            "name": place["name"],
            **_delivered(by_place[place["place_id"]]),
            "need_rank": 1 + sum(other > need[at] for other in need),
            "dose_rank": 1 + sum(other > dose[at] for other in dose),
            "need_share": round(float(need_share[at]), _DECIMALS),
            **_spread(need_share[at], dose_share[at], is_patrolled=sum(dose) > 0),
        }
        for at, place in enumerate(known)
    ]
    return pa.Table.from_pylist(found, schema=DOSAGE_PLACES)


def overlap(patrolled: Sequence[float], needed: Sequence[float]) -> float:
    """How much of patrol lies where the need is: the sum of the smaller shares.

    1 where both are shared out alike over the places, 0 where they have none in common.
    """
    return float(np.minimum(shares(patrolled), shares(needed)).sum())


def shares(of_places: Sequence[float]) -> Floats:
    """Each number by their sum; zeros where that is zero."""
    numbers = np.asarray(of_places, dtype=float)
    total = numbers.sum()
    return numbers / total if total else np.zeros(len(numbers))


def _delivered(rows: Sequence[Row]) -> dict[str, Any]:
    """What the days of one place, in their order, come to."""
    share = delivered_share(rows)
    quiet = [
        len(list(run))
        for is_quiet, run in groupby(row["visits"] == 0 for row in rows)
        if is_quiet
    ]
    return {
        "days": len(rows),
        "planned_minutes": _sum(rows, "planned_minutes"),
        "patrol_minutes": round(_sum(rows, "patrol_minutes") or 0.0, _DECIMALS),
        "delivered_share": None if share is None else round(share, _DECIMALS),
        "visits": sum(row["visits"] for row in rows),
        "visits_10_20": _sum(rows, "visits_10_20", whole=True),
        "officer_minutes": round(_sum(rows, "officer_minutes") or 0.0, _DECIMALS),
        "background_minutes": round(_sum(rows, "background_minutes") or 0.0, _DECIMALS),
        "days_without_visit": sum(quiet),
        "longest_gap_days": max(quiet, default=0),
    }


def _sum(rows: Sequence[Row], name: str, whole: bool = False) -> Any:
    """The sum of what is known; None where nothing is or, if `whole`, not all."""
    known = [row[name] for row in rows if row[name] is not None]
    if not known or (whole and len(known) < len(rows)):
        return None
    return sum(known)


def _spread(need: float, dose: float, is_patrolled: bool) -> dict[str, Any]:
    """The share of minutes, and whether it fits the share of need."""
    if not is_patrolled:
        return {"dose_share": None, "word": None}
    word = (
        "under" if dose < _UNDER * need else "over" if dose > _OVER * need else "even"
    )
    return {"dose_share": round(float(dose), _DECIMALS), "word": word}


def delivered_share(rows: Sequence[Row]) -> float | None:
    """Patrol minutes by minutes planned, where any were; None without a plan."""
    planned = [row for row in rows if row["planned_minutes"]]
    total = _sum(planned, "planned_minutes")
    return _sum(planned, "patrol_minutes") / total if total else None
