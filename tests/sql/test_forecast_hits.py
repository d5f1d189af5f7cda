"""forecast_hits.sql against counting in the cells of each group."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import Forecast, judged_cells


GROUPS = {"all": ["burglary", "drugs"], "drugs": ["drugs"], "none": ["other"]}
CELLS = [2**59 + 1, 2**59 + 10, 2**59 + 255, 2**59 + 4095]
LIMITS = {"cells_0_5pct": 1, "cells_1pct": 2, "cells_2pct": 3, "cells_5pct": 4}
COUNTED = st.dictionaries(
    st.tuples(
        st.sampled_from([*CELLS, 2**59]), st.sampled_from(["burglary", "drugs", "asb"])
    ),
    st.integers(1, 3),
)
SCORES = st.tuples(
    st.sampled_from([0.1, 0.2, 1e16, 1e-9]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([1.0, 4.0]),
)
RANKED = st.dictionaries(
    st.sampled_from(list(GROUPS)),
    st.tuples(
        st.permutations([*CELLS, 1, 2]), st.lists(SCORES, min_size=6, max_size=6)
    ),
)


@given(counted=COUNTED, ranked=RANKED)
@settings(max_examples=60)
def test_each_group_is_counted_in_its_own_highest_cells(
    counted: dict[tuple[int, str], int],
    ranked: dict[str, tuple[list[int], list[tuple[float, float, float]]]],
) -> None:
    published: dict[str, list[Forecast]] = {
        group: [
            (cell, *scores, rank)
            for rank, (cell, scores) in enumerate(zip(*drawn, strict=True), 1)
        ]
        for group, drawn in ranked.items()
    }
    rows = [(group, *row) for group, of in published.items() for row in sorted(of)]
    names = ["crime_group", "cell", "score", "score_lo", "score_hi", "score_rank"]
    kinds = [pa.string(), pa.int64(), *[pa.float64()] * 3, pa.int32()]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table(
        [pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names=names
    )
    found = sql.run(
        "forecast_hits",
        {
            "published": table.append_column(
                "h3_cell", pa.array([f"{row[1]:x}" for row in rows], pa.string())
            ),
            "counted": pa.table(
                {
                    "h3_cell": pa.array([c for c, _ in counted], pa.int64()),
                    "category": pa.array([c for _, c in counted], pa.string()),
                    "incidents": pa.array(counted.values(), pa.int64()),
                }
            ),
            "groups": pa.table(
                {
                    "crime_group": [g for g, of in GROUPS.items() for _ in of],
                    "category": [c for of in GROUPS.values() for c in of],
                }
            ),
        },
        **LIMITS,
    )
    expected = []
    for group, categories in sorted(GROUPS.items()):
        happened: Counter[int] = Counter()
        for (cell, category), number in counted.items():
            happened[cell] += number * (category in categories)
        judged = judged_cells(published.get(group, []), happened, list(LIMITS.values()))
        expected.append((group, *judged))
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
