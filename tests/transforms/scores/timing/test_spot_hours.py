"""The hours of hot spots, and when most happens there, against plain twins."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from tests.oracles.timing import busiest as slow_busiest
from tests.oracles.timing import spot_hours as slow_spot_hours
from tests.transforms.scores.days.made_records import CELLS, as_records
from transforms.reference.groups import GROUPS
from transforms.scores.timing.spot_hours import spot_hours
from transforms.scores.timing.week import WEEKDAYS, busiest, weeks_of


BEGIN = datetime(2025, 10, 24, tzinfo=UTC)  # the clocks change on the 26th
CATEGORIES = ("burglary", "robbery", "drugs", "vehicle-crime")


def made(seed: int) -> list[tuple[str, str, datetime, datetime]]:
    random = Random(seed)  # noqa: S311
    rows = []
    for _ in range(120):
        start = BEGIN + timedelta(minutes=random.randrange(8 * 24 * 60))
        length = random.choice([0, 0, 45, 300, 600, 3 * 24 * 60, 9 * 24 * 60])
        place = random.choice(CELLS[:5])
        end = start + timedelta(minutes=length)
        rows.append((place, random.choice(CATEGORIES), start, end))
    return rows


def as_table(rows: list[tuple[str, str, datetime, datetime]]) -> pa.Table:
    return as_records(
        [
            {
                "category": category,
                "occurred_from": start,
                "occurred_to": end,
                "time_precision": "minute",
                "h3_r10": int(cell, 16),
            }
            for cell, category, start, end in rows
        ]
    )


SPOTS = {
    "one": ("burglary", CELLS[:2]),
    "two": ("all-crime", CELLS[1:4]),
    "quiet": ("shoplifting", CELLS[:5]),
}


@pytest.mark.parametrize("seed", range(6))
def test_each_hour_of_a_hot_spot_is_that_of_the_twin(seed: int) -> None:
    rows = made(seed)
    members = pa.Table.from_pylist(
        [
            {"hotspot_id": name, "crime_group": group, "h3_cell": int(cell, 16)}
            for name, (group, cells) in SPOTS.items()
            for cell in cells
        ]
    )
    found = {
        (r["hotspot_id"], WEEKDAYS.index(r["weekday"]), r["hour"]): r["incidents"]
        for r in spot_hours(as_table(rows), members).to_pylist()
    }
    slow = slow_spot_hours(
        rows,
        {
            name: (set(GROUPS[group].categories), set(cells))
            for name, (group, cells) in SPOTS.items()
        },
    )
    assert found == {
        key: pytest.approx(float(weight), abs=6e-5)
        for key, weight in slow.items()
        if weight >= Fraction(1, 20_000)
    }


@pytest.mark.parametrize("seed", range(6))
def test_when_most_happens_is_as_the_twin_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    week = random.poisson(0.3 if seed else 0.03, (7, 24)).astype(float)
    slow = slow_busiest(
        {(d, h): Fraction(int(week[d, h])) for d in range(7) for h in range(24)}
    )
    found = busiest(week)
    if slow is None:
        assert found is None
        return
    assert found is not None
    said = found.from_hour, found.incidents, WEEKDAYS.index(found.weekday)
    assert said == slow
    assert found.known == week.sum()


def test_a_table_is_taken_apart_again() -> None:
    rows = [("a", "Monday", 0, 1.5), ("a", "Sunday", 23, 2.0), ("b", "Friday", 3, 1.0)]
    names = ("hotspot_id", "weekday", "hour", "incidents")
    table = pa.Table.from_pylist([dict(zip(names, r, strict=True)) for r in rows])
    weeks = weeks_of(table, "hotspot_id")
    assert (weeks["a"][0, 0], weeks["a"][6, 23], weeks["b"][4, 3]) == (1.5, 2.0, 1.0)
    assert sum(week.sum() for week in weeks.values()) == 4.5
