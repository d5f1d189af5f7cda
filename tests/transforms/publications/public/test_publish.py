"""The public tier: made from a table of its own, once, and let out by the gate."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.transforms.conftest import AS_OF, Simulated, copied_home
from transforms.catalog import withdraw
from transforms.checksums import file_sha256
from transforms.errors import UsageError
from transforms.home import Home, open_home
from transforms.months import Month
from transforms.publish import Published, publish
from transforms.publish_public import PUBLIC, publish_public
from transforms.score import score_force
from transforms.scores import DEFAULT_METHOD, METHODS
from transforms.verify import verify


METHOD = METHODS[DEFAULT_METHOD]
NOW = datetime(2026, 2, 3, tzinfo=UTC)


@pytest.fixture
def home(simulated: Simulated, tmp_path: Path) -> Home:
    return copied_home(simulated.home, tmp_path)


def _published(home: Home, as_of: Month) -> Published:
    for force in home.registry.values():
        score_force(home.lake, force, as_of, METHOD, home.scoring)
    return publish(home, as_of, METHOD)


def test_the_tier_is_sealed_made_once_and_verified(home: Home) -> None:
    done = _published(home, AS_OF)
    assert publish_public(home, done.edition).created
    again = publish_public(home, done.edition)
    assert (again.created, again.refused) == (False, [])
    assert verify(home, done.run_id).whole

    tier = done.folder / PUBLIC
    table = pq.read_table(tier / "public_cells.parquet")
    told = [n for n in table["incidents_rounded"].to_pylist() if n is not None]
    assert told
    assert all(n == 0 or n >= 10 for n in told)
    assert all(n % 5 == 0 for n in told)
    assert set(table["crime_group"].to_pylist()) <= {
        "all-crime",
        "anti-social-behaviour",
    }
    assert set(table["h3_res"].to_pylist()) <= {7, 8}
    manifest = json.loads((tier / "manifest.json").read_text())
    assert manifest["disclosure"]["minimum_count"] == 10


def test_its_data_package_tells_each_file_and_is_valid(home: Home) -> None:
    done = _published(home, AS_OF)
    publish_public(home, done.edition)
    tier = done.folder / PUBLIC
    package = json.loads((tier / "datapackage.json").read_text())
    files = {
        file.name: f"sha256:{file_sha256(file)}"
        for file in tier.iterdir()
        if file.name not in ("datapackage.json", "manifest.json", "SHA256SUMS")
    }
    assert {r["path"]: r["hash"] for r in package["resources"]} == files
    tables = {r["path"]: r["schema"] for r in package["resources"] if "schema" in r}
    assert tables.keys() == {path for path in files if path.endswith(".csv")}
    types = {f["name"]: f["type"] for f in tables["public_cells.csv"]["fields"]}
    assert types["suppressed"] == "boolean"
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed"
    )
    report = frictionless.validate(str(tier / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])[:5]


def test_no_score_and_no_finer_cell_is_in_any_public_file(home: Home) -> None:
    done = _published(home, AS_OF)
    publish_public(home, done.edition)
    tier = done.folder / PUBLIC
    internal = set(done.edition.cells["h3_cell"].to_pylist())
    for file in tier.iterdir():
        content = file.read_bytes()
        assert not any(cell.encode() in content for cell in list(internal)[:500])
    columns = pq.read_schema(tier / "public_cells.parquet").names
    assert not {"score", "place_label", "lsoa21cd", "hotspot_id"} & set(columns)


def test_what_was_told_of_a_quarter_is_told_again_as_it_was(home: Home) -> None:
    first = _published(home, Month(2025, 6))
    publish_public(home, first.edition)
    second = _published(home, AS_OF)
    assert publish_public(home, second.edition).created
    before, after = (
        pq.read_table(run.folder / PUBLIC / "public_cells.parquet").to_pylist()
        for run in (first, second)
    )
    told = [row["period"] for row in before]
    assert [row for row in after if row["period"] in set(told)] == before
    assert len(after) > len(before)


def test_other_settings_are_refused_while_an_earlier_release_is_out(
    home: Home,
) -> None:
    first = _published(home, Month(2025, 6))
    publish_public(home, first.edition)
    settings = home.root / "hexbeat.toml"
    settings.write_text(settings.read_text() + "\n[public]\nminimum_count = 5\n")
    looser = open_home(home.root)
    second = _published(looser, AS_OF)
    refused = publish_public(looser, second.edition)
    assert not refused.created
    assert refused.refused
    assert not (second.folder / PUBLIC).exists()

    withdraw(looser, first.run_id, "the settings were too strict", NOW)
    assert publish_public(looser, second.edition).created


def test_the_operators_words_stand_in_the_transparency_record(home: Home) -> None:
    settings = home.root / "hexbeat.toml"
    words = '\n[transparency]\noversight = "Two analysts read every list"\n'
    settings.write_text(settings.read_text() + words)
    opened = open_home(home.root)
    done = _published(opened, AS_OF)
    publish_public(opened, done.edition)
    text = (done.folder / PUBLIC / "transparency.md").read_text()
    assert "Two analysts read every list" in text
    assert done.run_id in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[transparency]\nshoe_size = 'x'", "'shoe_size' is unknown"),
        ("[transparency]\noversight = 3", "a table of texts"),
        ("[public]\nminimum_count = 2", "is not from 5"),
    ],
)
def test_a_slip_in_the_settings_is_one_line(
    tmp_path: Path, words: str, said: str
) -> None:
    (tmp_path / "hexbeat.toml").write_text(words)
    with pytest.raises(UsageError, match=said):
        open_home(tmp_path)
