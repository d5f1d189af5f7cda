"""cell_counts.sql against counting and weighing by hand."""

import math
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


CATEGORY_HARM = {"burglary": 0.1, "robbery": 365.0, "drugs": 0.0}
OFFENCE_HARM = {"28A": 0.7, "34B": 0.2, "9": 0.0}  # tenths: their sums are inexact
ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2, 3]),  # r9
        st.sampled_from([None, 10, 20]),  # r10
        st.sampled_from(["2024-01", "2024-02"]),
        st.sampled_from(sorted(CATEGORY_HARM)),
        st.sampled_from([None, "28A", "34B", "9", "no weight"]),
        st.booleans(),
        st.sampled_from([None, None, 0.3]),  # its own harm
    ),
    max_size=40,
)
NAMES = ["h3_r9", "h3_r10", "period", "category", "offence_code", "in_area", "harm"]
KINDS = [pa.int64(), pa.int64(), *[pa.string()] * 3, pa.bool_(), pa.float64()]


def _harm(key: str, weights: dict[str, float]) -> pa.Table:
    return pa.table(
        {
            key: pa.array(list(weights), pa.string()),
            "harm": pa.array(list(weights.values()), pa.float64()),
        }
    )


def _found(
    rows: list[tuple[object, ...]],
    resolution: int,
    offence_harm: dict[str, float] = OFFENCE_HARM,
) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    incidents = pa.table(
        [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)], names=NAMES
    )
    inputs = {
        "incidents": incidents,
        "category_harm": _harm("category", CATEGORY_HARM),
        "offence_harm": _harm("offence_code", offence_harm),
    }
    return sql.run("cell_counts", inputs, h3_res=resolution)


@pytest.mark.parametrize("resolution", [9, 10])
@given(rows=ROWS)
@settings(max_examples=60)
def test_located_incidents_in_area_are_counted_and_weighed(
    resolution: int, rows: list[tuple[object, ...]]
) -> None:
    expected: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for r9, r10, month, category, code, in_area, own in rows:
        cell = r9 if resolution == 9 else r10
        if cell is not None and in_area:
            weight = OFFENCE_HARM.get(str(code), CATEGORY_HARM[str(category)])
            weight = own if isinstance(own, float) else weight
            expected[cell, month, category].append(weight)
    assert _found(rows, resolution).to_pylist() == [
        {
            "h3_cell": cell,
            "period": month,
            "category": category,
            "incidents": len(weights),
            "harm": pytest.approx(math.fsum(weights), rel=1e-12),
            "gravest": max(weights),
        }
        for (cell, month, category), weights in sorted(expected.items())
    ]


@given(codes=st.permutations([str(tenths) for tenths in range(1, 16)]))
@settings(max_examples=60)
def test_the_order_of_rows_never_changes_a_bit_of_the_answer(
    codes: list[str],
) -> None:
    def weighed(order: list[str]) -> pa.Table:
        rows = [(1, 10, "2024-01", "drugs", code, True, None) for code in order]
        return _found(rows, 9, {code: int(code) / 10 for code in order})

    assert weighed(codes).equals(weighed(sorted(codes)))


def test_without_weights_for_offences_the_category_decides() -> None:
    codes = ("28A", "34B", None)
    rows = [(1, 10, "2024-01", "robbery", code, True, None) for code in codes]
    [row] = _found(rows, 9, {}).to_pylist()
    assert (row["incidents"], row["harm"], row["gravest"]) == (3, 1095.0, 365.0)


def test_columns_have_their_stated_types() -> None:
    assert {field.name: field.type for field in _found([], 9).schema} == {
        "h3_cell": pa.int64(),
        "period": pa.string(),
        "category": pa.string(),
        "incidents": pa.int64(),
        "harm": pa.float64(),
        "gravest": pa.float64(),
    }
