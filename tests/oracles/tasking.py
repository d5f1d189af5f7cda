"""Twins of tasking packs: places, days and sums, one by one."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any


Row = Mapping[str, Any]


def word(observed: int, mean: float, shape: float, size: float, months: float) -> str:
    """Whether a count is beyond what 95 of 100 such places have: its chances summed.

    A negative binomial of that mean, whose size is that of one rate for all months and
    of months that vary about it. Its quantile is the first count whose chances reach a
    share.
    """
    if not mean:
        return "above" if observed else "within"
    r = 1 / (1 / shape + 1 / (months * size))
    chance, so_far, number = (r / (r + mean)) ** r, 0.0, 0
    low = high = None
    while high is None:
        so_far += chance
        if low is None and so_far >= 0.025:
            low = number
        if so_far >= 0.975:
            high = number
        chance *= (number + r) / (number + 1) * mean / (r + mean)
        number += 1
    assert low is not None
    return "below" if observed < low else "above" if observed > high else "within"


def apart(own: Mapping[str, set[str]], others: Mapping[str, set[str]]) -> list[str]:
    """The places of a list that have no cell in common with another list's."""
    return [
        place
        for place, cells in own.items()
        if all(not cells & theirs for theirs in others.values())
    ]


def plan_of(
    plans: Sequence[tuple[str, date, date]], days: Sequence[date]
) -> dict[date, str]:
    """The plan of each day that counts: of several, the one that was made last."""
    found = {}
    for day in days:
        for name, first, last in plans:
            if first <= day <= last:
                found[day] = name
    return found


def as_planned(rows: Sequence[Row]) -> tuple[int, int, int, int] | None:
    """Place-days with patrol planned and made, planned; not planned and made, not."""
    counts, known = [0, 0, 0, 0], False
    for row in rows:
        if row["planned_minutes"] is None:
            continue
        known = True
        if row["planned_minutes"] > 0:
            if row["visits_10_plus"] is None:
                continue
            counts[1] += 1
            counts[0] += row["visits_10_plus"] >= 1
        else:
            counts[3] += 1
            counts[2] += row["patrol_minutes"] >= 3
    return tuple(counts) if known else None  # type: ignore[return-value]


def hours_of(rows: Sequence[Row], places: Sequence[str]) -> float:
    """Officer-hours at some places: place-days one by one."""
    return sum(r["officer_minutes"] / 60 for r in rows if r["place_id"] in places)


def endings(starts: date, until: date) -> list[date]:
    """The last days of a programme's whole fortnights that are over on a day."""
    day = starts
    while day.weekday() != 0:
        day -= timedelta(days=1)
    found = []
    while (day := day + timedelta(days=14)) <= until:
        found.append(day - timedelta(days=1))
    return found
