"""The backtest on days, on series that others have used: arson, burglary in Chicago.

Coordinates are metres on the plane of eastern Illinois. So few incidents of one kind
say little of how well a score does: that it runs, adds up, and is not clearly behind.
"""

import csv
from datetime import UTC, datetime, time
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from tests.transforms.scores.days.made_records import as_records
from transforms.backtests.days.origins import backtest_days, origins_of
from transforms.backtests.days.report import accuracy, mean_gain
from transforms.reference.cells import index_points
from transforms.reference.days import Day, day_clock
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.panel import day_panel, every_day
from transforms.scores.methods import DEFAULT_DAY_METHOD, methods_for


FOLDER = Path(__file__).parents[2] / "shared" / "data" / "benchmarks" / "near_repeat"
SERIES = {
    "chicago_arson": "criminal-damage-and-arson",
    "chicago_be_month1": "burglary",
}
ILLINOIS_EAST = 26971
FIRST = Day.parse("2016-06-30")  # half of the year of arson is known by then

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the series are not at hand"),
]


def read(name: str, category: str) -> tuple[Restricted, list[Day]]:
    rows = list(csv.reader((FOLDER / f"{name}.csv").read_text().splitlines()))
    metres = np.array([[float(x), float(y)] for x, y, _ in rows])
    to_degrees = Transformer.from_crs(ILLINOIS_EAST, "OGC:CRS84", always_xy=True)
    longitude, latitude = to_degrees.transform(*metres.T)
    r9, r10 = (index_points(longitude, latitude, n).tolist() for n in (9, 10))
    days = [Day.parse(day) for _, _, day in rows]
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
        for day, lon, lat, coarse, fine in zip(
            days, longitude, latitude, r9, r10, strict=True
        )
    ]
    return Restricted(as_records(records)), days


@pytest.mark.parametrize(("name", "category"), SERIES.items())
@pytest.mark.parametrize("horizon_days", [1, 7])
def test_the_backtest_runs_end_to_end(
    name: str, category: str, horizon_days: int
) -> None:
    records, days = read(name, category)
    supplied, clock = every_day(days), day_clock(horizon_days)
    panel = day_panel(records, supplied, "kent", Scoring())
    origins = origins_of(supplied, clock, None, None)
    found = list(backtest_days(panel, supplied, origins, clock))
    assert [origin.as_of for origin in found] == origins
    lines = [line for line in accuracy(found) if line.crime_group == category]
    assert {line.method for line in lines} == set(methods_for(day_clock(horizon_days)))
    first, last = origins[0] + 1, origins[-1] + horizon_days
    judged = sum(first <= day <= last for day in days)
    shares = {line.incidents for line in lines if line.area_share is not None}
    assert shares == {judged}
    # of an area in km², the origins are left out at which it is over a twentieth
    assert max(line.incidents for line in lines) == judged
    assert all(0 <= line.hit_rate <= 1 for line in lines)
    assert not np.isnan(mean_gain(found, "point_exposure")[0])


def test_the_default_is_behind_no_rival_by_more_than_chance() -> None:
    records, days = read("chicago_arson", SERIES["chicago_arson"])
    supplied = every_day(days)
    panel = day_panel(records, supplied, "kent", Scoring())
    weeks = supplied[-1].since(FIRST) // 7
    origins = [FIRST + 7 * week for week in range(weeks)]
    found = list(backtest_days(panel, supplied, origins, day_clock(7)))
    category = SERIES["chicago_arson"]
    lines = [line for line in accuracy(found) if line.crime_group == category]
    gains = {line.method: line.gain_hi for line in lines if line.area == "1 %"}
    ahead, short = gains[DEFAULT_DAY_METHOD], gains["rolling_count_7d"]
    assert ahead is not None and ahead > 0
    assert short is not None and short < 0  # so much the series can tell
