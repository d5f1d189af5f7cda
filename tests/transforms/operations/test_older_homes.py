"""Whole homes of older versions: opened, migrated, checked, and used again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.flows.commands import hexbeat_here as hexbeat
from tests.transforms.lake.older_homes import LACKED, as_written_in
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.homes.home import Home, open_home
from transforms.homes.runs.catalog import CATALOG, catalog_text, withdraw
from transforms.homes.runs.seal import OLDER_SCHEMA_VERSIONS, SCHEMA_VERSION, latest_run
from transforms.operations.raw_check import RawCheck
from transforms.operations.verify import verify
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]
OLDEST = OLDER_SCHEMA_VERSIONS[0]
NOW = datetime(2026, 2, 3, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("needed_formats")


def published_then(home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """A publication that says that the oldest version made it; its run."""
    with monkeypatch.context() as patched:
        for module in ("edition.edition", "formats.data_package"):
            name = f"transforms.publications.{module}.SCHEMA_VERSION"
            patched.setattr(name, OLDEST)
        run = publish(home, AS_OF, METHOD).run_id
    (home.publications / CATALOG).write_text(catalog_text(home.publications, OLDEST))
    return run


@pytest.mark.parametrize("layout", LACKED)
def test_an_older_home_is_carried_over_whole(
    layout: int, simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = copied_home(simulated.home, tmp_path)
    run = published_then(made, monkeypatch)
    root = as_written_in(layout, made, monkeypatch).root
    if layout == 1:  # which listed no runs yet
        (root / "publications" / CATALOG).unlink()

    refused = hexbeat("status", "--home", root)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"layout {layout}" in refused.stderr
    assert refused.stderr.endswith("back it up, then run hexbeat migrate\n")
    assert hexbeat("migrate", "--home", root).returncode == 0
    checked = hexbeat("verify", "--home", root, "--source", simulated.source)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{run}: all as written" in checked.stdout

    home = open_home(root)
    for force in home.registry.values():
        score_force(home.lake, force, AS_OF, METHOD, home.scoring)
    newer = publish(home, AS_OF, METHOD)
    assert newer.created
    assert verify(home).whole
    # and back to what the older version published
    assert withdraw(home, newer.run_id, "a trial", NOW) == run
    assert verify(home, run).whole


def test_an_older_catalogue_is_no_difference_and_a_wrong_one_is(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_home(simulated.home, tmp_path)
    run = published_then(home, monkeypatch)
    found = verify(home)
    assert found.whole
    assert found.notes[0] == (
        "catalog.json: an older hexbeat's; publish writes it anew"
    )
    file = home.publications / CATALOG
    whole = file.read_text()
    for wrong in (
        whole.replace(f'"schema_version": "{OLDEST}"', '"schema_version": "9.9"'),
        whole.replace('"withdrawn": null', '"withdrawn": "no"'),
    ):
        assert wrong != whole
        file.write_text(wrong)
        assert verify(home).differs == [
            "catalog.json: not what the runs say; publish mends it"
        ]
    assert latest_run(home.publications) == run


def test_every_version_before_this_one_is_known() -> None:
    major, minor = SCHEMA_VERSION.split(".")
    assert [f"{major}.{n}" for n in range(int(minor))] == [*OLDER_SCHEMA_VERSIONS]


def test_the_raw_file_of_an_input_without_a_feed_is_found(
    simulated: Simulated,
) -> None:
    """The first publications had one feed, and did not name it."""
    home = simulated.home
    ledger = home.lake.read("coverage").to_pylist()
    row = next(row for row in ledger if row["member"] and row["raw_sha256"])
    raw = {name: row[name] for name in ("force", "release", "raw_sha256")}
    raw["month"] = str(row["month"])[:7]
    found = RawCheck(home, simulated.source, None).sha256_of(raw)
    assert found == row["raw_sha256"]
