"""The same attacker, with the public page of each release in hand.

The page adds up published counts: of an area that is split, and of all areas of a
force. A sum is one more figure beside the others, and so is its difference from each.
The thresholds are raised and lowered on the way, and a second home publishes too.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.oracles import publications as oracles
from tests.transforms.publications.public.attack import Range, subtractions
from tests.transforms.publications.public.page_reader import counts_in
from tests.transforms.publications.public.test_attack import (
    AS_OFS,
    BASE,
    CHILDREN,
    LIMITS,
    MINIMUM,
    figures,
    history,
    inside,
    published,
    small_cells,
    table_of,
)
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.bands import public_bands
from transforms.publications.public.gate import Key, Release, by_key, frozen, refusals
from transforms.publications.public.page_data import (
    TREND_QUARTERS,
    maps,
    totals,
    trends,
)


Page = dict[str, Any]
_SCORES = pa.schema(
    [("crime_group", pa.string()), ("h3_cell", pa.int64()), ("score", pa.float64())]
)


def page_of(table: pa.Table, rounding: int = BASE) -> Page:
    """The numbers of the page of a release of one force."""
    periods = sorted(set(table["period"].to_pylist()))
    newest = table.filter(pa.compute.equal(table["period"], periods[-1]))
    bands = public_bands(newest, _SCORES.empty_table(), "2025-12")
    return {
        "maps": maps(table, bands),
        "totals": totals(table, rounding),
        "trends": trends(table, rounding),
    }


def told(page: Page) -> dict[Key, list[tuple[int, Range]]]:
    """Every sum of a page: which children it is of, and between what it lies."""
    found: dict[Key, list[tuple[int, Range]]] = {}
    for trend in page["trends"]:
        for at, period in enumerate(trend["quarters"]):
            key = trend["force"], trend["crime_group"], period
            for area, sums in trend["areas"].items():
                count, within = sums[at]
                mask = sum(1 << child for child in inside(area))
                reach = max(0, count - within), count + within
                found.setdefault(key, []).append((mask, reach))
    return found


def sum_of_all(row: Page, table: pa.Table) -> tuple[int, Range]:
    """The figure of a force's total: of all children of the cells with a count."""
    open_rows = table.filter(pa.compute.invert(table["suppressed"]))
    cells = open_rows["h3_cell"].to_pylist()
    mask = sum(1 << child for cell in cells for child in inside(cell))
    return mask, (row["published"] - row["within"], row["published"] + row["within"])


@pytest.mark.parametrize("seed", range(1, 4))
def test_no_difference_of_a_sum_of_the_page_tells_a_small_count(seed: int) -> None:
    out = published(seed)
    everything, added = (1 << len(CHILDREN)) - 1, 0
    known: dict[Key, list[tuple[int, Range]]] = {}
    for release in out.releases:
        page, tables = page_of(release.cells), by_key(release.cells)
        for key, sums in told(page).items():
            known.setdefault(key, []).extend(sums)
        for row in page["totals"]:
            key = row["force"], row["crime_group"], row["period"]
            known.setdefault(key, []).append(sum_of_all(row, tables[key]))
    newest = by_key(out.releases[-1].cells)
    for key, truth in out.truth.items():
        exact = int(truth.sum())
        beside = [(sum(1 << m for m in ms), r) for ms, r in figures(newest[key])]
        all_told = [(everything, (exact, exact)), *beside, *known[key]]
        for mask, (low, high) in set(all_told):
            true = sum(int(n) for at, n in enumerate(truth) if mask >> at & 1)
            assert low <= true <= high, "the page says what is not so"
        small = {sum(1 << m for m in members) for _, members in small_cells(truth)}
        for left, (low, high) in subtractions(all_told):
            assert left not in small or (low == 0 and high >= MINIMUM - 1)
        added += len({mask for mask, _ in known[key]} - {mask for mask, _ in beside})
    assert added > len(out.truth), "the page has sums that the tables have not"


@pytest.mark.parametrize("seed", range(1, 4))
def test_no_sum_of_the_page_says_more_than_its_parts(seed: int) -> None:
    """So whatever could be worked out from the page, the tables alone would give."""
    cells = published(seed).releases[-1].cells
    tables, page = by_key(cells), page_of(cells)
    sums = told(page)
    for row in page["totals"]:
        key = row["force"], row["crime_group"], row["period"]
        sums.setdefault(key, []).append(sum_of_all(row, tables[key]))
    for key, known in sums.items():
        parts = [(set(members), reach) for members, reach in figures(tables[key])]
        for mask, (low, high) in known:
            mine = {at for at in range(len(CHILDREN)) if mask >> at & 1}
            inner = [(m, reach) for m, reach in parts if m <= mine]
            assert set().union(*(m for m, _ in inner)) == mine
            assert low <= sum(least for _, (least, _) in inner)
            assert high >= sum(most for _, (_, most) in inner)


