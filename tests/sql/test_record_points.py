"""record_points.sql against counting by hand."""

from collections import Counter, defaultdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.sql.made_records import ROWS, Row, day_of, records


BY_CATEGORY = {"burglary": 2.0, "robbery": 9.0}
BY_CODE = {"28A": 3.0}


@given(rows=ROWS, data=st.data())
@settings(max_examples=80)
def test_records_are_counted_by_point_and_a_sensitive_one_names_nothing(
    rows: list[Row], data: st.DataObject
) -> None:
    flags = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    dated = sql.run(
        "dated_records",
        {
            "live_records": records(rows).append_column(
                "sensitive", pa.array(flags, pa.bool_())
            )
        },
        first_day="2026-01-01",
        last_day="2027-12-31",
    )
    found = sql.run(
        "record_points",
        {
            "dated_records": dated,
            "category_harm": pa.table(
                {"category": list(BY_CATEGORY), "harm": list(BY_CATEGORY.values())}
            ),
            "offence_harm": pa.table(
                {"offence_code": list(BY_CODE), "harm": list(BY_CODE.values())}
            ),
        },
        h3_res=10,
    ).to_pylist()
    number, opened = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    harm: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for row, sensitive in zip(rows, flags, strict=True):
        if not row["in_area"]:
            continue
        key = (
            round(row["longitude"], 5),  # type: ignore[call-overload]
            row["h3_r10"],
            day_of(row),
            row["category"],
            None if sensitive else row["place_label"],
        )
        number[key] += 1
        opened[key] += not sensitive
        own, code = row["harm"], row["offence_code"]
        weight = BY_CODE.get(str(code), BY_CATEGORY[str(row["category"])])
        harm[key].append(weight if own is None else own)  # type: ignore[arg-type]
    names = ("longitude", "h3_cell", "period", "category", "place_label")
    assert {
        tuple(row[name] for name in names): (
            row["incidents"], row["open_incidents"], row["harm"], row["gravest"],
            row["final_outcomes"], row["positive_outcomes"],
        )
        for row in found
    } == {
        key: (number[key], opened[key], sum(harm[key]), max(harm[key]), 0, 0)
        for key in number
    }  # fmt: skip
