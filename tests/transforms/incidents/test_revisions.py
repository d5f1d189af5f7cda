"""What the ledger says that a newer release changed; and a source as it once was."""

from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from tests.transforms.simulated_home import RECEIVED_AT
from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.incidents.coverage import entries
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import refuse_newer
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.reference.forces import FORCES


def _ingest(lake: Lake, source: Path, until: str | None = None) -> None:
    request = resolve(source, FORCES, ["kent"], until_release=until)
    kent = FORCES["kent"]
    members, months = request.members, request.months
    ingest_force(lake, street, kent, members, months, RECEIVED_AT)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """January in two releases, the newer with one row more."""
    folder = tmp_path / "source"
    for release, rows in (("2024-02", 3), ("2024-04", 4)):
        files = {("kent", "2024-01"): kent_csv("2024-01", rows)}
        release_zip(folder, release, files)
    return folder


def test_the_ledger_tells_what_a_newer_release_revised(
    source: Path, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    _ingest(lake, source, until="2024-02")
    _ingest(lake, source)
    first, second = sorted(entries(lake.read("coverage")), key=lambda e: e.release)
    assert (first.release, first.rows_added) == ("2024-02", None)
    assert (second.release, second.rows_added, second.rows_gone) == ("2024-04", 1, 0)


def test_an_older_release_of_the_same_source_gets_its_row_unread(
    source: Path, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    _ingest(lake, source)
    ledger = {e.release: e for e in entries(lake.read("coverage"))}
    assert ledger["2024-02"].observed == "superseded"
    assert ledger["2024-02"].raw_sha256 is None
    before = lake.versions()
    _ingest(lake, source)
    assert lake.versions() == before


def test_a_source_is_taken_as_it_was_at_a_release(source: Path, tmp_path: Path) -> None:
    then = Lake(tmp_path / "then")
    _ingest(then, source, until="2024-02")
    assert len(then.read("incidents")) == 3
    refuse_newer(then, "2024-02")


def test_a_lake_that_holds_something_newer_is_not_taken_back(
    source: Path, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    _ingest(lake, source)
    with pytest.raises(UsageError, match="contains release 2024-04"):
        refuse_newer(lake, "2024-02")


def test_a_zip_still_under_way_stops_nobody(source: Path, tmp_path: Path) -> None:
    whole = (source / "2024-04.zip").read_bytes()
    (source / "2024-05.zip").write_bytes(whole[: len(whole) // 2])
    request = resolve(source, FORCES, ["kent"])
    [line] = request.broken
    assert "2024-05.zip" in line
    assert [force.id for force in request.forces] == ["kent"]
