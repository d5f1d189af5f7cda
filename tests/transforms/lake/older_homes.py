"""Homes as older versions of hexbeat wrote them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from transforms.homes.home import Home, open_any_layout
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT_FILE, write_layout
from transforms.lake.schemas import conform
from transforms.lake.tables import TABLES


# What the homes of a layout lacked, of what is kept and of what is made again.
LACKED: dict[int, dict[str, list[str]]] = {
    1: {
        "coverage": [
            "rows_added", "rows_gone", "rows_moved", "rows_outcome_changed",
            "scored_sha256",
        ],
        "scores": ["harm_score", "expected_12m"],
        "forecasts": ["exclusions"],
    },
    2: {"coverage": ["scored_sha256"]},
    3: {"drops": ["calls"], "records_quarantine": ["call"]},
    4: {
        "scores": ["score_size"],
        "day_scores": ["score_size"],
        "accuracy": ["hits_5km2", "hits_10km2", "hits_20km2"],
    },
}  # fmt: skip


def as_written_in(
    layout: int,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    lacked: Mapping[str, Sequence[str]] | None = None,
) -> Home:
    """A copy of the home as that layout had it: fewer columns, and its number."""
    older = Path(shutil.copytree(home.root, home.root.with_name("older")))
    absent = LACKED[layout] if lacked is None else lacked
    for name in absent:
        shutil.rmtree(older / "lake" / name, ignore_errors=True)
    with monkeypatch.context() as patched:
        for name, columns in absent.items():
            spec = TABLES[name]
            for column in columns:
                at = spec.schema.get_field_index(column)
                spec = replace(spec, schema=spec.schema.remove(at))
            files = home.lake.files(name)
            stored = [(file, pq.ParquetFile(file.path).read()) for file in files]
            patched.setitem(TABLES, name, spec)
            for file, table in stored:
                partition = file.partition
                kept = conform(table.drop_columns(list(columns)), spec.stored)
                lake = Lake(older / "lake")
                data = lake.write(name, partition, kept)
                replaced = [*partition.values()][1:]
                lake.commit(name, partition["force"], [data], replaced)
    if layout == 1:  # which had no number
        (older / "lake" / LAYOUT_FILE).unlink()
    else:
        write_layout(older / "lake", layout)
    return open_any_layout(older)
