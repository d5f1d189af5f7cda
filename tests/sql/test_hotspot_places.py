"""hotspot_places.sql against a walk over every incident of every hot spot."""

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import spot_name
from tests.sql.made_spots import GROUPS, MEMBERS, Cell, relations, spots_of


VALUES = (
    (None, 1, 2, 3),
    (None, 10, 20),
    ("2023-12", "2024-01", "2024-02", "2024-03"),
    (*GROUPS["all"], "other-crime"),
    (None, "High Street", "Abbey Road", "Zoo"),
    (True, True, False),
)
VENUES = ["Zoo"]
NAMES = ["h3_r9", "h3_r10", "month", "category", "place_label", "in_area"]
KINDS = [pa.int64(), pa.int64(), *[pa.string()] * 3, pa.bool_()]


def _rows(generator: Random) -> list[tuple[object, ...]]:
    """From none to so many that a label has several in each category."""
    number = generator.choice([0, 3, 30, 200])
    return [tuple(map(generator.choice, VALUES)) for _ in range(number)]


# From a generator: so many rows are too many for Hypothesis to choose one by one.
ROWS = st.randoms(use_true_random=True).map(_rows)


@pytest.mark.parametrize(("resolution", "column"), [(9, 0), (10, 1)])
@given(rows=ROWS, members=MEMBERS)
@settings(max_examples=80)
def test_a_hot_spot_is_named_for_its_own_incidents_of_the_window(
    resolution: int,
    column: int,
    rows: list[tuple[object, ...]],
    members: dict[Cell, str],
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    spots = spots_of(members)
    found = sql.run(
        "hotspot_places",
        {
            "incidents": pa.table(arrays, names=NAMES),
            **relations(spots),
            "venues": pa.table({"place_label": VENUES}),
        },
        h3_res=resolution,
        first_month="2024-01",
        last_month="2024-02",
    )
    expected = {}
    for spot in sorted(set(spots.values())):
        labels = []
        for row in rows:
            _, _, month, category, label, in_area = row
            for (cell, group), its_spot in spots.items():
                if (
                    its_spot == spot
                    and row[column] == cell
                    and category in GROUPS[group]
                    and month in ("2024-01", "2024-02")
                    and in_area
                ):
                    labels.append(label)
        if street := spot_name(labels, VENUES):
            expected[spot] = {"place_label": spot_name(labels, []), "street": street}
    assert found.to_pylist() == [
        {"hotspot_id": spot, **names} for spot, names in expected.items()
    ]
