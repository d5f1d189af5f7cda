"""latest_outcomes.sql against the oracle."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.incidents import latest_outcome


MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]
IDS = st.sampled_from([b"a", b"b", b"c"])  # few, so that they repeat
CRIMES = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.none() | IDS, st.sampled_from([None, "own", "x"])
    ),
    max_size=12,
)
OUTCOMES = st.lists(
    st.tuples(st.sampled_from(MONTHS), IDS, st.sampled_from(["x", "y", "z"])),
    max_size=12,
)


@given(crimes=CRIMES, outcomes=OUTCOMES)
@settings(max_examples=150)
def test_each_crime_has_the_latest_outcome_of_its_id(
    crimes: list[tuple[str, bytes | None, str | None]],
    outcomes: list[tuple[str, bytes, str]],
) -> None:
    held, told = _rows(crimes), _rows(outcomes)
    kinds = {"month": pa.string(), "crime_id": pa.binary(), "outcome": pa.string()}
    schema = pa.schema({**kinds, "raw_line": pa.int32()})
    cells = {"category": "x", "in_area": True, "h3_r9": 9, "h3_r10": 10}
    incidents = pa.Table.from_pylist(held, schema=schema)
    for name, value in cells.items():
        incidents = incidents.append_column(name, [pa.repeat(value, len(held))])
    found = sql.run(
        "latest_outcomes",
        {"incidents": incidents, "outcomes": pa.Table.from_pylist(told, schema=schema)},
        first_month="2024-02",
        last_month="2024-03",
    )
    expected = []
    for crime in sorted(held, key=lambda c: (c["month"], c["raw_line"])):
        if "2024-02" <= str(crime["month"]) <= "2024-03":
            outcome, month = latest_outcome(crime, told, "2024-03")
            key = {"month": crime["month"], "raw_line": crime["raw_line"]}
            expected.append(key | cells | {"outcome": outcome, "outcome_month": month})
    assert found.to_pylist() == expected


def _rows(rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
    return [
        {"month": month, "crime_id": crime_id, "outcome": outcome, "raw_line": line}
        for line, (month, crime_id, outcome) in enumerate(rows, start=2)
    ]
