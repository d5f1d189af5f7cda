"""The tables of intervals and levels: what backtests found, added up as they say."""

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.bands import by_band, by_month, held, level


def found(**columns: list[object]) -> pa.Table:
    """Rows of backtests: two forces in July, one in August."""
    rows = {
        "crime_group": ["burglary", "burglary", "burglary"],
        "outcome_month": ["2025-07", "2025-07", "2025-08"],
        "incidents": [60, 45, 10],
        "incidents_outside": [10, 5, 0],
        "expected": [40.0, 50.0, 20.0],
        "interval_cells": [[100.0, 150.0, 60.0], [200.0, 50.0, 0.0], [10.0, 0.0, 0.0]],
        "interval_inside": [[90.0, 144.0, 57.0], [180.0, 46.0, 0.0], [9.0, 0.0, 0.0]],
    }
    return pa.table(rows | columns)


def test_shares_are_of_all_cells_and_levels_of_what_is_in_the_universe() -> None:
    cells, share = held(found())
    assert cells.tolist() == [310, 200, 60]
    assert share.tolist() == pytest.approx([0.9, 0.95, 0.95])
    assert level(found()) == pytest.approx(100 / 110)


def test_nothing_is_told_of_nothing() -> None:
    none = found().slice(0, 0)
    assert held(none)[0].tolist() == [0, 0, 0]
    assert np.isnan(held(none)[1]).all()
    assert np.isnan(level(none))


def test_few_cells_have_no_share() -> None:
    [line] = [row for row in by_band(found()) if row.startswith("| Burglary")]
    assert line == "| Burglary | 0.900 (310) | 0.950 (200) | (60) |"


def test_each_month_has_its_level_and_its_busy_cells() -> None:
    head, _, *rows = by_month(found())
    [line] = [row for row in rows if row.startswith("| Burglary")]
    assert head == "| crime group | 2025-07 | 2025-08 |"
    # 90 incidents of 90 in July, and 247 of 260 cells that expected one or more
    assert line == "| Burglary | 1.00, 0.950 | 0.50 |"
