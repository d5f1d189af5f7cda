"""Made-up patrols, and the crime that they prevent."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import h3
import numpy as np
import pyarrow.compute as pc
import pytest

from transforms.reference import cells
from transforms.reference.days import LONDON
from transforms.simulator.timed import TimedTruth, simulate_timed
from transforms.simulator.timed.drops import after, known_by, sent
from transforms.simulator.timed.patrols import (
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    Planted,
    log_csv,
    number_at,
    patrolled,
    pings_csv,
    places_of,
    thinned,
    visits,
)


FIRST = date(2026, 3, 23)  # a week with a clock that changes
DAYS = 28


@pytest.fixture(scope="module")
def truth() -> TimedTruth:
    return simulate_timed(7, FIRST - timedelta(days=14), DAYS + 14, 0.2)


@pytest.fixture(scope="module")
def grounds(truth: TimedTruth) -> list[cells.Cells]:
    """The six busiest cells, each a place."""
    found, number = np.unique(
        cells.index_points(
            truth.incidents["longitude"].to_numpy(),
            truth.incidents["latitude"].to_numpy(),
            9,
        ),
        return_counts=True,
    )
    return [found[[at]] for at in np.argsort(-number)[:6]]


def test_most_that_were_drawn_are_patrolled_and_few_others() -> None:
    rng = np.random.default_rng(1)
    assigned = rng.random((200, 100)) < 0.5
    went = patrolled(assigned, Planted(compliance=0.8, contamination=0.1), rng)
    assert went[assigned].mean() == pytest.approx(0.8, abs=0.02)
    assert went[~assigned].mean() == pytest.approx(0.1, abs=0.02)


def test_what_a_trial_should_find_by_intention() -> None:
    planted = Planted(ratio=0.5, compliance=0.9, contamination=0.05)
    drawn = 0.9 * 0.5 + 0.1
    assert planted.by_intention == pytest.approx(drawn / (0.05 * 0.5 + 0.95))
    assert Planted(ratio=1).by_intention == 1


def test_a_crew_is_at_one_place_at_a_time_and_at_each_twice() -> None:
    rng = np.random.default_rng(2)
    went = rng.random((9, DAYS)) < 0.6
    made = visits(went, FIRST, rng)
    assert len(made) == 2 * went.sum()
    seen = np.zeros(went.shape, dtype=int)
    for visit in made:
        assert SHORTEST_MINUTES <= visit.minutes <= LONGEST_MINUTES
        seen[visit.place, (visit.start.date() - FIRST).days] += 1
    assert (seen == 2 * went).all()
    for crew in {visit.crew for visit in made}:
        mine = [visit for visit in made if visit.crew == crew]
        for one, other in pairwise(mine):
            assert one.start + timedelta(minutes=one.minutes) < other.start


def test_log_and_pings_say_the_same() -> None:
    rng = np.random.default_rng(3)
    went = np.ones((3, 2), dtype=bool)
    made, places = visits(went, FIRST, rng), ["p01", "p02", "p03"]
    log = list(csv.DictReader(io.StringIO(log_csv(made, places, rng))))
    centres = [(0.1, 51.0), (0.2, 51.1), (0.3, 51.2)]
    pings = list(csv.DictReader(io.StringIO(pings_csv(made, centres, rng))))
    assert [row["Place"] for row in log] == [places[visit.place] for visit in made]
    for row, visit in zip(log, made, strict=True):
        began = datetime.fromisoformat(row["From"])
        assert began == visit.start.astimezone(UTC)
        assert datetime.fromisoformat(row["To"]) - began == timedelta(
            minutes=visit.minutes
        )
    assert len(pings) == sum(visit.minutes + 3 for visit in made)
    near = [
        min(
            h3.great_circle_distance((float(p["Lat"]), float(p["Lon"])), (y, x), "m")
            for x, y in centres
        )
        for p in pings
    ]
    assert sorted(near)[: -2 * len(made)][-1] < 40  # those of visits, and the way
    assert min(sorted(near)[-2 * len(made) :]) > 250


def test_only_patrolled_place_days_are_thinned_and_by_the_ratio(
    truth: TimedTruth, grounds: list[cells.Cells]
) -> None:
    rng = np.random.default_rng(4)
    went = rng.random((6, DAYS)) < 0.5
    place = places_of(truth, grounds)
    rows = truth.incidents.to_pylist()
    by_hand = [
        next(
            (
                at
                for at, ground in enumerate(grounds)
                if h3.latlng_to_cell(row["latitude"], row["longitude"], 9)
                == f"{int(ground[0]):x}"
            ),
            -1,
        )
        for row in rows
    ]
    assert place.tolist() == by_hand
    exposed = set()
    for row, at in zip(rows, by_hand, strict=True):
        day = (row["occurred_at"].astimezone(LONDON).date() - FIRST).days
        if at >= 0 and 0 <= day < DAYS and went[at, day]:
            exposed.add(row["reference"])
    shares = []
    for seed in range(20):
        found = thinned(
            truth, place, went, FIRST, Planted(ratio=0.7), np.random.default_rng(seed)
        )
        gone = {row["reference"] for row in rows} - set(
            found.incidents["reference"].to_pylist()
        )
        assert gone <= exposed
        shares.append(len(gone) / len(exposed))
    assert np.mean(shares) == pytest.approx(0.3, abs=0.03)
    assert found.incidents.schema == truth.incidents.schema


def test_what_happened_at_the_places_is_counted(
    truth: TimedTruth, grounds: list[cells.Cells]
) -> None:
    place, slugs = places_of(truth, grounds), {"burglary", "robbery"}
    by_hand = sum(
        row["category"] in slugs
        and at >= 0
        and FIRST
        <= row["occurred_at"].astimezone(LONDON).date()
        < FIRST + timedelta(days=DAYS)
        for row, at in zip(truth.incidents.to_pylist(), place, strict=True)
    )
    assert number_at(truth, place, slugs, FIRST, DAYS) == by_hand > 0


def test_an_incident_keeps_the_parent_that_is_left(
    truth: TimedTruth, grounds: list[cells.Cells]
) -> None:
    went = np.ones((6, DAYS), dtype=bool)
    place, rng = places_of(truth, grounds), np.random.default_rng(5)
    found = thinned(truth, place, went, FIRST, Planted(ratio=0), rng)
    before = truth.incidents["reference"].to_pylist()
    parents = dict(zip(before, truth.incidents["parent"].to_pylist(), strict=True))
    left = found.incidents["reference"].to_pylist()
    for reference, parent in zip(
        left, found.incidents["parent"].to_pylist(), strict=True
    ):
        was = parents[reference]
        if parent is not None:
            assert left[parent] == before[was]
        elif was is not None:
            assert before[was] not in left


def test_a_first_delivery_and_what_came_after_are_all_that_is_sent(
    truth: TimedTruth,
) -> None:
    day = FIRST + timedelta(days=3)
    first, later = known_by(truth, day), after(truth, day)
    assert len(set(first["reference"].to_pylist())) == len(first)
    assert pc.min(later["day"]).as_py() > day
    newest: dict[str, dict[str, object]] = {}
    for row in sent(truth).to_pylist():
        if row["day"] <= day:
            newest[row["reference"]] = row
    assert first.to_pylist() == [
        row for row in first.to_pylist() if newest[row["reference"]] == row
    ]
    assert set(first["reference"].to_pylist()) == {
        name for name, row in newest.items() if not row["deleted"]
    }