def test_thirteen_pages_say_the_same_of_a_quarter() -> None:
    pages = [page_of(release.cells) for release in published(1).releases]
    for before, after in pairwise(pages):
        first, second = told(before), told(after)
        for key in first.keys() & second.keys():
            sums = dict(first[key])
            assert all(sums.get(mask, reach) == reach for mask, reach in second[key])
        rows = {(r["crime_group"], r["period"]): r for r in after["totals"]}
        for row in before["totals"]:
            assert rows[row["crime_group"], row["period"]] == row


def test_a_page_is_worked_out_from_its_own_release_alone() -> None:
    for release in published(2).releases[-3:]:
        page, rows = page_of(release.cells), release.cells.to_pylist()
        half = BASE // 2
        assert {
            (r["force"], r["crime_group"]): (r["quarters"], r["areas"])
            for r in page["trends"]
        } == oracles.page_trends(rows, half, TREND_QUARTERS)
        assert {
            (r["force"], r["crime_group"], r["period"]): (
                *(r["published"], r["within"]),
                *(r["areas"], r["withheld"]),
            )
            for r in page["totals"]
        } == oracles.page_totals(rows, half)


def made(limits: DisclosureSettings, as_of: int, out: list[Release]) -> Release:
    """The release of that as-of under those limits, on top of those that are out."""
    truth = history(1)[as_of]
    table = table_of(truth, AS_OFS[as_of], limits)
    return Release(str(as_of), frozen(table, out), limits)


def test_a_raised_threshold_holds_for_every_new_number_of_the_page() -> None:
    first = made(LIMITS, 3, [])
    stricter = replace(LIMITS, minimum_count=20)
    second = made(stricter, 12, [first])
    assert refusals(second, [first]) == []
    old = set(first.cells["period"].to_pylist())
    counts = [*counts_in(page_of(second.cells))]
    assert all(n == 0 or n >= (10 if q in old else 20) for q, n in counts)
    assert {q for q, _ in counts} > old
    before = {row["period"]: row for row in page_of(first.cells)["totals"]}
    for row in page_of(second.cells)["totals"]:
        assert row["period"] not in old or row == before[row["period"]] | row


@pytest.mark.parametrize(
    "looser", [{"minimum_count": 5}, {"minimum_count": 10, "rounding": 1}]
)
def test_a_lowered_threshold_makes_no_page(looser: dict[str, int]) -> None:
    first = made(LIMITS, 3, [])
    second = made(replace(LIMITS, **looser), 12, [first])
    assert refusals(second, [first])
    # as the first release of a home it would be one, under its own threshold
    alone = made(replace(LIMITS, **looser), 12, [])
    assert refusals(alone, []) == []
    counts = [n for _, n in counts_in(page_of(alone.cells, alone.settings.rounding))]
    assert min(n for n in counts if n) >= looser["minimum_count"]


def test_a_second_home_of_the_same_data_says_nothing_more() -> None:
    """Its releases start later, so its quarters are those of other as-ofs."""
    one, other = [made(LIMITS, 12, [])], [made(LIMITS, 12, [])]
    assert page_of(one[0].cells) == page_of(other[0].cells)


def test_a_second_home_of_another_force_has_no_number_in_common() -> None:
    first = made(LIMITS, 12, [])
    at = first.cells.schema.get_field_index("force")
    elsewhere = pa.array(
        ["gwent"] * len(first.cells), first.cells.schema.field(at).type
    )
    second = first.cells.set_column(at, first.cells.schema.field(at), elsewhere)
    both = Release("both", pa.concat_tables([first.cells, second]), LIMITS)
    assert refusals(both, []) == []
    pages = [page_of(table) for table in (both.cells, first.cells, second)]
    for name in ("totals", "trends"):
        assert sorted(pages[0][name], key=str) == sorted(
            [*pages[1][name], *pages[2][name]], key=str
        )


def test_two_homes_that_stored_other_releases_are_what_it_cannot_hold() -> None:
    """The limit that docs/security.md states: one home must publish a force."""
    early, late = (history(1)[at] for at in (0, 12))
    tables = [by_key(table_of(truth, AS_OFS[0], LIMITS)) for truth in (early, late)]
    moved = [key for key in tables[0] if not tables[0][key].equals(tables[1][key])]
    assert moved
    assert np.abs(early - late).max() >= 1
