"""Twins of the windows of days."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


def days_within(days: Sequence[int], as_of: int, window_days: int) -> list[int]:
    """Those of the window that ends with the as-of day."""
    return [day for day in days if as_of - window_days < day <= as_of]


def rolling_slots(
    events: Sequence[tuple[int, int]], as_of: int, supplied: set[int], window_days: int
) -> Counter[int]:
    """Incidents, (day, slot), of each slot on the supplied days of the window."""
    return Counter(
        slot
        for day, slot in events
        if day in supplied and days_within([day], as_of, window_days)
    )


def known_incidents(
    records: Sequence[Mapping[str, Any]], as_of: date
) -> list[Mapping[str, Any]]:
    """The records that had happened, and were recorded, by the end of that day."""

    def london(moment: datetime) -> date:
        return moment.astimezone(ZoneInfo("Europe/London")).date()

    return [
        record
        for record in records
        if london(record["occurred_to"] or record["occurred_from"]) <= as_of
        and (record["recorded_at"] is None or london(record["recorded_at"]) <= as_of)
    ]


def decayed_weight(days: Sequence[int], as_of: int, half_life_days: float) -> float:
    """What days up to the as-of day add up to, halved with each half-life of age."""
    ages = [as_of - day for day in days if day <= as_of]
    return math.fsum(math.pow(0.5, age / half_life_days) for age in ages)
