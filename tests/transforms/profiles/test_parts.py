"""The parts of a problem profile against slow twins and published figures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import profiles as oracles
from transforms.profiles.concentration import (
    Concentration,
    MapPoint,
    chance_half,
    chance_share,
    highest_fifth,
)
from transforms.profiles.day_records import Flagged
from transforms.profiles.mix import (
    category_rows,
    found_by_officers,
    harm_of,
)
from transforms.profiles.routes import Known, all_routes, chosen_route, judged
from transforms.profiles.week_hours import ByLot, WeekHours
from transforms.programmes.around import poisson_interval


CATEGORIES = ["burglary", "drugs", "robbery"]
NUMBERS = st.fixed_dictionaries({name: st.integers(0, 60) for name in CATEGORIES})


def points(*incidents: int) -> Concentration:
    return Concentration(
        [
            MapPoint(longitude=0.0, latitude=float(at), label=None, incidents=number)
            for at, number in enumerate(incidents)
        ]
    )


@pytest.mark.parametrize(
    ("incidents", "median", "high"), [(30, 0.435, 0.533), (200, 0.287, 0.320)]
)
def test_v21_few_incidents_look_concentrated_by_chance(
    incidents: int, median: float, high: float
) -> None:
    found = chance_share(incidents, points=20, top=4)
    assert found.median == pytest.approx(median, abs=0.02)
    assert found.high == pytest.approx(high, abs=0.02)


@pytest.mark.parametrize(("incidents", "number"), [(25, 12), (80, 31)])
def test_chance_is_that_of_drawing_each_incident(incidents: int, number: int) -> None:
    twin = oracles.chance_shares(incidents, number, draws=600)
    found = chance_share(incidents, number, highest_fifth(number))
    assert found.median == pytest.approx(twin[300], abs=0.025)
    assert found.high == pytest.approx(twin[570], abs=0.04)


@given(counts=st.lists(st.integers(0, 30), min_size=1, max_size=30).filter(any))
def test_the_top_share_is_that_of_the_highest_fifth(counts: list[int]) -> None:
    found = points(*sorted(counts, reverse=True))
    assert found.top_share == pytest.approx(oracles.top_share(counts))


@given(counts=st.lists(st.integers(0, 9), min_size=1, max_size=30).filter(any))
def test_half_of_the_incidents_is_at_so_few_points(counts: list[int]) -> None:
    found = points(*sorted(counts, reverse=True))
    assert found.half == oracles.half_of_points(counts)


@pytest.mark.parametrize(("incidents", "number"), [(60, 200), (90, 30)])
def test_chance_has_half_at_few_points_too(incidents: int, number: int) -> None:
    twin = oracles.chance_halves(incidents, number, draws=600)
    found = chance_half(incidents, number)
    assert found.median == pytest.approx(twin[300], abs=1)
    assert found.low == pytest.approx(twin[30], abs=1)
    assert chance_half(0, number).low == 0


@given(area=NUMBERS.filter(lambda area: any(area.values())), other=NUMBERS)
def test_a_quotient_is_the_share_by_that_of_the_force(
    area: dict[str, int], other: dict[str, int]
) -> None:
    force = {name: area[name] + other[name] for name in CATEGORIES}
    rows = {row.category: row for row in category_rows(area, force)}
    assert list(rows) == sorted(area, key=lambda name: (-area[name], name))
    for name, row in rows.items():
        if force[name]:
            twin = oracles.quotient(name, area, force)
            assert (row.quotient, row.low, row.high) == pytest.approx(twin)
        else:
            assert row.quotient is row.low is row.high is None


def test_the_exact_interval_of_a_count() -> None:
    # Garwood's table for 0, 1 and 10
    assert poisson_interval(0) == pytest.approx((0, 3.689), abs=5e-4)
    assert poisson_interval(1) == pytest.approx((0.0253, 5.572), abs=5e-4)
    assert poisson_interval(10) == pytest.approx((4.795, 18.39), abs=5e-3)


def test_harm_is_told_with_its_gravest_incident() -> None:
    found = harm_of([365, 20], [365, 2])
    assert found.total == 385
    assert found.gravest_share == pytest.approx(365 / 385)
    assert harm_of([], []).gravest_share == 0


def test_what_officers_find_is_a_share_of_all() -> None:
    assert found_by_officers({"drugs": 3, "burglary": 9}) == 0.25
    assert found_by_officers({}) == 0


ONE_POINT = points(30, 10, 10)
SPREAD = points(12, 10, 9, 8)


@pytest.mark.parametrize(
    ("of", "kind", "lists", "route"),
    [
        (ONE_POINT, "persistent_hot", 12, "Place management"),
        (points(19, 1), "persistent_hot", 12, "Problem-oriented policing"),
        (SPREAD, "intensifying_hot", 9, "Problem-oriented policing"),
        (SPREAD, "persistent_hot", 8, "Watch"),
        (SPREAD, "persistent_hot", None, "Watch"),
        (SPREAD, "new_hot", 1, "Patrol, and review in 28 days"),
        (SPREAD, "diminishing_hot", 12, "Assess, and step down"),
        (SPREAD, "none", 0, "Watch"),
        (SPREAD, None, None, "Watch"),
    ],
)
def test_the_first_route_that_holds(
    of: Concentration, kind: str | None, lists: int | None, route: str
) -> None:
    known = Known(points=of, hotspot_class=kind, lists=lists)
    assert chosen_route(known).name == route


REVIEW = "Patrol, and review in 28 days"
ONE_HOUR = np.eye(168)[3]
IN_FEW_HOURS = WeekHours(
    week=np.repeat([6.0, 1.0], [10, 158]),
    incidents=218,
    half_by_lot=ByLot(40.0, 44.0, 48.0),
    night_by_lot=ByLot(0.4, 0.5, 0.6),
)


@pytest.mark.parametrize(
    ("kind", "more", "route"),
    [
        ("persistent_hot", {"lists": 21, "of_lists": 28}, "Problem-oriented policing"),
        ("persistent_hot", {"lists": 20, "of_lists": 28}, "Watch"),
        ("persistent_hot", {"lists": None}, "Watch"),
        ("new_hot", {"domestic": Flagged(0.51, few=False)}, "Not patrol"),
        ("new_hot", {"domestic": Flagged(0.5, few=False)}, REVIEW),
        ("none", {"hours": replace(IN_FEW_HOURS, week=ONE_HOUR)}, "Timed patrol"),
        ("none", {"hours": IN_FEW_HOURS}, "Watch"),
    ],
)  # fmt: skip
def test_a_force_s_own_feed_opens_further_routes(
    kind: str, more: dict[str, Any], route: str
) -> None:
    known = Known(points=SPREAD, hotspot_class=kind, days=True, **{"lists": 0, **more})
    assert chosen_route(known).name == route


def test_few_hours_that_chance_would_leave_too_are_no_timed_patrol() -> None:
    by_lot = replace(IN_FEW_HOURS, week=ONE_HOUR, half_by_lot=ByLot(1.0, 2.0, 3.0))
    known = Known(points=SPREAD, hotspot_class="none", lists=0, days=True, hours=by_lot)
    assert chosen_route(known).name == "Watch"


def test_what_is_not_known_is_not_said_to_fail() -> None:
    known = Known(points=SPREAD, hotspot_class=None, lists=None)
    verdicts = {one.route.name: one.holds for one in judged(known)}
    assert list(verdicts) == [route.name for route in all_routes()]
    assert verdicts["Problem-oriented policing"] is None
    assert verdicts["Place management"] is False
    assert verdicts["Watch"] is True
