"""The gate: what is out is frozen, and each way to subtract is refused in one line."""

from collections.abc import Sequence
from dataclasses import replace

import h3
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.publications.public.towns import PARENTS, counts_table, towns
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.gate import Release, by_key, frozen, refusals
from transforms.publications.public.table import public_table
from transforms.publications.schemas import PUBLIC_CELLS
from transforms.reference import cells


Row = tuple[str, int | None]
Town = tuple[list[str], dict[str, int]]
thorough = settings(max_examples=60)
CHILDREN = sorted(h3.cell_to_children(PARENTS[0], 8))


def table(
    rows: Sequence[Row],
    period: str = "2025-Q1",
    group: str = "all-crime",
    force: str = "kent",
) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "force": force,
                "period": period,
                "crime_group": group,
                "h3_cell": cell,
                "h3_res": h3.get_resolution(cell),
                "incidents_rounded": count,
                "suppressed": count is None,
            }
            for cell, count in rows
        ],
        schema=PUBLIC_CELLS,
    )


def release(run_id: str, *tables: pa.Table, **limits: int) -> Release:
    return Release(run_id, pa.concat_tables(tables), DisclosureSettings(**limits))


FIRST: list[Row] = [(cell, 20) for cell in PARENTS]
OUT = release("one", table(FIRST))


def lines(new: Release, *earlier: Release) -> list[str]:
    return refusals(new, earlier or [OUT])


def test_the_same_rows_and_later_periods_may_go_out() -> None:
    assert lines(release("two", table(FIRST))) == []
    assert lines(release("two", table(FIRST[::-1]), table(FIRST, "2025-Q2"))) == []
    assert lines(release("two", table(FIRST[:3], force="gwent"))) == []
    assert lines(release("two", table(FIRST[:3], group="anti-social-behaviour"))) == []
    assert refusals(OUT, []) == []


def test_other_rows_of_a_period_that_is_out_are_refused() -> None:
    revised = release("two", table([(PARENTS[0], 25), *FIRST[1:]]))
    assert lines(revised) == [
        "kent, all-crime, 2025-Q1: other rows (run one is public)",
    ]
    assert lines(release("two", table(FIRST[1:]))) == lines(revised)
    hidden: list[Row] = [(cell, None) for cell in PARENTS[:3]]
    assert lines(release("two", table(hidden + FIRST[3:]))) == lines(revised)


def test_another_partition_that_leaves_a_small_count_is_named() -> None:
    parts: list[Row] = [(CHILDREN[0], 10), (CHILDREN[1], 10)]
    found = lines(release("two", table(parts + FIRST[1:])))
    assert found == [
        "kent, all-crime, 2025-Q1: other rows (run one is public)",
        (
            f"kent, all-crime, 2025-Q1: {PARENTS[0]} minus the published cells within"
            " it leaves 0 to 6 (run one is public)"
        ),
    ]
    turned = refusals(OUT, [release("two", table(parts + FIRST[1:]))])
    assert [line.replace("two", "one") for line in turned] == found


def test_a_whole_split_leaves_nothing_but_is_refused_all_the_same() -> None:
    parts: list[Row] = [(c, 0) for c in CHILDREN[1:]]
    found = lines(release("two", table([(CHILDREN[0], 20), *parts, *FIRST[1:]])))
    assert found == ["kent, all-crime, 2025-Q1: other rows (run one is public)"]


@pytest.mark.parametrize("period", ["2025", "2025-03", "2025-02/2025-04"])
def test_a_period_that_shares_months_is_refused(period: str) -> None:
    found = lines(release("two", table(FIRST, period)))
    assert found == [
        f"kent, all-crime: {period} shares months with 2025-Q1 (run one is public)"
    ]
    both = refusals(release("two", table(FIRST), table(FIRST, period)), [])
    assert f"kent, all-crime: {period} shares months with 2025-Q1, both new" in both


