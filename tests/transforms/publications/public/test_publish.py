"""The public tier: made from a table of its own, once, and let out by the gate."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import HexbeatError
from transforms.homes.disclosure_settings import OPERATOR_FIELDS
from transforms.homes.home import Home, open_home
from transforms.homes.runs.catalog import withdraw
from transforms.homes.runs.seal import PUBLIC
from transforms.lake.checksums import file_sha256
from transforms.operations.verify import verify
from transforms.publications.public.publish import publish_public
from transforms.publications.publish import Published, publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]
# A name of a file in a text, with a star for any of several.
FILE = re.compile(
    r"(?<![\w/.-])[\w*-]+\.(?:csv|duckdb|geojson|gpkg|gpx|html|json|md|parquet|pdf|png|svg|xlsx)\b"
)
NOW = datetime(2026, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def internal(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two months scored and published internally, which is what takes the time."""
    home = copied_home(simulated.home, tmp_path_factory.mktemp("internal"))
    for month in (Month(2025, 6), AS_OF):
        _published(home, month)
    return home


@pytest.fixture
def home(internal: Home, tmp_path: Path) -> Home:
    return open_home(Path(shutil.copytree(internal.root, tmp_path / "home")))


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


def test_every_file_that_a_text_names_is_in_the_texts_own_tier(home: Home) -> None:
    done = _published(home, AS_OF)
    publish_public(home, done.edition)
    for tier in (done.folder / PUBLIC, done.folder / "internal"):
        named = {
            (text.name, name)
            for text in [*tier.glob("*.md"), *tier.glob("index.html")]
            for name in FILE.findall(_words(text))
        }
        missing = [one for one in sorted(named) if not any(tier.glob(one[1]))]
        assert missing == [], tier.name


def _words(text: Path) -> str:
    """What a person reads: not the scripts and styles of a page."""
    unread = r"<(script|style).*?</\1>"
    return re.sub(unread, "", text.read_text(encoding="utf-8"), flags=re.DOTALL)


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
    done = publish_public(looser, second.edition)
    assert done.created
    told, new = (_quarters(run) for run in (first, second))
    assert told
    assert new
    assert not told & new, "what was published once is never published in other words"
    assert len(done.withheld) == len({force for force, _ in told})
    assert f"since run {first.run_id} was withdrawn" in done.withheld[0]


def _quarters(run: Published) -> set[tuple[str, str]]:
    rows = pq.read_table(run.folder / PUBLIC / "public_cells.parquet").to_pylist()
    return {(row["force"], row["period"]) for row in rows}


def test_a_public_tier_that_is_lost_or_altered_is_missed(home: Home) -> None:
    first = _published(home, Month(2025, 6))
    publish_public(home, first.edition)
    second = _published(home, AS_OF)
    manifest = first.folder / PUBLIC / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text() + " ")
    [line] = publish_public(home, second.edition).refused
    assert f"run {first.run_id} is not as it was published" in line

    shutil.rmtree(first.folder / PUBLIC)
    done = publish_public(home, second.edition)
    assert (done.created, done.refused) == (True, [])
    assert "is no longer here: restore it from a backup" in done.withheld[0]
    assert max(_quarters(second))[1] == "2025-Q3"
    assert min(_quarters(second))[1] == "2025-Q2"  # of 2025-06, the last quarter is Q1
    again = publish_public(home, second.edition)
    assert (again.created, again.withheld) == (False, done.withheld)


@pytest.mark.parametrize("how", ["other rows", "gone", "no table"])
def test_a_public_table_that_is_not_the_published_one_is_not_carried_on(
    home: Home, how: str
) -> None:
    first = _published(home, Month(2025, 6))
    publish_public(home, first.edition)
    second = _published(home, AS_OF)
    file = first.folder / PUBLIC / "public_cells.parquet"
    rows = pq.read_table(file)
    file.chmod(0o644)
    file.unlink()
    if how == "other rows":
        pq.write_table(rows.slice(0, 7), file)
    elif how == "no table":
        file.write_bytes(b"")
    done = publish_public(home, second.edition)
    [line] = done.refused
    assert f"run {first.run_id} is not as it was published" in line
    assert not done.created


def test_accuracy_is_coarse_and_nothing_exact_is_beside_it(home: Home) -> None:
    done = _published(home, AS_OF)
    publish_public(home, done.edition)
    tier = done.folder / PUBLIC
    assert {file.name for file in tier.iterdir()} == {
        *(f"public_{n}.{kind}" for n in _TABLES for kind in ("csv", "parquet")),
        "public_bands.geojson",
        "index.html",
        "transparency.md",
        "datapackage.json",
        "manifest.json",
        "SHA256SUMS",
    }
    rows = pq.read_table(tier / "public_accuracy.parquet").to_pylist()
    shares = [row["found_percent"] for row in rows if not row["suppressed"]]
    assert shares
    assert all(share % 5 == 0 for share in shares)
    assert {row["period"] for row in rows} == {"2025-Q2", "2025-Q3"}
    assert {(row["force"], row["period"]) for row in rows} <= _quarters(done)
    text = (tier / "transparency.md").read_text()
    assert f"| avonmere | 2025-Q3 | {_share(rows, 'all-crime')} % | " in text


