"""hotspot_ranks.sql against sorting the hot spots of each as-of by hand."""

from collections import defaultdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


FORCES = ["kent", "sussex"]
MONTHS = ["2024-01", "2024-02", "2024-03"]
# binary fractions of very different size: their sum depends on the order
ROW = st.tuples(
    st.sampled_from(FORCES),
    st.sampled_from(MONTHS),
    st.sampled_from(["all-crime", "drugs"]),
    st.sampled_from([None, "a", "b", "c"]),
    st.sampled_from([0.1, 0.2, 1e16, 3.0, 1e-9]),
)


@given(rows=st.lists(ROW, max_size=30))
@settings(max_examples=100)
def test_rank_1_expects_most_of_its_group_at_its_as_of(
    rows: list[tuple[str, str, str, str | None, float]],
) -> None:
    names = ["force", "as_of", "crime_group", "hotspot_id", "score"]
    columns = list(zip(*rows, strict=True)) or [[]] * len(names)
    kinds = [*[pa.string()] * 4, pa.float64()]
    arrays = [pa.array(c, k) for c, k in zip(columns, kinds, strict=True)]
    scores = pa.table(arrays, names=names).append_column(
        "score_rank", pa.array(range(len(rows), 0, -1), pa.int32())
    )
    found = sql.run("hotspot_ranks", {"scores": scores}, first_month="2024-02")
    sums: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    cells: dict[tuple[str, ...], int] = defaultdict(int)
    for *at, spot, score in reversed(rows):
        if spot and at[1] >= "2024-02":
            of = sums[tuple(at)]
            of[spot] = of.get(spot, 0.0) + score
            cells[(*at, spot)] += 1
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (*at, spot, of[spot], cells[(*at, spot)], rank)
        for at, of in sorted(sums.items())
        for rank, spot in enumerate(sorted(of, key=lambda s: (-of[s], s)), 1)
    ]
