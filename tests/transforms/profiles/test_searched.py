"""Searches in an area, counted by hand."""

import h3
import numpy as np
import pyarrow as pa
import pytest

from transforms.profiles.searched import ForceStops
from transforms.reference import cells
from transforms.reference.months import Month, window
from transforms.searches.counts import READ, periods
from transforms.searches.rates import share


NO_ACTION = "A no further action disposal"
HERE, ELSEWHERE = (51.88, -0.42), (51.95, -0.30)
# place, month, outcome, linked to what was searched for
ROWS = [
    (HERE, "2025-11", "Arrest", True),
    (HERE, "2025-12", "Arrest", None),  # whether it was found is not known
    (HERE, "2025-12", NO_ACTION, None),
    (HERE, "2025-12", NO_ACTION, False),
    (HERE, "2024-12", "Arrest", True),  # a year before
    (ELSEWHERE, "2025-12", "Arrest", True),
    ((None, None), "2025-12", "Arrest", True),
]
SUPPLIED = [Month(2025, 11), Month(2025, 12)]


def stops() -> ForceStops:
    table = pa.table(
        {
            "month": pa.array([month for _, month, _, _ in ROWS]),
            "latitude": pa.array([at[0] for at, *_ in ROWS], pa.float64()),
            "longitude": pa.array([at[1] for at, *_ in ROWS], pa.float64()),
            "outcome": pa.array([outcome for _, _, outcome, _ in ROWS]),
            "outcome_linked": pa.array([linked for *_, linked in ROWS], pa.bool_()),
            **{
                name: pa.nulls(len(ROWS), pa.string())
                for name in READ
                if name.endswith("ethnicity") or name == "object_of_search"
            },
        }
    )
    [year] = [one for one in periods(Month(2025, 12), SUPPLIED) if one.name == "12m"]
    assert list(year.span) == list(window(Month(2025, 12), 12))
    return ForceStops(year, table.select(READ))


def test_searches_of_the_year_in_its_cells_and_what_was_found() -> None:
    ground = np.sort(cells.from_text(h3.grid_disk(h3.latlng_to_cell(*HERE, 9), 1)))
    found = stops().within(ground)
    assert (found.months, found.number) == (2, 4)
    assert found.found == share(1, 3)
    assert found.found is not None
    assert found.found.value == pytest.approx(1 / 3)


def test_an_area_without_searches_has_no_share() -> None:
    ground = np.sort(cells.from_text([h3.latlng_to_cell(53.0, -1.0, 9)]))
    found = stops().within(ground)
    assert (found.number, found.found) == (0, None)
