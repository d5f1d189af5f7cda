"""The data package says of each file what is so."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def package(tier: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((tier / "datapackage.json").read_text())
    return content


def test_it_lists_every_file_with_its_hash(package: dict[str, Any], tier: Path) -> None:
    sealed = {"datapackage.json", "manifest.json", "SHA256SUMS"}
    files = {path.name for path in tier.iterdir()} - sealed
    assert {r["path"] for r in package["resources"]} == files
    for resource in package["resources"]:
        data = (tier / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{sha256(data).hexdigest()}"


def test_frictionless_finds_nothing_wrong(tier: Path) -> None:
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed"
    )
    report = frictionless.validate(str(tier / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])[:5]


def test_every_field_is_described_and_what_is_never_empty_is_required(
    package: dict[str, Any], tier: Path
) -> None:
    tables = {
        r["path"]: {f["name"]: f for f in r["schema"]["fields"]}
        for r in package["resources"]
        if "schema" in r
    }
    flat = {path.name for path in tier.glob("*.csv")}
    assert tables.keys() == flat
    assert len(flat) == 18
    cells = tables["hotspot_cells.csv"]
    assert cells["h3_cell"]["constraints"] == {
        "required": True,
        "pattern": "^8[0-9a-f]{14}$",
    }
    assert "constraints" not in cells["p_top1"]
    assert all(f["description"] for table in tables.values() for f in table.values())


def test_made_up_data_claims_no_licence_of_the_police(package: dict[str, Any]) -> None:
    assert "licenses" not in package
    assert "Simulated data" in package["sources"][0]["title"]
