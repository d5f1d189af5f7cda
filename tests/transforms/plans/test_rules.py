"""No plan breaks a rule, whatever its places, shifts and settings are."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import plans as oracle
from tests.transforms.plans.made_plans import LAT, LON, SHIFT, a_fact, asked_for, plans
from transforms.errors import UsageError
from transforms.homes.patrol_settings import PatrolTable
from transforms.plans import words
from transforms.plans.distance import Spot
from transforms.plans.plan import Plan, made_plan
from transforms.plans.rounds import shares, shortest_round
from transforms.plans.timetable import Rules, Timetable, Wanted


near = st.builds(
    Spot, st.floats(LAT - 0.03, LAT + 0.03), st.floats(LON - 0.03, LON + 0.03)
)


def no_rule_is_broken(plan: Plan) -> None:
    """The rules of a plan, and that no visit is lost or made up."""
    assert list(oracle.broken_rules(plan)) == []
    rules, asked = Rules(plan.settings), plan.asked
    for shift in asked.shifts:
        made = [v.wanted for v in plan.visits if v.shift is shift]
        dropped = [d.wanted for d in plan.dropped if d.shift is shift]
        spots = [asked.spots[place] for place in asked.places_of(shift)]
        assert len(made) + len(dropped) <= rules.room(shift, spots)
        assert (
            max(
                Counter((w.place, w.nth) for w in [*made, *dropped]).values(), default=1
            )
            == 1
        )


@settings(max_examples=250)
@given(plans())
def test_no_rule_is_broken(plan: Plan) -> None:
    no_rule_is_broken(plan)


@settings(max_examples=40)
@given(plans())
def test_a_shift_alone_has_time_for_all_that_it_is_asked(plan: Plan) -> None:
    """Ways are reckoned as they are gone, so that no visit has to be dropped."""
    asked, [shift, *_] = plan.asked, plan.asked.shifts
    free = replace(plan.settings, min_visits_place_week=0)
    alone = asked_for(
        list(asked.spots.values()), [shift], [sorted(asked.allowed[shift.key])]
    )
    facts = {place: a_fact(10.0 + at) for at, place in enumerate(alone.spots, start=1)}
    found = made_plan(alone, free, facts)
    assert found.dropped == []
    no_rule_is_broken(found)
    # and no number of the best ones, less those without time, is worth more
    worth = sum(v.wanted.value for v in found.visits)
    nth = range(1, found.settings.max_visits_place_shift + 1)
    best = sorted(
        (
            Wanted(
                place, rank, of, facts[place].level_month * shift.hours / 730 / of, True
            )
            for rank, place in enumerate(alone.spots)
            if place in asked.allowed[shift.key]
            for of in nth
        ),
        key=lambda one: (-one.value, one.rank),
    )
    for number in range(len(best) + 1):
        table = Timetable(found.id, Rules(found.settings), alone.spots)
        table.add(shift, table.by_unit(shift, best[:number]))
        assert sum(v.wanted.value for v in table.visits) <= worth + 1e-6


def test_far_places_make_no_plan_too_hopeful() -> None:
    """Two places side by side, and three as far as a quarter of an hour away."""
    spots = [Spot(LAT, LON), Spot(LAT, LON + 0.001)]
    spots += [Spot(LAT + north, LON + east) for north, east in
              [(0.03, 0), (-0.03, 0), (0, 0.05)]]  # fmt: skip
    facts = {f"p{at:02d}": a_fact(10.0 + at) for at in range(1, 6)}
    shift = replace(SHIFT, units=1, minutes=120)
    plan = made_plan(asked_for(spots, [shift]), PatrolTable(), facts)
    assert plan.dropped == []
    # by the nearest place there would be room for seven
    assert Rules(plan.settings).room(shift, spots) == 7
    assert 3 <= len(plan.visits) < 7
    no_rule_is_broken(plan)


@settings(max_examples=40)
@given(near, st.lists(near, min_size=1, max_size=6))
def test_a_round_is_the_shortest(base: Spot, spots: list[Spot]) -> None:
    order = shortest_round(base, spots)
    assert sorted(order) == list(range(len(spots)))
    assert oracle.round_km(base, spots, order) == pytest.approx(
        oracle.shortest_km(base, spots), abs=1e-3
    )


@settings(max_examples=20)
@given(near, st.lists(near, min_size=9, max_size=14))
def test_a_long_round_has_no_part_to_turn_about(base: Spot, spots: list[Spot]) -> None:
    order = shortest_round(base, spots)
    assert sorted(order) == list(range(len(spots)))
    length = oracle.round_km(base, spots, order)
    for first in range(len(order)):
        for last in range(first + 1, len(order)):
            turned = order[:first] + order[first : last + 1][::-1] + order[last + 1 :]
            assert length <= oracle.round_km(base, spots, turned) + 1e-3


def test_a_unit_that_goes_on_at_a_place_needs_no_way_for_it() -> None:
    """Three visits at a place worth many others, which is a quarter of an hour away."""
    spots = [Spot(LAT, LON), Spot(LAT + 0.03, LON)]
    facts = {"p01": a_fact(90.0), "p02": a_fact(5.0)}
    shift = replace(SHIFT, units=1, minutes=50)
    plan = made_plan(asked_for(spots, [shift]), PatrolTable(), facts)
    assert [visit.wanted.place for visit in plan.visits] == ["p01"] * 3
    assert Rules(plan.settings).room(shift, spots) == 3
    once = PatrolTable(max_visits_place_shift=1)
    assert Rules(once).room(shift, spots) == 2


@settings(max_examples=60)
@given(
    st.lists(near, min_size=1, max_size=4, unique=True),
    st.integers(1, 200),
    st.integers(1, 3),
    st.sampled_from(["foot", "vehicle"]),
)
def test_no_order_of_visits_is_more_than_there_is_room_for(
    spots: list[Spot], minutes: int, most: int, mode: str
) -> None:
    """Every way that a unit can go in rounds, each to no place twice."""
    rules = Rules(PatrolTable(max_visits_place_shift=most))
    shift = replace(SHIFT, units=1, minutes=minutes, mode=mode)
    assert oracle.most_visits(rules, shift, spots) <= rules.room(shift, spots)


def test_each_unit_has_time_for_a_visit_without_a_way() -> None:
    spots = [Spot(LAT, LON + 0.001), Spot(LAT, LON + 0.01)]
    shift = replace(SHIFT, units=2, minutes=PatrolTable().visit_minutes)
    assert Rules(PatrolTable()).room(shift, spots) == 2


def test_units_share_visits_evenly() -> None:
    assert shares("abcdefg", 3) == [["a", "b"], ["c", "d"], ["e", "f", "g"]]
    assert shares("a", 2) == [[], ["a"]]


SPOTS = [Spot(LAT + north / 500, LON + east / 300) for north, east in
         [(0, 1), (1, 0), (-1, 0), (0, -1), (2, 2), (-2, 1)]]  # fmt: skip
FACTS = {f"p{at:02d}": a_fact(14.0 - 2 * at) for at in range(1, 7)}
WEEK = [
    replace(SHIFT, starts=SHIFT.starts + day, ends=SHIFT.ends + day, minutes=90)
    for day in map(timedelta, range(5))
]


def test_each_place_has_its_visits_of_a_week() -> None:
    free = made_plan(asked_for(SPOTS, WEEK), PatrolTable(), FACTS)
    assert min(free.by_week[2026, 50].values()) == 0
    least = PatrolTable(min_visits_place_week=3)
    plan = made_plan(asked_for(SPOTS, WEEK), least, FACTS)
    assert plan.short == []
    assert min(plan.by_week[2026, 50].values()) >= 3
    no_rule_is_broken(plan)
    assert plan.id != free.id


def test_a_week_without_room_for_that_is_refused() -> None:
    with pytest.raises(
        UsageError, match="21 visits a week at each of 6 places are 126"
    ):
        made_plan(asked_for(SPOTS, WEEK), PatrolTable(min_visits_place_week=21), FACTS)


def test_visits_that_must_be_are_dropped_last() -> None:
    """Ways take more than was reckoned: the third visit goes before the first ones."""
    far = [Spot(LAT + north / 20, LON) for north in (-1, 0, 1)]
    facts = {"p01": a_fact(90.0), "p02": a_fact(5.0), "p03": a_fact(1.0)}
    shifts = [replace(shift, units=1, minutes=133) for shift in WEEK]
    least = PatrolTable(min_visits_place_week=len(WEEK), min_gap_minutes=60)
    plan = made_plan(asked_for(far, shifts), least, facts)
    # on days when the round ends at p01, its second visit takes no way
    assert {d.wanted.place for d in plan.dropped} == {"p01"}
    dropped = min(d.wanted.value for d in plan.dropped)
    assert dropped > max(v.wanted.value for v in plan.visits if v.wanted.place == "p03")
    assert plan.short == []
    no_rule_is_broken(plan)


def test_a_minimum_that_there_was_no_time_for_is_told() -> None:
    """The base is far away, which no reckoning of room knows."""
    spots = [Spot(LAT + north / 20, LON) for north in (-1, 0, 1)]
    facts = {f"p{at:02d}": a_fact(5.0) for at in range(1, 4)}
    ends = SHIFT.starts + timedelta(hours=2)
    shift = replace(SHIFT, units=1, ends=ends, minutes=120, base=Spot(LAT + 0.25, LON))
    settings = PatrolTable(min_visits_place_week=1, drive_kmh=60.0)
    plan = made_plan(asked_for(spots, [shift]), settings, facts)
    short = [((2026, 50), d.wanted.place) for d in plan.dropped if not d.wanted.spare]
    assert 0 < len(short) < 3
    assert plan.short == sorted(short)
    assert "Fewer than 1 visits in the week of 2026-12-07" in words.short(plan)[0]
    no_rule_is_broken(plan)


def test_times_are_drawn_and_the_same_for_the_same_plan() -> None:
    asked = asked_for(SPOTS, WEEK)
    first, again = (made_plan(asked, PatrolTable(), FACTS) for _ in range(2))
    assert first.id == again.id
    assert first.visits == again.visits
    days = {tuple((v.wanted.place, v.starts.time()) for v in visits)
            for _, unit, visits in first.units if unit == 1}  # fmt: skip
    assert len(days) == len(WEEK)  # no two days alike
    orders = {tuple(v.wanted.place for v in visits)
              for _, unit, visits in first.units if unit == 1}  # fmt: skip
    assert 1 < len(orders) <= 2 * len(WEEK)  # forwards and backwards