def test_another_rounding_and_a_lower_minimum_are_refused() -> None:
    later = table(FIRST, "2025-Q2")
    assert lines(release("two", later, rounding=2)) == [
        "rounded to 2, not to 5 (run one is public)"
    ]
    assert lines(release("two", later, minimum_count=5)) == [
        "minimum count 5, not 10 (run one is public)"
    ]


def test_a_higher_minimum_holds_for_what_is_new() -> None:
    low: list[Row] = [(PARENTS[0], 10), *FIRST[1:]]
    out = release("one", table(low))
    high = release("two", table(low), table(FIRST, "2025-Q2"), minimum_count=20)
    assert lines(high, out) == []
    worse = release("two", table(low), table(low, "2025-Q2"), minimum_count=20)
    assert lines(worse, out) == ["kent, all-crime, 2025-Q2: a count below 20"]


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (table(FIRST, group="robbery"), "shares categories"),
        (table(FIRST, "spring"), "the period is not known"),
        (table([(PARENTS[0], 5), *FIRST[1:]]), "a count below 10"),
        (table([(PARENTS[0], 12), *FIRST[1:]]), "not rounded to 5"),
        (table([*FIRST, FIRST[0]]), "a cell twice"),
        (table([(PARENTS[0], None), *FIRST[1:]]), "fewer than 3 cells to hide"),
        (table([*FIRST, (CHILDREN[0], 10)]), f"{PARENTS[0]} and cells within it"),
    ],
)
def test_a_table_that_is_unsafe_by_itself_is_refused(new: pa.Table, line: str) -> None:
    found = refusals(release("one", new), [])
    assert len(found) == 1
    assert line in found[0]
    assert found[0] in refusals(release("two", new), [OUT])


def test_a_suppressed_cell_with_a_count_is_refused() -> None:
    rows = table(FIRST)
    at = rows.schema.get_field_index("suppressed")
    lies = rows.set_column(at, PUBLIC_CELLS.field(at), [[True] * len(rows)])
    assert "a suppressed cell is published" in refusals(release("one", lies), [])[0]


def test_every_earlier_release_is_held_against() -> None:
    later = release("two", table(FIRST), table(FIRST, "2025-Q2"))
    new = release("three", table(FIRST), table(FIRST[1:], "2025-Q2"))
    assert lines(new, OUT, later) == [
        "kent, all-crime, 2025-Q2: other rows (run two is public)"
    ]
    assert refusals(new, [OUT]) == []


def test_what_is_out_is_carried_on_word_for_word() -> None:
    new = pa.concat_tables([table(FIRST[1:]), table(FIRST[2:], "2025-Q2")])
    gone = release("zero", table(FIRST[4:], force="gwent"))
    found = frozen(new, [gone, OUT])
    assert by_key(found) == {
        ("gwent", "all-crime", "2025-Q1"): gone.cells,
        ("kent", "all-crime", "2025-Q1"): OUT.cells,
        ("kent", "all-crime", "2025-Q2"): table(FIRST[2:], "2025-Q2"),
    }
    assert lines(Release("two", found), gone, OUT) == []
    assert frozen(found, [gone, OUT]).equals(found)
    assert frozen(PUBLIC_CELLS.empty_table(), []).equals(PUBLIC_CELLS.empty_table())


@given(st.lists(towns(), min_size=2, max_size=4))
@thorough
def test_tables_of_ours_pass_once_frozen(revisions: list[Town]) -> None:
    out: list[Release] = []
    limits = DisclosureSettings()
    for number, (listed, counts) in enumerate(revisions, start=1):
        periods = [f"2025-Q{n}" for n in range(1, number + 1)]
        exact = pa.concat_tables([counts_table(counts, period=p) for p in periods])
        ids = cells.from_text(listed)
        made = Release("new", public_table("kent", exact, ids, periods, limits))
        passed = replace(made, cells=frozen(made.cells, out))
        assert refusals(passed, out) == []
        assert bool(refusals(made, out)) == (passed.cells != made.cells)
        out.append(passed)
