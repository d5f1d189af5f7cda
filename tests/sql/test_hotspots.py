"""hotspots.sql against a walk over the cells of each hot spot."""

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import published_spots
from transforms.publications.schemas import PUBLISHED


Row = dict[str, Any]

NAMES = {"s-1": "High Street", "s-2": "Abbey Road", "of nowhere": "Zoo"}
# binary fractions of very different size: their sum depends on the order
FRACTIONS = st.sampled_from([0.1, 0.2, 1e16, 3.0, 1e-9])
OF_A_CELL = {
    "hotspot_id": st.sampled_from([None, "s-1", "s-2", "s-3"]),
    "n_12m": st.sampled_from([None, 0, 1, 2**20]),
    "p_top1": st.sampled_from([None, 0.25, 0.5]),
    "hotspot_class": st.sampled_from([None, "new", "persistent"]),
    "lsoa21cd": st.sampled_from([None, "E01000001", "E01000002"]),
    **dict.fromkeys(
        ["score", "expected_12m", "harm_score", "cell_area_m2", "lat", "lon"], FRACTIONS
    ),
    **dict.fromkeys(["easting", "northing"], st.sampled_from([1, 2])),
    "harm_12m": st.one_of(st.none(), FRACTIONS),
    "n_1m": st.sampled_from([None, 1]),
    "n_prev_12m": st.just(None),
    "months_12m": st.integers(0, 12),
    "months_prev_12m": st.just(0),
}
CELLS = st.lists(st.fixed_dictionaries(OF_A_CELL), max_size=12)
GROUPS = st.permutations([("kent", "all-crime"), ("kent", "drugs"), ("gwent", "drugs")])


def _published(groups: list[tuple[str, str]], drawn: list[list[Row]]) -> list[Row]:
    """Rows in an order that has nothing to do with their rank."""
    return [
        cell
        | {
            "force": force,
            "crime_group": group,
            "hotspot_id": cell["hotspot_id"]
            and f"{force}-{group}-{cell['hotspot_id']}",
            "h3_cell": f"{rank:x}",
            "score_rank": rank,
            "as_of": "2025-12",
        }
        for (force, group), cells in zip(groups, drawn, strict=True)
        for rank, cell in reversed(list(enumerate(cells, 1)))
    ]


@given(groups=GROUPS, drawn=st.tuples(CELLS, CELLS, CELLS))
@settings(max_examples=40)
def test_a_hot_spot_is_its_cells_taken_together(
    groups: list[tuple[str, str]], drawn: tuple[list[Row], ...]
) -> None:
    rows = _published(groups, list(drawn))
    names = {f"kent-drugs-{spot}": name for spot, name in NAMES.items()}
    found = sql.run(
        "hotspots",
        {
            "cells": pa.Table.from_pylist(
                rows, pa.schema([f.with_nullable(True) for f in PUBLISHED])
            ),
            "names": pa.table(
                {"hotspot_id": list(names), "place_label": list(names.values())}
            ),
        },
    )
    assert found.to_pylist() == [
        {name: spot[name] for name in found.column_names}
        for spot in published_spots(rows, names)
    ]
