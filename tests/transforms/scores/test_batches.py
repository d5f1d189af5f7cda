"""Scores are the same however many groups and categories are taken at once."""

import h3
import numpy as np
import pyarrow as pa
import pytest

from tests.builders import panel_of
from transforms.reference.categories import CATEGORIES
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.labels import group_labels
from transforms.scores.methods import METHODS, point_exposure
from transforms.scores.score_months import score_month


AS_OF = Month(2024, 12)
CELLS = sorted(h3.cell_to_children(h3.latlng_to_cell(52.5, -1.5, 7), 9))


def scored(incidents: int) -> pa.Table:
    """The rows of so many made-up incidents of two years, at their end."""
    rng = np.random.default_rng(7)
    months = month_range(Month(2023, 1), AS_OF)
    cell = rng.zipf(1.5, incidents) % len(CELLS)
    month, category = rng.integers(24, size=incidents), rng.integers(14, size=incidents)
    panel = panel_of(
        [
            (CELLS[c], (months[m].year, months[m].month), list(CATEGORIES)[k])
            for c, m, k in zip(cell, month, category, strict=True)
        ]
    )
    method = METHODS["point_exposure"]
    return score_month(panel, months, AS_OF, method, Scoring(), "kent", {})[0]


def test_one_at_a_time_is_the_same_as_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = scored(3000)
    monkeypatch.setattr(group_labels, "_NUMBERS_AT_ONCE", 1)
    monkeypatch.setattr(point_exposure, "_NUMBERS_AT_ONCE", 1)
    assert scored(3000).equals(at_once)
    assert len(set(at_once["hotspot_class"].to_pylist())) > 2


def test_no_universe_has_no_rows() -> None:
    assert len(scored(4)) == 0
