"""What is told of forces and months is what the manifest and coverage.csv tell."""

import json
from pathlib import Path

from tests.transforms.publications.grown_home import Grown
from tests.transforms.simulated_home import AS_OF
from transforms.publications.edition.force_tables import (
    FORCES,
    forces_table,
)
from transforms.publications.formats.csv_files import write_csv


def test_forces_stand_as_in_the_manifest(grown: Grown, tier: Path) -> None:
    told = json.loads((tier / "manifest.json").read_text())["forces"]
    rows = forces_table(grown.now.edition.forces, AS_OF).to_pylist()
    assert [r["force"] for r in rows] == [f["force"] for f in told]
    for row, listed in zip(rows, told, strict=True):
        assert row["force_name"] == listed["name"]
        for name in FORCES.names[3:]:
            assert row[name] == listed[name], name


def test_coverage_is_that_of_the_csv(grown: Grown, tier: Path, tmp_path: Path) -> None:
    write_csv(grown.now.edition.coverage, tmp_path / "coverage.csv")
    written = (tmp_path / "coverage.csv").read_bytes()
    assert written == (tier / "coverage.csv").read_bytes()
