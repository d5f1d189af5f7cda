"""excluded_incidents.sql against counting each rule's matches by hand."""

import re

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from transforms.lake.schemas import INCIDENTS


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "Prison", "Prison Road", "Hospital"]),
        st.sampled_from([None, 1, 2]),  # r9
        st.sampled_from([None, 10, 20]),  # r10
        st.sampled_from(
            ["2021-12", "2022-01", "2023-12", "2024-01", "2024-12", "2025-01"]
        ),
        st.booleans(),
    ),
    max_size=40,
)
RULES: dict[str, tuple[str | None, int | None]] = {
    "road": (".* Road", None),
    "prison": ("Prison", None),
    "either": ("Prison|Hospital", None),
    "wide cell": (None, 1),
    "narrow cell": (None, 20),
    "unmet": ("Airport", None),
}


@given(rows=ROWS, ids=st.lists(st.sampled_from(sorted(RULES)), unique=True))
@settings(max_examples=100)
def test_each_rule_tells_what_it_removed_of_both_windows(
    rows: list[tuple[str | None, int | None, int | None, str, bool]], ids: list[str]
) -> None:
    names = ["place_label", "h3_r9", "h3_r10", "month", "in_area"]
    incidents = pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=INCIDENTS
    )
    rules = {
        "id": pa.array(ids, pa.string()),
        "label": pa.array([RULES[i][0] for i in ids], pa.string()),
        "cell": pa.array([RULES[i][1] for i in ids], pa.int64()),
    }
    labels = [f"(?:{label})" for label, _ in map(RULES.__getitem__, ids) if label]
    found = sql.run(
        "excluded_incidents",
        {"incidents": incidents, "rules": pa.table(rules)},
        labels="|".join(labels) or None,
        first_12m="2024-01",
        first_36m="2022-01",
        last_month="2024-12",
    )

    def met(rule: str, first: str) -> int:
        label, cell = RULES[rule]
        return sum(
            bool(re.fullmatch(label, named or "")) if label else cell in (r9, r10)
            for named, r9, r10, month, in_area in rows
            if in_area and first <= month <= "2024-12"
        )

    assert found.to_pylist() == [
        {
            "id": rule,
            "incidents_12m": met(rule, "2024-01"),
            "incidents_36m": met(rule, "2022-01"),
        }
        for rule in sorted(ids)
    ]
