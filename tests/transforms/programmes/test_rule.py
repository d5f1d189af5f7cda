"""Which places a rule takes, against choosing them one by one."""

from random import Random

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.programmes import chosen_cells, contacts, ranked_hotspots
from transforms.programmes.buffers import (
    buffers,
    components,
    ground_of,
    steps_of,
)
from transforms.programmes.flags import flags
from transforms.programmes.places import excluded_share
from transforms.programmes.points import GroupPoints
from transforms.programmes.rule import Candidates, Rule, choose, hotspots_by_rank
from transforms.reference.cells import areas_m2, as_text, from_text
from transforms.reference.clocks import MONTHS
from transforms.reference.months import Month


TOWN = h3.latlng_to_cell(51.88, -0.42, 9)
AROUND = sorted(h3.grid_disk(TOWN, 5))


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[tuple[str, float, int]], Rule]:
    """Scored cells of a town, and a rule."""
    generator = Random(draw(st.integers(0, 2**32)))  # noqa: S311
    some = generator.sample(AROUND, draw(st.integers(1, 40)))
    rows = [
        (cell, generator.choice([0.5, 1.0, 2.5, generator.random()]), n)
        for cell in some
        for n in [generator.randint(0, 60)]
    ]
    rule = Rule(
        force="kent",
        group="all-crime",
        top=draw(st.integers(1, 12)),
        spacing=draw(st.integers(1, 4)),
        least_incidents_12m=draw(st.sampled_from([0, 36])),
        without=tuple(generator.sample(some, min(2, len(some)))),
    )
    return rows, rule


def candidates(rows: list[tuple[str, float, int]]) -> Candidates:
    ids, score, number = zip(*rows, strict=True)
    return Candidates(
        cells=np.array([int(cell, 16) for cell in ids]),
        score=np.array(score),
        level_month=np.array(score),
        n_12m=np.array(number),
    )


@given(lists())
@settings(max_examples=150)
def test_a_rule_takes_what_choosing_by_hand_takes(
    made: tuple[list[tuple[str, float, int]], Rule],
) -> None:
    rows, rule = made
    taken = choose(candidates(rows), rule)
    assert as_text(
        candidates(rows).cells[np.array(taken, dtype=int).ravel()]
    ) == chosen_cells(rows, rule)


@given(st.lists(st.sampled_from(AROUND), min_size=1, max_size=15, unique=True))
@settings(max_examples=100)
def test_places_in_contact_have_one_number(places: list[str]) -> None:
    found = components([np.array([int(cell, 16)]) for cell in places])
    assert found.tolist() == contacts(places)


@pytest.mark.parametrize(("steps", "number"), [(1, 30), (2, 66), (3, 108), (4, 156)])
def test_a_buffer_of_a_cell_has_as_many_cells_as_published(
    steps: int, number: int
) -> None:
    """V23: rings of resolution 11 around a cell of resolution 9 at 51.88, -0.42."""
    ground = ground_of(np.array([int(TOWN, 16)]))
    assert steps_of(steps * 47.2) == steps
    assert len(buffers([ground], steps * 47.2)[0]) == number


@pytest.mark.parametrize(
    ("resolution", "spacing_m", "area_m2"),
    [(9, 330.2, 94_055), (10, 124.8, 13_436), (11, 47.2, 1_919), (12, 17.8, 274)],
)
def test_cells_are_as_far_apart_and_as_large_as_published(
    resolution: int, spacing_m: float, area_m2: float
) -> None:
    """V23: at 51.88, -0.42."""
    cell = h3.latlng_to_cell(51.88, -0.42, resolution)
    [found] = areas_m2(np.array([int(cell, 16)]))
    assert found == pytest.approx(area_m2, abs=0.5)
    here = h3.cell_to_latlng(cell)
    apart = [
        h3.great_circle_distance(here, h3.cell_to_latlng(other), unit="m")
        for other in h3.grid_ring(cell, 1)
    ]
    assert np.mean(apart) == pytest.approx(spacing_m, abs=0.05)


def test_a_buffer_of_100_m_is_two_rings_and_no_part_of_a_place() -> None:
    assert steps_of(100) == 2
    assert steps_of(10) == 1
    near = [TOWN, h3.grid_ring(TOWN, 1)[0]]
    grounds = [ground_of(np.array([int(cell, 16)])) for cell in near]
    first, second = buffers(grounds, 100)
    assert not np.isin(np.concatenate(grounds), first).any()
    assert len(np.intersect1d(first, second)) > 0  # of both, where they meet


def test_each_warning_is_raised_at_its_limit() -> None:
    raised = flags(
        np.array([150_000.0, 150_001.0, 94_000.0]),
        np.array([3.0, 2.99, 5.0]),
        np.array([1, 1, 2]),
        np.array([12, 12, 11]),
        np.array([0.5, 0.0, 0.51]),
        MONTHS,
    )
    assert raised == ["contiguous", "large cold contiguous", "thin excluded-venues"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 2), st.integers(1, 9), st.booleans()
        ),
        max_size=20,
    )
)
def test_the_share_at_excluded_places_is_that_of_counting(
    rows: list[tuple[int, int, int, bool]],  # cell, month, incidents, excluded
) -> None:
    ids = np.sort(from_text([TOWN, *h3.grid_ring(TOWN, 1)[:3]]))
    months = [Month(2025, month) for month in (1, 2, 3)]

    def points(kept: list[tuple[int, int, int, bool]]) -> GroupPoints:
        at, period, number = (
            np.array([row[part] for row in kept], dtype=np.int64) for part in range(3)
        )
        nowhere = np.zeros(len(kept))
        return GroupPoints(
            longitude=nowhere, latitude=nowhere, cells=ids[at], period=period,
            incidents=number, periods=months,
        )  # fmt: skip

    places = [ids[:2], ids[2:3]]  # the last cell is part of none
    span = months[1:]
    kept = points([row for row in rows if not row[3]])
    found = excluded_share(places, kept, points(rows), span)
    for place, cells in zip(found.tolist(), ({0, 1}, {2}), strict=True):
        mine = [row for row in rows if row[0] in cells and row[1] > 0]
        total = sum(row[2] for row in mine)
        left_out = sum(row[2] for row in mine if row[3])
        assert place == pytest.approx(left_out / total if total else 0)


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "a", "b", "c"]), st.sampled_from([1.0, 2, 5])),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=100)
def test_hot_spots_are_ranked_as_by_hand(rows: list[tuple[str | None, float]]) -> None:
    scored = Candidates(
        cells=np.arange(len(rows)),
        score=np.array([score for _, score in rows]),
        level_month=np.array([score for _, score in rows]),
        n_12m=np.zeros(len(rows), dtype=int),
        hotspots=[spot for spot, _ in rows],
    )
    found = hotspots_by_rank(scored)
    assert list(found) == ranked_hotspots(rows)
    for spot, of in found.items():
        assert of.tolist() == [at for at, row in enumerate(rows) if row[0] == spot]
