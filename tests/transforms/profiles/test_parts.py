"""The parts of a problem profile against slow twins and published figures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import profiles as oracles
from transforms.profiles.concentration import (
    Concentration,
    MapPoint,
    chance_share,
    highest_fifth,
)
from transforms.profiles.mix import (
    category_rows,
    found_by_officers,
    harm_of,
    poisson_interval,
)
from transforms.profiles.routes import Known, all_routes, chosen_route, judged
from transforms.reference.harm import shipped_weights


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


@given(area=NUMBERS.filter(lambda area: any(area.values())), other=NUMBERS)
@settings(deadline=None)
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
    weights = shipped_weights()
    grave = weights.categories["robbery"]
    minor = weights.categories["shoplifting"]
    found = harm_of({"robbery": 1, "shoplifting": 10}, weights)
    assert found.total == pytest.approx(grave + 10 * minor)
    assert found.gravest_share == pytest.approx(grave / (grave + 10 * minor))
    assert harm_of({}, weights).gravest_share == 0


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


def test_what_is_not_known_is_not_said_to_fail() -> None:
    known = Known(points=SPREAD, hotspot_class=None, lists=None)
    verdicts = {one.route.name: one.holds for one in judged(known)}
    assert list(verdicts) == [route.name for route in all_routes()]
    assert verdicts["Problem-oriented policing"] is None
    assert verdicts["Place management"] is False
    assert verdicts["Watch"] is True
