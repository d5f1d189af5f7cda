"""Quarters: which can be told, what they hold, and what else a period may be called."""

import pyarrow as pa
import pytest

from transforms.publications.public.periods import (
    PUBLIC_GROUPS,
    Quarter,
    public_quarters,
    quarter_counts,
    span,
)
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range


YEAR = month_range(Month(2024, 11), Month(2025, 12))


def labels(supplied: list[Month], as_of: str, lag_months: int = 1) -> list[str]:
    found = public_quarters(supplied, Month.parse(as_of), lag_months)
    return [str(quarter) for quarter in found]


def test_a_quarter_is_told_a_lag_after_its_end() -> None:
    assert labels(YEAR, "2025-03") == []
    assert labels(YEAR, "2025-04") == ["2025-Q1"]
    assert labels(YEAR, "2025-04", lag_months=2) == []
    assert labels(YEAR, "2025-12") == ["2025-Q1", "2025-Q2", "2025-Q3"]
    assert labels(YEAR, "2026-01")[-1] == "2025-Q4"


def test_a_quarter_without_one_of_its_months_is_not_told() -> None:
    for missing in (4, 5, 6):
        held = [m for m in YEAR if m != Month(2025, missing)]
        assert labels(held, "2025-12") == ["2025-Q1", "2025-Q3"]
    assert labels([], "2025-12") == []


def test_public_groups_share_no_category() -> None:
    named = [c for slug in PUBLIC_GROUPS for c in GROUPS[slug].categories]
    assert len(named) == len(set(named))


def test_months_and_categories_add_up_to_quarters_and_groups() -> None:
    monthly = pa.table(
        {
            "h3_cell": [1, 1, 1, 2, 1, 1, 1],
            "period": [f"2025-0{month}" for month in (1, 3, 4, 2, 2, 2, 2)],
            "category": [
                *("burglary", "robbery", "burglary", "burglary"),
                *("anti-social-behaviour", "drugs", "possession-of-weapons"),
            ],
            "incidents": [1, 2, 4, 8, 16, 32, 64],
        }
    )
    found = quarter_counts(monthly, [Quarter(2025, 1)]).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("all-crime", "2025-Q1", 1, 3),
        ("all-crime", "2025-Q1", 2, 8),
        ("anti-social-behaviour", "2025-Q1", 1, 16),
    ]


def test_every_category_is_told_at_most_once() -> None:
    monthly = pa.table(
        {
            "h3_cell": [1] * len(CATEGORIES),
            "period": ["2025-01"] * len(CATEGORIES),
            "category": list(CATEGORIES),
            "incidents": [1] * len(CATEGORIES),
        }
    )
    found = quarter_counts(monthly, [Quarter(2025, 1)])
    assert sum(found["incidents"].to_pylist()) == len(CATEGORIES) - 2


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2025-Q1", "2025-01", "2025-03"),
        ("2025-Q4", "2025-10", "2025-12"),
        ("2025", "2025-01", "2025-12"),
        ("2025-02", "2025-02", "2025-02"),
        ("2024-05/2025-04", "2024-05", "2025-04"),
    ],
)
def test_a_period_spans_months(label: str, first: str, last: str) -> None:
    assert span(label) == (Month.parse(first), Month.parse(last))


@pytest.mark.parametrize(
    "label", ["", "2025-Q5", "2025-Q0", "2025-13", "2025-04/2024-05", "25-Q1", "all"]
)
def test_what_is_no_period_spans_none(label: str) -> None:
    assert span(label) is None
