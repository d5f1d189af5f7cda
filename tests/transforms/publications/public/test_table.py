"""The public table: against the slow twin, and what holds of every one of its rows."""

from collections import Counter

import h3
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import publications as oracles
from tests.transforms.publications.public.towns import (
    COUNTS,
    PARENTS,
    counts_table,
    towns,
)
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.table import public_parents, public_table
from transforms.publications.schemas import PUBLIC_CELLS
from transforms.reference import cells


Town = tuple[list[str], dict[str, int]]
SETTINGS = st.builds(
    DisclosureSettings,
    st.sampled_from([5, 10, 20]),
    st.sampled_from([1, 5]),
    st.sampled_from([7, 8]),
)
thorough = settings(max_examples=150)


def told(town: Town, limits: DisclosureSettings | None = None) -> dict[str, int | None]:
    listed, counts = town
    table = public_table(
        "kent",
        counts_table(counts),
        cells.from_text(listed),
        ["2025-Q1"],
        limits or DisclosureSettings(),
    )
    rows = [row for row in table.to_pylist() if row["crime_group"] == "all-crime"]
    assert all(row["suppressed"] == (row["incidents_rounded"] is None) for row in rows)
    assert all(row["h3_res"] == h3.get_resolution(row["h3_cell"]) for row in rows)
    return {row["h3_cell"]: row["incidents_rounded"] for row in rows}


@given(towns(), SETTINGS)
@thorough
def test_the_table_equals_the_plain_python_oracle(
    town: Town, limits: DisclosureSettings
) -> None:
    k, base, finest = limits.minimum_count, limits.rounding, limits.finest_resolution
    assert told(town, limits) == oracles.public_cells(town[1], town[0], k, base, finest)


@given(towns())
@thorough
def test_every_row_is_safe_and_every_cell_is_told_once(town: Town) -> None:
    found = told(town)
    inside = Counter(h3.cell_to_parent(cell, 7) for cell in found)
    for parent in town[0]:
        assert inside[parent] == (1 if parent in found else 7)
    for cell, count in found.items():
        assert count is None or count == 0 or count >= 10
        assert count != 0 or h3.get_resolution(cell) == 8
        assert count is not None or h3.get_resolution(cell) == 7


def in_children(parent: str, *counts: int) -> dict[str, int]:
    """Those counts in the first children of a cell."""
    children = sorted(h3.cell_to_children(parent, 8))
    return {
        h3.cell_to_center_child(child, 9): count
        for child, count in zip(children, counts, strict=False)
    }


def test_a_cell_is_split_only_if_no_child_of_it_is_small() -> None:
    split, whole, *_ = PARENTS
    town = in_children(split, 12, 0, 31) | in_children(whole, 40, 9)
    first, second, third, *rest = sorted(h3.cell_to_children(split, 8))
    expected = {first: 10, second: 0, third: 30} | dict.fromkeys(rest, 0)
    assert told(([split, whole], town)) == expected | {whole: 50}
    coarse = DisclosureSettings(finest_resolution=7)
    assert told(([split, whole], town), coarse) == {split: 45, whole: 50}


def test_one_small_cell_hides_the_first_two_others() -> None:
    low, high, *others = PARENTS
    town = in_children(high, 3)
    for parent in (low, *others):
        town |= in_children(parent, 50)
    found = told((PARENTS, town))
    assert {cell for cell, count in found.items() if count is None} == {
        low,
        high,
        others[0],
    }


def test_cells_of_resolution_10_count_where_their_parents_do() -> None:
    parent = PARENTS[0]
    ninth = h3.cell_to_center_child(parent, 9)
    tenth = dict.fromkeys(h3.cell_to_children(ninth, 10), 6)
    assert told((PARENTS[:1], tenth)) == told((PARENTS[:1], {ninth: 42}))


def test_groups_and_periods_are_tables_of_their_own() -> None:
    parent, child = PARENTS[0], h3.cell_to_center_child(PARENTS[0], 9)
    counts = pa.concat_tables(
        [
            counts_table({child: 20}, "all-crime", "2025-Q1"),
            counts_table({child: 3}, "anti-social-behaviour", "2025-Q1"),
            counts_table({child: 30}, "anti-social-behaviour", "2025-Q2"),
            counts_table({child: 99}, "robbery", "2025-Q2"),
            counts_table({child: 99}, "all-crime", "2025-Q3"),
        ]
    )
    listed = cells.from_text([parent])
    table = public_table(
        "kent", counts, listed, ["2025-Q2", "2025-Q1"], DisclosureSettings()
    )
    assert table.schema.equals(PUBLIC_CELLS, check_metadata=True)
    found: dict[tuple[str, str], list[int | None]] = {}
    for row in table.to_pylist():
        key = row["crime_group"], row["period"]
        found.setdefault(key, []).append(row["incidents_rounded"])
    assert list(found) == sorted(found)
    assert {key: sum(n or 0 for n in told) for key, told in found.items()} == {
        ("all-crime", "2025-Q1"): 20,
        ("anti-social-behaviour", "2025-Q1"): 0,
        ("all-crime", "2025-Q2"): 0,
        ("anti-social-behaviour", "2025-Q2"): 30,
    }
    assert found["all-crime", "2025-Q2"] == [None]


@pytest.mark.parametrize("periods", [[], ["2025-Q1"]])
def test_a_force_without_a_universe_has_no_rows(periods: list[str]) -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(public_parents(none)) == 0
    table = public_table(
        "kent", COUNTS.empty_table(), none, periods, DisclosureSettings()
    )
    assert table.equals(PUBLIC_CELLS.empty_table())


def test_the_list_is_wider_than_the_universe() -> None:
    universe = cells.children(cells.from_text(PARENTS[:1]), 9)
    around = h3.cell_to_parent(PARENTS[0], 6)
    assert cells.as_text(public_parents(universe)) == sorted(
        h3.cell_to_children(around, 7)
    )
