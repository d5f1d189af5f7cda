"""The share found: right to its step, and withheld where a count might follow."""

from collections.abc import Mapping
from random import Random

import h3
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.publications import share_found
from tests.transforms.publications.public.towns import PARENTS, counts_table, towns
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.periods import Quarter
from transforms.publications.public.shares import public_accuracy
from transforms.publications.public.table import public_table
from transforms.reference import cells


QUARTER = Quarter(2025, 1)
MONTHS = [str(month) for month in QUARTER.months]
LIMITS = DisclosureSettings()
FIRST = [sorted(h3.cell_to_children(parent, 9))[0] for parent in PARENTS]
Counts = Mapping[tuple[str, str], int]  # by cell and month
Searches = Mapping[str, list[str]]  # by month


def shares(counts: Counts, searched: Searches, listed: list[str]) -> pa.Table:
    total: dict[str, int] = {}
    for (cell, _), number in counts.items():
        total[cell] = total.get(cell, 0) + number
    ids = cells.from_text(sorted(listed))
    table = public_table("kent", counts_table(total), ids, [str(QUARTER)], LIMITS)
    monthly = pa.table(
        {
            "h3_cell": pa.array([int(cell, 16) for cell, _ in counts], pa.int64()),
            "period": pa.array([month for _, month in counts], pa.string()),
            "category": pa.array(["burglary"] * len(counts), pa.string()),
            "incidents": pa.array(counts.values(), pa.int64()),
        }
    )
    top = {("all-crime", m): cells.from_text(found) for m, found in searched.items()}
    return public_accuracy("kent", table, monthly, top, [QUARTER], LIMITS)


def found_percent(counts: Counts, searched: Searches) -> int | None:
    rows = shares(counts, searched, PARENTS).to_pylist()
    assert [row["crime_group"] for row in rows] == ["all-crime"]
    assert rows[0]["suppressed"] == (rows[0]["found_percent"] is None)
    return rows[0]["found_percent"]


def every_month(cell_list: list[str]) -> Searches:
    return dict.fromkeys(MONTHS, cell_list)


def beside(cell: str) -> str:
    """Another scored cell of the same public cells, which no search reaches."""
    return sorted(h3.cell_to_children(h3.cell_to_parent(cell, 8), 9))[-1]


PLENTY = {(beside(cell), MONTHS[0]): 60 for cell in FIRST} | {
    (cell, MONTHS[1]): 40 for cell in FIRST
}


def test_the_share_is_told_to_the_nearest_step() -> None:
    assert found_percent(PLENTY, every_month(FIRST)) == 40
    assert found_percent(PLENTY, every_month(FIRST[:2])) == 10  # 11.4 %
    other_month = {MONTHS[0]: FIRST, MONTHS[1]: [beside(FIRST[0])], MONTHS[2]: FIRST}
    assert found_percent(PLENTY, other_month) is None  # what it found is nothing


def test_no_share_of_few_incidents() -> None:
    few = {key: number // 4 for key, number in PLENTY.items()}  # 175
    assert found_percent(few, every_month(FIRST)) is None


def test_no_share_that_rests_on_cells_that_are_not_told() -> None:
    """Or who knows it, and what is told, would know that there was something."""
    hidden = {(cell, MONTHS[0]): 8 for cell in FIRST[:3]}
    told = {(beside(cell), MONTHS[0]): 100 for cell in FIRST[3:]}
    assert found_percent(hidden | told, every_month(FIRST[:3])) is None


def test_no_share_where_nothing_was_missed_in_the_cells_that_it_reached() -> None:
    hot = {(cell, MONTHS[0]): 100 for cell in FIRST[:4]}
    cold = {(cell, MONTHS[0]): 5 for cell in FIRST[4:]}
    assert found_percent(hot | cold, every_month(FIRST)) is None


def test_no_share_of_a_quarter_with_a_month_that_was_not_forecast() -> None:
    searched = dict.fromkeys(MONTHS[:2], FIRST)
    assert len(shares(PLENTY, searched, PARENTS)) == 0


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_it_is_what_a_plain_count_gives(
    town: tuple[list[str], dict[str, int]], random: Random
) -> None:
    listed, totals = town
    counts: dict[tuple[str, str], int] = {}
    for cell, number in totals.items():
        for _ in range(4 * number):
            key = cell, random.choice(MONTHS)
            counts[key] = counts.get(key, 0) + 1
    scored = sorted(totals) or [FIRST[0]]
    searched = {m: random.sample(scored, len(scored) // 2 + 1) for m in MONTHS}
    rows = shares(counts, searched, listed).to_pylist()
    total: dict[str, int] = {}
    for (cell, _), number in counts.items():
        total[cell] = total.get(cell, 0) + number
    table = public_table(
        "kent", counts_table(total), cells.from_text(listed), [str(QUARTER)], LIMITS
    )
    told = [r["h3_cell"] for r in table.to_pylist() if not r["suppressed"]]
    assert rows[0]["found_percent"] == share_found(counts, searched, told, 10)
