"""area_sums.sql against a walk over the cells of each area."""

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import areas_added_up
from tests.sql.test_hotspots import FRACTIONS
from transforms.publications.schemas import HOTSPOTS, PUBLISHED


Row = dict[str, Any]

OF_A_CELL = {
    "hotspot": st.sampled_from([None, 1, 2, 3]),
    "place_label": st.sampled_from([None, "High Street", "Abbey Road"]),
    "n_3m": st.sampled_from([None, 0, 3]),
    "n_12m": st.sampled_from([None, 0, 1, 2**20]),
    "n_prev_12m": st.just(None),
    "months_3m": st.integers(0, 3),
    "months_12m": st.integers(0, 12),
    "months_prev_12m": st.just(0),
    "score": FRACTIONS,
    "cell_area_m2": FRACTIONS,
}
CELLS = st.lists(st.fixed_dictionaries(OF_A_CELL), max_size=9)
GROUPS = st.permutations([("kent", "all-crime"), ("kent", "drugs"), ("gwent", "drugs")])
AREAS = st.sets(
    st.tuples(
        st.sampled_from(["beat", "ward"]),
        st.sampled_from(["East", "West", "Äußere; Nord"]),
        st.integers(0, 9),
    )
)


def _published(
    groups: list[tuple[str, str]], drawn: tuple[list[Row], ...]
) -> list[Row]:
    """Rows in an order that has nothing to do with their rank."""
    return [
        cell
        | {
            "force": force,
            "crime_group": group,
            "hotspot_id": cell["hotspot"] and f"{force}-{group}-{cell['hotspot']}",
            "h3_cell": f"{(rank * 7) % 10}",
            "score_rank": rank,
            "as_of": "2025-12",
        }
        for (force, group), cells in zip(groups, drawn, strict=True)
        for rank, cell in reversed(list(enumerate(cells, 1)))
    ]


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(
        rows, pa.schema([field.with_nullable(True) for field in schema])
    )


@given(groups=GROUPS, drawn=st.tuples(CELLS, CELLS, CELLS), within=AREAS)
@settings(max_examples=60)
def test_an_area_is_its_cells_taken_together(
    groups: list[tuple[str, str]],
    drawn: tuple[list[Row], ...],
    within: set[tuple[str, str, int]],
) -> None:
    cells = _published(groups, drawn)
    spots = [
        {
            "force": row["force"],
            "crime_group": row["crime_group"],
            "hotspot_id": row["hotspot_id"],
            "hotspot_rank": 4 - row["hotspot"],
            "name": f"around {row['hotspot']}" if row["hotspot"] > 1 else None,
        }
        for row in {c["hotspot_id"]: c for c in cells if c["hotspot"]}.values()
    ]
    pairs = [(layer, area, str(cell)) for layer, area, cell in sorted(within)]
    found = sql.run(
        "area_sums",
        {
            "cells": _table(cells, PUBLISHED),
            "spots": _table(spots, HOTSPOTS),
            "within": pa.table(
                {
                    name: pa.array([pair[at] for pair in pairs], pa.string())
                    for at, name in enumerate(("layer", "area", "h3_cell"))
                }
            ),
        },
    )
    assert found.to_pylist() == [
        {name: row[name] for name in found.column_names}
        for row in areas_added_up(pairs, cells, spots)
    ]
