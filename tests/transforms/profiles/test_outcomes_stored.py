"""A force whose outcomes are stored has points like any other."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import sql
from transforms.profiles.force_points import _CLASSES, _crimes
from transforms.reference.harm import shipped_weights
from transforms.reference.months import Month
from transforms.scores.panel import harm_relations


MONTH = Month(2023, 10)


def test_outcomes_join_without_taking_a_column_of_the_incidents(tmp_path: Path) -> None:
    incidents = pa.Table.from_pylist(
        [
            {
                "month": str(MONTH), "raw_line": line, "crime_id": f"{line:064x}",
                "category": "robbery", "in_area": True, "h3_r9": 9, "h3_r10": 10,
                "outcome": None, "longitude": 0.5, "latitude": 51.5, "place_label": "A",
            }
            for line in (2, 3)
        ],
        pa.schema(
            [
                ("month", pa.string()), ("raw_line", pa.int32()),
                ("crime_id", pa.string()), ("category", pa.string()),
                ("in_area", pa.bool_()), ("h3_r9", pa.int64()), ("h3_r10", pa.int64()),
                ("outcome", pa.string()), ("longitude", pa.float64()),
                ("latitude", pa.float64()), ("place_label", pa.string()),
            ]
        ),
    )  # fmt: skip
    final = _CLASSES.filter(_CLASSES["positive"])["outcome"][0].as_py()
    outcomes = pa.table(
        {
            "month": [str(MONTH)],
            "raw_line": pa.array([2], pa.int32()),
            "crime_id": [f"{2:064x}"],
            "outcome": [final],
        }
    )
    for name, table in (("incidents", incidents), ("outcomes", outcomes)):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    paths = [[str(tmp_path / f"{name}.parquet")] for name in ("incidents", "outcomes")]
    crimes = _crimes(*paths, MONTH)
    months = {"first_month": str(MONTH), "last_month": str(MONTH)}
    kept = incidents.drop(["outcome", "crime_id"])  # as scored_incidents has them
    harm = harm_relations(shipped_weights())["category_harm"]
    tables = {
        "kept": kept, "crimes": crimes, "classes": _CLASSES, "category_harm": harm,
    }  # fmt: skip
    [row] = sql.run("area_points", tables, **months).to_pylist()
    assert (row["incidents"], row["positive_outcomes"]) == (2, 1)
