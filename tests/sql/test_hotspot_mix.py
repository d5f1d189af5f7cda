"""hotspot_mix.sql against looking up every cell of every hot spot."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


GROUPS = ["all-crime", "arson", "burglary", "cars", "drugs", "eggs", "fraud", "guns"]
# Of each force and group a cell is published once.
CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from(["kent", "sussex"]),
        st.sampled_from(GROUPS),
        st.sampled_from(["a", "b", "c"]),
    ),
    st.tuples(
        st.sampled_from([None, "1", "2"]),  # its hot spot
        st.sampled_from([None, 0, 1, 2, 3, 1000]),  # its incidents
    ),
    max_size=40,
)


@given(cells=CELLS)
@settings(max_examples=100)
def test_a_hot_spot_says_what_else_is_recorded_where_it_is(
    cells: dict[tuple[str, str, str], tuple[str | None, int | None]],
) -> None:
    spots = {at: spot and f"{at[0]}-{at[1]}-{spot}" for at, (spot, _) in cells.items()}
    rows = [
        {
            "force": force,
            "crime_group": group,
            "h3_cell": cell,
            "hotspot_id": spots[force, group, cell],
            "n_12m": number,
        }
        for (force, group, cell), (_, number) in cells.items()
    ]
    kinds = [(name, pa.string()) for name in ("force", "crime_group", "h3_cell")]
    kinds += [("hotspot_id", pa.string()), ("n_12m", pa.int32())]
    found = sql.run(
        "hotspot_mix",
        {
            "cells": pa.Table.from_pylist(rows, schema=pa.schema(kinds)),
            "singles": pa.table({"crime_group": GROUPS[1:]}),
        },
    )
    expected = {}
    for spot in sorted({spot for spot in spots.values() if spot}):
        mix: Counter[str] = Counter()
        for force, _, cell in (at for at, of in spots.items() if of == spot):
            for group in GROUPS[1:]:
                mix[group] += cells.get((force, group, cell), (None, 0))[1] or 0
        most = sorted((-n, group) for group, n in mix.items() if n)
        if most:
            named = [f"{group} {-n}" for n, group in most[:5]]
            others = sum(-n for n, _ in most[5:])
            expected[spot] = "; ".join(named + [f"others {others}"] * (others > 0))
    assert {r["hotspot_id"]: r["mix_12m"] for r in found.to_pylist()} == expected
    assert found["hotspot_id"].to_pylist() == list(expected)
