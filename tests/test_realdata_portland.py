"""The daily default on real timed crime: Portland, years it was not tuned on.

Coordinates are feet of Oregon's state plane, moved onto the British grid in one piece.
"""

import csv
from datetime import UTC, datetime, time
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from tests.transforms.scores.days.made_records import as_records
from transforms.backtests.days.origins import backtest_days
from transforms.backtests.days.report import accuracy, mean_gain
from transforms.reference.cells import index_points
from transforms.reference.days import Day, day_clock
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.panel import day_panel, every_day
from transforms.scores.methods import DEFAULT_DAY_METHOD


FOLDER = Path(__file__).parents[2] / "shared" / "data" / "benchmarks" / "portland"
SERIES = {"burglary": "burglary", "vehicle": "vehicle-crime"}
MIDLANDS_M = (450_000.0, 300_000.0)
METRES_A_FOOT = 0.3048
FIRST, LAST = Day.parse("2016-01-04"), Day.parse("2017-05-20")
WEEKS_APART = 6  # of the origins: enough to notice a fall, in little time

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the series are not at hand"),
]


def read() -> tuple[Restricted, list[Day]]:
    rows = [
        (Day.parse(row["occ_date"]), row["x_coordina"], row["y_coordina"], category)
        for name, category in SERIES.items()
        for row in csv.DictReader((FOLDER / f"{name}.csv").read_text().splitlines())
        if row["x_coordina"]
    ]
    metres = METRES_A_FOOT * np.array([[float(x), float(y)] for _, x, y, _ in rows])
    metres += np.array(MIDLANDS_M) - np.median(metres, axis=0)
    to_degrees = Transformer.from_crs(27700, "OGC:CRS84", always_xy=True)
    longitude, latitude = to_degrees.transform(*metres.T)
    records = [
        {
            "category": category,
            "occurred_from": datetime.combine(day.date, time(12), UTC),
            "time_precision": "day",
            "longitude": lon,
            "latitude": lat,
            "in_area": True,
            "h3_r9": coarse,
            "h3_r10": fine,
        }
        for (day, _, _, category), lon, lat, coarse, fine in zip(
            rows,
            longitude,
            latitude,
            *(index_points(longitude, latitude, n).tolist() for n in (9, 10)),
            strict=True,
        )
    ]
    return Restricted(as_records(records)), every_day([day for day, *_ in rows])


def test_the_default_is_behind_no_rival_by_more_than_chance() -> None:
    records, days = read()
    panel = day_panel(records, days, "kent", Scoring())
    weeks = LAST.since(FIRST) // 7
    origins = [FIRST + 7 * week for week in range(0, weeks, WEEKS_APART)]
    found = list(backtest_days(panel, days, origins, day_clock(7)))
    _, _, high = mean_gain(found, DEFAULT_DAY_METHOD)
    assert high is not None
    assert high > 0
    lines = {line.crime_group: line for line in accuracy(found)
             if (line.method, line.area) == (DEFAULT_DAY_METHOD, "1 %")}  # fmt: skip
    for category in SERIES.values():
        ahead = lines[category].gain_hi
        assert ahead is not None
        assert ahead > 0, category
