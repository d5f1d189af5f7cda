"""Patrol and need by hour of the week, and places with some metres around them."""

import csv
import math
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import h3
import numpy as np
import pyarrow as pa
import pytest

from tests.oracles import patrols as oracles
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.patrols.made_programme import (
    CENTRES,
    MAPPING,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.records.made_homes import made_home, pulled
from transforms.patrols import words
from transforms.patrols.ground import NOWHERE, around, ground_of
from transforms.patrols.hours import hours_overlap, patrol_by_hour
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.report import report
from transforms.patrols.take import take_visits
from transforms.programmes.programme import open_programme
from transforms.records.homes import ForceHome


NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
EARTH_M = 6_371_000.0


@pytest.mark.parametrize("seed", range(5))
def test_minutes_are_those_of_each_second(seed: int) -> None:
    """Also over midnight, the end of a week, and the night that has an hour twice."""
    dice = random.Random(seed)  # noqa: S311 (not a secret)
    visits = []
    for _ in range(12):
        day = dice.choice([date(2026, 10, 24), date(2026, 10, 25), date(2026, 3, 29)])
        began = datetime(day.year, day.month, day.day, tzinfo=UTC)
        began += timedelta(seconds=dice.randrange(86_400))
        ended = began + timedelta(seconds=dice.randrange(1, 9_000))
        visits.append(
            {
                "day": day,
                "source": dice.choice(["log", "pings"]),
                "background": dice.random() < 0.2,
                "starts": began,
                "ends": ended,
                "minutes": (ended - began).total_seconds() / 60,
            }
        )
    source = {date(2026, 10, 24): "log", date(2026, 10, 25): "pings"}
    mine = [
        v for v in visits
        if source.get(v["day"]) == v["source"] and not v["background"]
    ]  # fmt: skip
    found = patrol_by_hour(pa.Table.from_pylist(visits), source)
    assert np.allclose(found, oracles.minutes_by_hour(mine), atol=1e-6)


def test_v26_holds_for_hours() -> None:
    hours = pa.table(
        {"patrol_minutes": [5.0, 2.0, 2.0, 1.0], "incidents": [1.0, 1.0, 1.0, 1.0]}
    )
    assert hours_overlap(hours) == pytest.approx(0.75)


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    """A feed in which all happens at six in the evening on Mondays, and a log."""
    home = made_home(tmp_path, JSON_MAPPING)
    public, _ = made_programme(tmp_path / "public")
    shutil.copytree(public.root / "programmes", home.home.root / "programmes")
    lat, lon = CENTRES[0]
    truths = [
        Truth(
            f"{week}",
            offence="105A",
            began=datetime(2026, 10, 5, 17, 30, tzinfo=UTC) + timedelta(weeks=week),
            place=(lon, lat),
        )
        for week in range(3)
    ]
    pulled(home, {"all.jsonl": as_json_lines(map(json_row, truths))})
    return home


def test_a_report_in_a_force_s_home_has_hours(home: ForceHome, tmp_path: Path) -> None:
    rows = [
        Row(start="05/10/2026 18:45", end="05/10/2026 19:15"),
        Row(start="06/10/2026 10:00", end="06/10/2026 10:30"),
    ]
    mapping = read_visit_mapping(MAPPING, "patrols.toml")
    take_visits(home.home, put(tmp_path, log(*rows)), mapping, NOW)
    done = report(home.home, open_programme(home.home, "autumn"))
    with (done.folder / "dosage_hours.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 168
    [monday] = [r for r in table if (r["weekday"], r["hour"]) == ("Monday", "18")]
    assert float(monday["patrol_minutes"]) == 15 and float(monday["incidents"]) == 3
    assert float(monday["need_share"]) == 1 and float(monday["dose_share"]) == 0.25
    assert "By the hours of the week 25 % of the patrol minutes" in " ".join(
        words.spread(done.dosage)
    )
    again = report(home.home, open_programme(home.home, "autumn"))
    assert not again.created


def test_a_report_of_the_public_feed_has_none(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    mapping = read_visit_mapping(MAPPING, "patrols.toml")
    take_visits(home, put(tmp_path, log(Row())), mapping, NOW)
    done = report(home, programme)
    assert done.dosage.hours is None
    assert not (done.folder / "dosage_hours.csv").exists()


def test_metres_around_a_place_count_as_it(tmp_path: Path) -> None:
    """The mean reach in all directions grows by the metres asked for.

    Not in each: the outline of a cell's children is rough.
    """
    _, programme = made_programme(tmp_path / "home")
    plain = ground_of(programme)
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(*CENTRES[0], 9))
    metres, turns = np.meshgrid(
        np.arange(100.0, 330.0, 2.0), np.radians(np.arange(0, 360, 5))
    )
    north = lat + np.degrees(metres * np.cos(turns) / EARTH_M)
    east = lon + np.degrees(
        metres * np.sin(turns) / (EARTH_M * math.cos(math.radians(lat)))
    )
    reach = {}
    for buffer_m in (0.0, 25.0, 50.0):
        wide = around(plain, buffer_m)
        at = wide.places_at(east.ravel(), north.ravel()).reshape(metres.shape)
        reach[buffer_m] = np.where(at == 0, metres, 0).max(axis=1).mean()
    assert around(plain, 8.0) is plain  # less than half a cell
    for buffer_m in (25.0, 50.0):
        assert abs(reach[buffer_m] - reach[0.0] - buffer_m) < 20, reach


def test_a_cell_near_two_places_is_that_of_higher_rank(tmp_path: Path) -> None:
    _, programme = made_programme(tmp_path / "home", is_touching=True)
    plain, wide = ground_of(programme), around(ground_of(programme), 50.0)
    every = np.concatenate(wide.grounds)
    assert len(np.unique(every)) == len(every)
    lat, lon = CENTRES[0]
    spread = np.linspace(-0.006, 0.006, 60)
    east, north = (g.ravel() for g in np.meshgrid(lon + spread, lat + spread))
    before, after = plain.places_at(east, north), wide.places_at(east, north)
    agree = (after == before) | (before == NOWHERE)
    assert agree.mean() > 0.98  # children of a cell stand out a little
    assert (after != NOWHERE).sum() > (before != NOWHERE).sum()
