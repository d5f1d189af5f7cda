"""hotspots_now.sql against a plain loop."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


COUNTS = st.one_of(st.none(), st.integers(0, 50))
MONTHS = st.integers(0, 12)
ROWS = st.lists(st.tuples(COUNTS, MONTHS, COUNTS, MONTHS), max_size=12)
NAMES = ["n_12m", "months_12m", "n_prev_12m", "months_prev_12m"]


def change(row: tuple[int | None, int, int | None, int]) -> float | None:
    """The monthly mean now less that of the year before."""
    number, months, before, months_before = row
    if number is None or before is None or 0 in (months, months_before):
        return None
    return number / months - before / months_before


@given(rows=ROWS)
@settings(max_examples=60)
def test_change_is_by_supplied_months(
    rows: list[tuple[int | None, int, int | None, int]],
) -> None:
    schema = pa.schema([(name, pa.int32()) for name in NAMES])
    held = [dict(zip(NAMES, row, strict=True)) for row in rows]
    spots = pa.Table.from_pylist(held, schema=schema)
    for name, value in (("force", "kent"), ("crime_group", "burglary")):
        spots = spots.append_column(name, pa.repeat(value, len(rows)))
    ids = pa.array(range(len(rows)), pa.int32())
    found = sql.run(
        "hotspots_now",
        {
            "hotspots": spots.append_column("hotspot_id", ids),
            "forces": pa.table({"force": ["kent"], "force_name": ["Kent Police"]}),
            "crime_groups": pa.table(
                {"crime_group": ["burglary"], "label": ["Burglary"]}
            ),
        },
    ).to_pylist()
    told = {row["hotspot_id"]: row for row in found}
    assert len(told) == len(found) == len(rows)
    for number, row in enumerate(rows):
        assert told[number]["change_a_month"] == pytest.approx(change(row))
        assert told[number]["force_name"] == "Kent Police"
        assert told[number]["group_label"] == "Burglary"
