"""The gate for shares: once, beside their counts, coarse; else refused in one line."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from tests.transforms.publications.public.test_gate import FIRST, release, table
from transforms.publications.public.gate import Release, refusals
from transforms.publications.public.share_gate import frozen_accuracy
from transforms.publications.schemas import PUBLIC_ACCURACY


def shares(*rows: dict[str, Any]) -> pa.Table:
    known = {
        "force": "kent",
        "period": "2025-Q1",
        "crime_group": "all-crime",
        "area_share": 0.01,
        "found_percent": 35,
        "suppressed": False,
    }
    return pa.Table.from_pylist([known | row for row in rows], schema=PUBLIC_ACCURACY)


def told(run_id: str, *rows: dict[str, Any]) -> Release:
    return replace(release(run_id, table(FIRST)), accuracy=shares(*rows))


OUT = told("one", {})


def test_a_share_beside_its_counts_may_go_out_and_be_carried_on() -> None:
    assert refusals(OUT, []) == []
    assert refusals(told("two", {}), [OUT]) == []
    assert refusals(told("two"), [OUT]) == []
    withheld = told("one", {"found_percent": None, "suppressed": True})
    assert refusals(withheld, []) == []


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"found_percent": 34}, "a share found that is not rounded to 5 %"),
        ({"found_percent": 105}, "a share found that is not rounded to 5 %"),
        ({"area_share": 0.02}, "a share found in other than 1% of the cells"),
        ({"suppressed": True}, "a suppressed share is published"),
        ({"found_percent": None}, "one that is not suppressed is not"),
    ],
)
def test_a_share_that_is_unsafe_by_itself_is_refused(
    row: dict[str, Any], line: str
) -> None:
    [found] = refusals(told("one", row), [])
    assert found.startswith("kent, all-crime, 2025-Q1: ")
    assert line in found


def test_a_share_without_its_counts_or_twice_is_refused() -> None:
    [line] = refusals(told("one", {"period": "2024-Q4"}), [])
    assert line == "kent, all-crime, 2024-Q4: a share found without counts"
    [line] = refusals(told("one", {"crime_group": "robbery"}), [])
    assert line == "kent, robbery, 2025-Q1: a share found without counts"
    assert "a share found twice" in refusals(told("one", {}, {}), [])


def test_another_share_of_a_quarter_that_is_out_is_refused() -> None:
    said = ["kent, all-crime, 2025-Q1: another share found (run one is public)"]
    assert refusals(told("two", {"found_percent": 40}), [OUT]) == said
    assert refusals(told("two", {}), [told("one")]) == said, "later than its counts"


def test_shares_that_are_out_are_carried_on_and_none_comes_late() -> None:
    old = release("zero", table(FIRST, "2024-Q4"))
    before = pa.concat_tables([OUT.cells, old.cells])
    new = shares({"found_percent": 40}, {"period": "2024-Q4"}, {"period": "2025-Q2"})
    found = frozen_accuracy(new, before, [OUT.accuracy, old.accuracy])
    assert found.equals(shares({}, {"period": "2025-Q2"}))
    assert frozen_accuracy(new.slice(0, 0), before[:0], []).schema == PUBLIC_ACCURACY
