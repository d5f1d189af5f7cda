"""The numbers of the public page: each against a slow twin, on tables of any kind."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import publications as oracles
from tests.transforms.publications.public.towns import PARENTS, counts_table, towns
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.bands import public_bands
from transforms.publications.public.page_data import (
    TREND_QUARTERS,
    maps,
    newest,
    totals,
    trends,
)
from transforms.publications.public.table import public_table
from transforms.publications.schemas import PUBLIC_BANDS, PUBLIC_CELLS
from transforms.reference import cells


thorough = settings(max_examples=100)
QUARTERS = [f"{year}-Q{n}" for year in (2022, 2023, 2024, 2025) for n in (1, 2, 3, 4)]
LIMITS = st.builds(
    DisclosureSettings, st.just(10), st.sampled_from([1, 2, 5]), st.sampled_from([7, 8])
)
Town = tuple[list[str], dict[str, int]]


def table_of(quarters: list[Town], limits: DisclosureSettings) -> pa.Table:
    """A force's quarters: in each, other areas may be listed, and other counts."""
    tables = [PUBLIC_CELLS.empty_table()]
    for period, (listed, counts) in zip(QUARTERS, quarters, strict=False):
        exact = counts_table(counts, period=period)
        ids = cells.from_text(listed)
        tables.append(public_table("kent", exact, ids, [period], limits))
    return pa.concat_tables(tables)


@given(st.lists(towns(), min_size=1, max_size=4), LIMITS)
@thorough
def test_totals_and_trends_are_those_of_the_twin(
    quarters: list[Town], limits: DisclosureSettings
) -> None:
    table = table_of(quarters, limits)
    half = limits.rounding // 2
    told = totals(table, limits.rounding)
    assert {
        (row["force"], row["crime_group"], row["period"]): (
            row["published"],
            row["within"],
            row["areas"],
            row["withheld"],
        )
        for row in told
    } == oracles.page_totals(table.to_pylist(), half)
    assert {
        (row["force"], row["crime_group"]): (row["quarters"], row["areas"])
        for row in trends(table, limits.rounding)
    } == oracles.page_trends(table.to_pylist(), half, TREND_QUARTERS)
    assert [row["period"] for row in newest(told)] == 2 * [QUARTERS[len(quarters) - 1]]


@given(towns(), LIMITS)
@thorough
def test_every_true_sum_is_within_what_is_said(
    town: Town, limits: DisclosureSettings
) -> None:
    listed, counts = town
    table = table_of([town], limits)
    inside = {int(cell, 16): n for cell, n in counts.items()}
    ids = cells.from_text(list(counts))
    above = cells.as_text(cells.parents(ids, 7)) if len(ids) else []
    of_area = {
        area: sum(
            n for n, mine in zip(inside.values(), above, strict=True) if mine == area
        )
        for area in listed
    }
    [crime, _] = sorted(trends(table, limits.rounding), key=lambda r: r["crime_group"])
    for area, [[count, within]] in crime["areas"].items():
        assert abs(count - of_area[area]) <= within


@given(towns(), st.randoms())
@thorough
def test_a_map_shows_the_cells_with_a_count_and_their_bands(
    town: Town, chance: Any
) -> None:
    table = table_of([town], DisclosureSettings())
    scored = [
        {"crime_group": "all-crime", "h3_cell": int(cell, 16), "score": chance.random()}
        for cell in town[1]
    ]
    schema = pa.schema(
        [("crime_group", pa.string()), ("h3_cell", pa.int64()), ("score", pa.float64())]
    )
    bands = public_bands(table, pa.Table.from_pylist(scored, schema), "2022-04")
    assert {
        (row["force"], row["crime_group"], row["period"]): set(row["cells"])
        for row in maps(table, bands)
    } == oracles.page_maps(table.to_pylist(), bands.to_pylist())


def test_of_many_quarters_the_newest_are_compared() -> None:
    town = (PARENTS[:2], {})
    [crime, _] = trends(table_of(16 * [town], DisclosureSettings()), 5)
    assert crime["quarters"] == QUARTERS[-TREND_QUARTERS:]


def test_a_home_that_has_published_nothing_has_no_numbers() -> None:
    none, no_bands = PUBLIC_CELLS.empty_table(), PUBLIC_BANDS.empty_table()
    assert (
        totals(none, 5) == trends(none, 5) == maps(none, no_bands) == newest([]) == []
    )


@pytest.mark.parametrize("rounding", [1, 5])
def test_a_sum_of_parts_is_less_sure_than_one_count(rounding: int) -> None:
    limits = DisclosureSettings(10, rounding, 8)
    children = cells.as_text(cells.children(cells.from_text(PARENTS[:1]), 9))
    split = dict.fromkeys(children[::7], 20)  # one cell in each of seven parts
    table = table_of([(PARENTS[:1], split)], limits)
    [crime, _] = trends(table, rounding)
    assert crime["areas"] == {PARENTS[0]: [[140, 7 * (rounding // 2)]]}
