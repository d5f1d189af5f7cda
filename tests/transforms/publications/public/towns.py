"""A few neighbouring cells with random counts in them, many of them small."""

from collections.abc import Mapping

import h3
import pyarrow as pa
from hypothesis import strategies as st


TOWN = h3.latlng_to_cell(52.5, -1.5, 7)
PARENTS = sorted([TOWN, *h3.grid_ring(TOWN, 1)])  # seven of resolution 7
COUNTS = pa.schema(
    [
        ("crime_group", pa.string()),
        ("period", pa.string()),
        ("h3_cell", pa.int64()),
        ("incidents", pa.int64()),
    ]
)

# Half of the children hold nothing, the others a few or many.
_HELD = st.sampled_from([0, 0, 0, 0, 1, 2, 5, 9, 10, 11, 13, 17, 40])


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[str], dict[str, int]]:
    """Listed cells of resolution 7, and counts of cells of resolution 9 in some."""
    listed = PARENTS[: draw(st.integers(1, 6))]
    # the last one is not listed: what is in it is left out
    children = [c for p in PARENTS for c in sorted(h3.cell_to_children(p, 8))]
    held = draw(st.lists(_HELD, min_size=len(children), max_size=len(children)))
    counts: dict[str, int] = {}
    for child, number in zip(children, held, strict=True):
        below = sorted(h3.cell_to_children(child, 9))
        first = draw(st.integers(0, number)) if number else 0
        counts |= {below[0]: first, below[-1]: number - first}
    return listed, {cell: number for cell, number in counts.items() if number}


def counts_table(
    counts: Mapping[str, int], group: str = "all-crime", period: str = "2025-Q1"
) -> pa.Table:
    """Those counts as the public table takes them."""
    rows = [
        {
            "crime_group": group,
            "period": period,
            "h3_cell": int(cell, 16),
            "incidents": number,
        }
        for cell, number in counts.items()
    ]
    return pa.Table.from_pylist(rows, schema=COUNTS)
