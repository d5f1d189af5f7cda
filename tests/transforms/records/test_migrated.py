"""A feed's home of the layout without `recorded_at`, migrated, and pulled into."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.transforms.records.made_homes import csv, made_home, pulled, state, truth
from transforms.homes.home import open_any_layout
from transforms.lake.layout import LAYOUT, write_layout
from transforms.lake.migrations import migrate
from transforms.lake.tables import TABLES
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.tables import RECORDS_TABLE


def without_recorded_at(home: ForceHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records as the second layout had them."""
    spec, lake = TABLES[RECORDS_TABLE], home.lake
    schema = spec.schema.remove(spec.schema.get_field_index("recorded_at"))
    stored = lake.files(RECORDS_TABLE)
    with monkeypatch.context() as patched:
        patched.setitem(TABLES, RECORDS_TABLE, replace(spec, schema=schema))
        for file in stored:
            rows = pq.ParquetFile(file.path).read().drop_columns(["recorded_at"])
            new = lake.write(RECORDS_TABLE, file.partition, rows)
            month = file.partition["month"]
            lake.commit(RECORDS_TABLE, home.force, [new], [month])
    write_layout(lake.root, 2)


def test_an_older_feed_is_migrated_with_its_records_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": csv(truth("a"), truth("b", 2))})
    before = state(home)
    without_recorded_at(home, monkeypatch)
    lines = list(migrate(open_any_layout(home.home.root).lake))
    assert lines[-1] == f"layout {LAYOUT}"
    home = open_force_home(home.home.root)
    assert state(home) == before
    pulled(home, {"1.csv": csv(truth("a"), truth("b", 2)), "2.csv": csv(truth("c"))})
    assert set(state(home)) == {"a", "b", "c"}
