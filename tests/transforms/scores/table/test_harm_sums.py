"""Harm: recorded as it weighs, expected by what an incident of its kind weighs."""

import h3
import numpy as np
import pyarrow as pa
import pytest

from transforms.reference.categories import CATEGORIES
from transforms.reference.months import Month, month_range
from transforms.scores.methods.expectation import Expectation
from transforms.scores.panel import Panel, build_panel
from transforms.scores.table.harm_sums import HarmSums, harm_sums
from transforms.scores.view import view_at


CELL, OTHER = sorted(h3.cell_to_children(h3.latlng_to_cell(52.5, -1.5, 7), 9))[:2]
MONTHS = month_range(Month(2023, 1), Month(2024, 12))
# (cell, month, category, incidents, their harm, that of the gravest)
ROWS = [
    (CELL, "2024-12", "burglary", 3, 14.0, 10.0),
    (CELL, "2024-06", "burglary", 2, 6.0, 3.0),
    (CELL, "2024-06", "robbery", 1, 20.0, 20.0),
    (OTHER, "2023-02", "burglary", 5, 90.0, 50.0),  # more than twelve months ago
    (OTHER, "2024-05", "anti-social-behaviour", 4, 0.0, 0.0),
]


def panel(rows: list[tuple[str, str, str, int, float, float]]) -> Panel:
    cell, month, category, incidents, harm, gravest = map(list, zip(*rows, strict=True))
    counted = pa.table(
        {
            "h3_cell": [int(c, 16) for c in cell],
            "period": month,
            "category": category,
            "incidents": incidents,
            "harm": harm,
            "gravest": gravest,
        }
    )
    points = counted.select(["h3_cell", "period"]).append_column(
        "point", pa.array(range(len(rows)), pa.int64())
    )
    return build_panel(counted, points, MONTHS, 9)


def sums(supplied: list[Month], expected: dict[str, float]) -> HarmSums:
    """At the end of 2024, with so much expected of each cell, of those categories."""
    seen = view_at(panel(ROWS), supplied, Month(2024, 12))
    cells = np.ones(len(seen.cells))
    means = {slug: expected.get(slug, 0.0) * cells for slug in CATEGORIES}
    return harm_sums(seen, {slug: Expectation(m, cells) for slug, m in means.items()})


def columns(found: HarmSums, slug: str) -> dict[str, dict[str, float]]:
    """Of the cells with incidents each column."""
    chosen = np.array([group == slug for group in found.view.reported])
    everywhere = np.ones(len(found.view.cells), dtype=bool)
    values = found.columns(np.outer(chosen, everywhere))
    at = {f"{cell:x}": row for row, cell in enumerate(found.view.cells.tolist())}
    return {
        cell: {name: column[at[cell]] for name, column in values.items()}
        for cell in (CELL, OTHER)
    }


def test_harm_of_twelve_months_adds_up_over_months_and_categories() -> None:
    found = columns(sums(MONTHS, {}), "all-crime")
    assert found[CELL]["harm_12m"] == 14.0 + 6.0 + 20.0
    assert found[OTHER]["harm_12m"] == 0.0


def test_the_top_share_is_that_of_one_incident_not_of_one_category() -> None:
    found = sums(MONTHS, {})
    assert columns(found, "burglary")[CELL]["harm_top_share_12m"] == 10.0 / 20.0
    assert columns(found, "all-crime")[CELL]["harm_top_share_12m"] == 20.0 / 40.0
    assert np.isnan(columns(found, "all-crime")[OTHER]["harm_top_share_12m"])


def test_what_is_expected_weighs_what_its_kind_weighed_over_all_months() -> None:
    found = sums(MONTHS, {"burglary": 0.5, "robbery": 0.1, "drugs": 7.0})
    # ten burglaries of 110, one robbery of 20; of drugs none tells what it weighs
    assert columns(found, "burglary")[CELL]["harm_score"] == pytest.approx(0.5 * 11.0)
    assert columns(found, "all-crime")[CELL]["harm_score"] == pytest.approx(5.5 + 2.0)
    assert columns(found, "drugs")[CELL]["harm_score"] == 0.0
    assert columns(found, "anti-social-behaviour")[CELL]["harm_score"] == 0.0


def test_only_supplied_months_count() -> None:
    without = [month for month in MONTHS if month != Month(2024, 6)]
    found = sums(without, {"burglary": 1.0})
    assert columns(found, "all-crime")[CELL]["harm_12m"] == 14.0
    assert columns(found, "burglary")[CELL]["harm_score"] == pytest.approx(104 / 8)
