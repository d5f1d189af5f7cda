"""search_counts.sql against counting one search after the other."""

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles import searches as oracles


PERIODS = {"12m": ["2025-01", "2025-11", "2025-12"], "3m": ["2025-11", "2025-12"]}
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("month", "area", "object_of_search")),
        *((name, pa.string()) for name in ("officer_group", "self_group", "outcome")),
        ("outcome_linked", pa.bool_()),
    ]
)
SEARCH = st.fixed_dictionaries(
    {
        "month": st.sampled_from(["2024-12", "2025-01", "2025-11", "2025-12"]),
        "area": st.sampled_from(["hot spots", "ring", "not located"]),
        "object_of_search": st.sampled_from(["Controlled drugs", "Firearms"]),
        "officer_group": st.sampled_from(["White", "Black", "not stated"]),
        "self_group": st.sampled_from(["Mixed", "not stated"]),
        "outcome": st.sampled_from([None, oracles.NO_ACTION, "Arrest", "Caution"]),
        "outcome_linked": st.sampled_from([None, True, False]),
    }
)


@given(rows=st.lists(SEARCH, max_size=30))
@settings(max_examples=120)
def test_each_search_counts_in_its_area_and_in_the_whole_force(
    rows: list[dict[str, Any]],
) -> None:
    pairs = [(name, month) for name, months in PERIODS.items() for month in months]
    found = sql.run(
        "search_counts",
        {
            "searches": pa.Table.from_pylist(rows, schema=SCHEMA),
            "periods": pa.table(
                {"period": [p for p, _ in pairs], "month": [m for _, m in pairs]}
            ),
        },
        no_action=oracles.NO_ACTION,
        whole="whole force",
    )
    keys = [
        (r["period"], r["area"], r["breakdown"], r["value"]) for r in found.to_pylist()
    ]
    assert keys == sorted(keys)
    counts = [tuple(list(row.values())[4:]) for row in found.to_pylist()]
    assert dict(zip(keys, counts, strict=True)) == oracles.search_counts(rows, PERIODS)