_TABLES = ("cells", "bands", "accuracy")


def _share(rows: list[dict[str, Any]], group: str) -> int:
    key = ("avonmere", "2025-Q3", group)
    [found] = [r for r in rows if (r["force"], r["period"], r["crime_group"]) == key]
    return int(found["found_percent"])


def test_a_home_that_forgot_nothing_has_its_list_damaged(home: Home) -> None:
    (home.root / "released.json").write_text('{"releases": {"x": 3}}')
    done = _published(home, AS_OF)
    with pytest.raises(HexbeatError, match=r"released\.json is damaged"):
        publish_public(home, done.edition)


def test_no_place_that_is_left_out_is_named_in_public(home: Home) -> None:
    settings = home.root / "hexbeat.toml"
    settings.write_text(
        settings.read_text() + '\n[[exclusion]]\nid = "oak-street-refuge"\n'
        'label = "Oak Street.*"\nwhy = "Domestic abuse refuge in Oak Street"\n'
        '\n[[exclusion]]\nid = "pound"\ncell = "89195c30003ffff"\n'
        'why = "Police pound in Elm Road"\n'
    )
    opened = open_home(home.root)
    done = _published(opened, AS_OF)
    publish_public(opened, done.edition)
    for file in (done.folder / PUBLIC).iterdir():
        content = file.read_bytes().lower()
        for word in (b"oak", b"refuge", b"elm road", b"pound", b"89195c30003ffff"):
            assert word not in content, file.name
    text = (done.folder / PUBLIC / "transparency.md").read_text()
    assert "| places of the force's choice, by their label | 1 |" in text
    assert "| cells of the force's choice | 1 |" in text
    assert "| prison | 1 | Incidents among people in custody" in text


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


def _pointed(home: Home) -> dict[str, str] | None:
    pointer = home.publications / PUBLIC / "latest.json"
    return json.loads(pointer.read_text()) if pointer.exists() else None


def test_the_public_pointer_names_public_files_alone(
    home: Home, tmp_path: Path
) -> None:
    done = _published(home, AS_OF)
    assert _pointed(home) is None
    publish_public(home, done.edition)
    pointer = _pointed(home)
    assert pointer
    assert pointer["run_id"] == done.run_id
    # a mirror has that folder and the public tiers, and nothing beside them
    mirror = tmp_path / "mirror"
    shutil.copytree(home.publications / PUBLIC, mirror / PUBLIC)
    tier = mirror / "runs" / done.run_id / PUBLIC
    shutil.copytree(done.folder / PUBLIC, tier)
    for name in ("path", "page", "manifest"):
        assert (mirror / PUBLIC / pointer[name]).exists(), name
    assert file_sha256(tier / "manifest.json") == pointer["manifest_sha256"]
    assert "internal" not in json.dumps(pointer)


def test_the_public_pointer_moves_with_what_is_withdrawn(home: Home) -> None:
    first, second = _published(home, Month(2025, 6)), _published(home, AS_OF)
    publish_public(home, second.edition)
    publish_public(home, first.edition)  # an earlier as-of is not the newest
    assert (_pointed(home) or {})["run_id"] == second.run_id
    withdraw(home, second.run_id, "it was wrong", NOW)
    assert (_pointed(home) or {})["run_id"] == first.run_id
    withdraw(home, first.run_id, "this one too", NOW)
    assert _pointed(home) is None


@pytest.mark.parametrize("how", ["other words", "absent", "nothing is out"])
def test_verify_compares_the_public_pointer_with_the_runs(home: Home, how: str) -> None:
    done = _published(home, AS_OF)
    publish_public(home, done.edition)
    pointer = home.publications / PUBLIC / "latest.json"
    if how == "absent":
        pointer.unlink()
        assert "public/latest.json: absent; publish writes it" in (
            verify(home, done.run_id).notes
        )
        return
    if how == "other words":
        pointer.write_text("{}")
    else:
        shutil.rmtree(done.folder / PUBLIC)
    line = "public/latest.json: not what the runs say; publish mends it"
    assert line in verify(home, done.run_id).differs


def test_a_tier_keeps_what_its_record_lacked_when_it_was_published(home: Home) -> None:
    done = _published(home, AS_OF)
    assert publish_public(home, done.edition).unanswered == [*OPERATOR_FIELDS]
    answered = replace(home, transparency=dict.fromkeys(OPERATOR_FIELDS, "yes"))
    again = publish_public(answered, done.edition)
    assert (again.created, again.unanswered) == (False, [*OPERATOR_FIELDS])


def test_a_record_with_every_answer_has_no_banner(home: Home) -> None:
    answered = replace(home, transparency=dict.fromkeys(OPERATOR_FIELDS, "yes"))
    done = _published(answered, AS_OF)
    assert publish_public(answered, done.edition).unanswered == []
    text = (done.folder / PUBLIC / "index.html").read_text()
    assert 'id="banner"' not in text
    assert "Not answered yet" not in text
