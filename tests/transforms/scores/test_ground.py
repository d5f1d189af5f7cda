"""As-ofs that share a universe have the scores that each of them has alone."""

from dataclasses import replace

import h3
import numpy as np
import pyarrow as pa

from tests.builders import panel_of
from transforms.reference.categories import CATEGORIES
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import METHODS
from transforms.scores.panel import Panel
from transforms.scores.score_months import score_month


MONTHS = month_range(Month(2023, 1), Month(2024, 12))
AREAS = h3.grid_disk(h3.latlng_to_cell(52.5, -1.5, 7), 1)
METHOD = METHODS["point_exposure"]


def growing() -> Panel:
    """Two years, of which the last quarter knows one area more than those before."""
    rng = np.random.default_rng(11)
    one, *_, other = AREAS
    cells = sorted(h3.cell_to_children(one, 9))
    late = sorted(h3.cell_to_children(other, 9))
    rows = [
        (cells[c], month, list(CATEGORIES)[k])
        for month in MONTHS
        for c, k in zip(
            rng.zipf(1.5, 150) % 49, rng.integers(14, size=150), strict=True
        )
    ]
    rows += [(late[c], MONTHS[21], "burglary") for c in range(20)]
    return panel_of([(c, (m.year, m.month), k) for c, m, k in rows])


def scored(panel: Panel, as_of: Month) -> pa.Table:
    return score_month(panel, MONTHS, as_of, METHOD, Scoring(), "kent", {})[0]


def test_one_after_another_is_the_same_as_each_alone() -> None:
    panel = growing()
    sizes = []
    for as_of in MONTHS[-6:]:
        shared = scored(panel, as_of)
        alone = scored(replace(panel), as_of)  # without what the panel has kept
        assert shared.equals(alone)
        sizes.append(shared["universe_cells"][0].as_py())
    assert sizes == [49, 49, 49, 98, 98, 98]


def test_a_universe_is_kept_as_long_as_it_is_the_same() -> None:
    panel = growing()
    grounds = [panel.ground(panel.universe(as_of)) for as_of in MONTHS[-6:]]
    first, last = grounds[0], grounds[-1]
    assert [ground is first for ground in grounds] == [True] * 3 + [False] * 3
    assert [ground is last for ground in grounds] == [False] * 3 + [True] * 3
