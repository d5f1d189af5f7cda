"""Hours from a force's own feed: what a shift is worth by them, windows, and words."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from flows.params import PatrolParams
from tests.oracles import plans as oracle
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.patrols.made_programme import NOW, made_programme
from tests.transforms.plans.made_plans import SHIFT
from tests.transforms.plans.test_make import asked, row, visits
from tests.transforms.records.made_homes import made_home, pulled
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.plans.hours import Hours, hours_from, hours_of
from transforms.plans.make import make_plan
from transforms.programmes.programme import Programme, open_programme
from transforms.records.homes import open_force_home


SUMMER, WINTER = datetime(2025, 6, 6, 20, 30), datetime(2025, 11, 7, 21, 10)
MORNING = datetime(2025, 9, 1, 9)
# p01: Friday evenings, of both clocks; p02: mornings from Monday to Friday
UTC_MOMENTS = [
    *(("p01", SUMMER + timedelta(weeks=week)) for week in range(15)),
    *(("p01", WINTER + timedelta(weeks=week)) for week in range(9)),
    *(("p02", MORNING + timedelta(days=day)) for day in range(5)),
]
BEGAN = [(place, moment.replace(tzinfo=UTC)) for place, moment in UTC_MOMENTS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hours")


@pytest.fixture(scope="module")
def known(folder: Path) -> tuple[Home, Programme, Hours]:
    home, programme = made_programme(folder / "public")
    at = {r["place_id"]: (r["lon"], r["lat"]) for r in programme.places.to_pylist()}
    feed = made_home(folder, JSON_MAPPING)
    days = [
        datetime(2025, 5, 1, 12, tzinfo=UTC) + timedelta(days=d) for d in range(330)
    ]
    elsewhere = [
        Truth(f"e{at}", began=day, place=(0.9, 51.0)) for at, day in enumerate(days)
    ]
    truths = [
        Truth(f"r{number}", began=moment, place=at[place])
        for number, (place, moment) in enumerate(BEGAN)
    ]
    pulled(feed, {"all.jsonl": as_json_lines(map(json_row, [*truths, *elsewhere]))})
    return home, programme, hours_from(feed, programme)


def test_incidents_are_counted_by_the_clock(
    known: tuple[Home, Programme, Hours],
) -> None:
    hours = known[2]
    friday = 4 * 24
    assert hours.weights["p01"][friday + 21] == 24  # in summer and in winter
    assert {place: of.sum() for place, of in hours.weights.items()} == {
        "p01": 24, "p02": 5, "p03": 0, "p04": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "minutes"),
    [
        (datetime(2026, 12, 11, 14, tzinfo=UTC), 480),
        (datetime(2026, 12, 11, 20, 40, tzinfo=UTC), 45),
        (datetime(2026, 10, 24, 21, tzinfo=UTC), 540),  # the clocks change
        (datetime(2027, 3, 28, 0, 15, tzinfo=UTC), 120),
    ],
)
@pytest.mark.parametrize("place", ["p01", "p02", "p03"])
def test_what_is_expected_in_a_shift(
    known: tuple[Home, Programme, Hours], starts: datetime, minutes: int, place: str
) -> None:
    ends = starts + timedelta(minutes=minutes)
    shift = replace(SHIFT, starts=starts, ends=ends)
    mine = [moment for of, moment in BEGAN if of == place]
    wanted = oracle.expected_in_shift(
        7.0, mine, [moment for _, moment in BEGAN], starts, ends
    )
    found = 7.0 * 168 / 730 * known[2].share_of_shift(place, shift)
    assert found == pytest.approx(wanted, rel=1e-9)
    assert sum(part for _, part, _ in hours_of(shift)) == pytest.approx(minutes / 60)


def test_shares_of_a_week_add_up_and_none_is_nothing() -> None:
    weights = {"p01": np.zeros(168), "p02": np.zeros(168)}
    nothing = Hours(date(2026, 1, 1), 365, {}, weights)
    assert nothing.shares("p01") == pytest.approx(np.full(168, 1 / 168))
    assert nothing.line("p01") is None


def test_a_plan_with_hours(known: tuple[Home, Programme, Hours]) -> None:
    home, programme, hours = known
    friday = date(2026, 11, 20)
    wanted = asked(home, programme, row(friday, "16:00", "23:00"))
    made = make_plan(home, wanted, hours, NOW, "me")
    rows = [one for one in visits(made) if one["place_id"] == "p01"]
    assert {(one["window_from"], one["window_to"]) for one in rows} == {
        ("18:00", "22:00")
    }
    assert rows[0]["why"] == (
        "10.0 expected a month; busiest 18:00 to 22:00 (100 % of 24 with a known"
        " hour), most on Fridays."
    )
    pdf = made.folder / "briefing.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    without = make_plan(home, wanted, None, NOW, "me")
    assert without.plan.id != made.plan.id
    assert made.plan.identity["hours"]["last"] == "2026-03-26"


def test_a_home_of_the_feed_itself_has_hours_and_counts(
    known: tuple[Home, Programme, Hours], folder: Path
) -> None:
    public, programme, hours = known
    own = open_force_home(folder / "home").home
    shutil.copytree(public.root / "programmes", own.root / "programmes")
    there = open_programme(own, programme.id)
    assert there.id == programme.id
    params = PatrolParams()
    found = params.hours(own, there)
    assert found is not None
    assert found.sha256 == hours.sha256
    assert found.by_category["p01"] == {"burglary": 24}
    made = make_plan(own, asked(own, there, row()), found, NOW, "me")
    assert visits(made)[0]["why"].startswith("24 incidents in 330 supplied days of the")
    with pytest.raises(UsageError, match="has its own hours"):
        PatrolParams(hours_from=str(folder / "home")).hours(own, there)
    assert params.hours(public, programme) is None


def test_another_force_s_feed_is_refused(tmp_path: Path) -> None:
    _, programme = made_programme(tmp_path / "public")
    other = made_home(tmp_path, JSON_MAPPING.replace('"kent"', '"essex"'))
    with pytest.raises(UsageError, match="is of essex, the programme of kent"):
        hours_from(other, programme)
    empty = tmp_path / "own"
    empty.mkdir()
    with pytest.raises(UsageError, match="no supplied day"):
        hours_from(made_home(empty, JSON_MAPPING), programme)
