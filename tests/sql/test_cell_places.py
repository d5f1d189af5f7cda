"""cell_places.sql against the oracle's commonest label."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.incidents import commonest
from tests.oracles.publications import spot_name


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["2023-12", "2024-01", "2024-02", "2024-03"]),
        st.sampled_from([None, "High Street", "Abbey Road", "Zoo"]),
        st.sampled_from([None, "E01000002", "E01000001"]),
        st.sampled_from(["2011", "2021"]),
        st.booleans(),
    ),
    max_size=40,
)
VENUES = ["Zoo"]
NAMES = ["h3_r9", "month", "place_label", "lsoa_code", "lsoa_vintage", "in_area"]
KINDS = [pa.int64(), *[pa.string()] * 4, pa.bool_()]


@given(rows=ROWS)
@settings(max_examples=80)
def test_places_are_the_commonest_of_the_window(rows: list[tuple[object, ...]]) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    table = pa.table(
        [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)], names=NAMES
    ).append_column("h3_r10", pa.nulls(len(rows), pa.int64()))
    found = sql.run(
        "cell_places",
        {"incidents": table, "venues": pa.table({"place_label": VENUES})},
        h3_res=9,
        first_month="2024-01",
        last_month="2024-02",
    )
    kept = [r for r in rows if r[5] and "2024-01" <= str(r[1]) <= "2024-02"]
    known = {r[3] for r in rows if r[4] == "2021" and str(r[1]) <= "2024-02"}
    assert found.to_pylist() == [
        {
            "h3_cell": cell,
            "place_label": commonest([r[2] for r in kept if r[0] == cell]),
            "street": spot_name([r[2] for r in kept if r[0] == cell], VENUES),
            "lsoa21cd": commonest(
                [r[3] for r in kept if r[0] == cell and r[3] in known]
            ),
        }
        for cell in sorted({r[0] for r in kept if r[0] is not None})
    ]
