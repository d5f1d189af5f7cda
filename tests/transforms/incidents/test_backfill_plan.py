"""The plan of a backfill: what it says is what ingest then does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from transforms.errors import SourceError
from transforms.feeds.archive.members import Member, read_member
from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.incidents.backfill_plan import ForcePlan, plan_backfill, plan_sha256
from transforms.incidents.coverage import entries
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import Request, resolve
from transforms.reference.forces import FORCES


NOW = datetime(2025, 1, 2, tzinfo=UTC)


def request(source: Path, refetch: bool = False) -> Request:
    return resolve(
        source, FORCES, ["kent"], start="2024-01", end="2024-05", refetch=refetch
    )


def planned(home: Path, asked: Request) -> ForcePlan:
    (plan,) = plan_backfill(open_home(home).lake, asked)
    return plan


def ingest(home: Path, asked: Request) -> int:
    done = ingest_force(
        open_home(home).lake,
        street,
        FORCES["kent"],
        asked.members,
        asked.months,
        NOW,
        asked.refetch,
    )
    return len(done.files)


def test_the_plan_tells_held_missing_revised_and_absent(tmp_path: Path) -> None:
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    first = {("kent", month): kent_csv(month, 4) for month in ("2024-01", "2024-02")}
    release_zip(source, "2024-04", first)
    plan = planned(home, request(source))
    assert plan.missing == ("2024-01", "2024-02")
    assert plan.not_there == ("2024-03", "2024-04", "2024-05")
    assert ingest(home, request(source)) == len(plan.files) == 2

    second = {
        ("kent", "2024-01"): kent_csv("2024-01", 4),  # the same bytes
        ("kent", "2024-02"): kent_csv("2024-02", 5),
        ("kent", "2024-03"): kent_csv("2024-03", 4),
    }
    release_zip(source, "2024-06", second)
    before, plan = plan, planned(home, request(source))
    assert (plan.stored, plan.missing) == (("2024-01",), ("2024-03",))
    assert (plan.revised, plan.again) == (("2024-02",), ())
    assert plan.row["download_bytes"] == 0  # a folder is read where it is
    assert plan_sha256([plan]) != plan_sha256([before])
    assert ingest(home, request(source)) == 2
    assert planned(home, request(source)).files == ()


def test_to_refetch_reads_what_is_held_anew_and_changes_nothing(tmp_path: Path) -> None:
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    files = {("kent", month): kent_csv(month, 4) for month in ("2024-01", "2024-02")}
    release_zip(source, "2024-04", files)
    ingest(home, request(source))
    lake = open_home(home).lake
    rows, ledger = lake.read("incidents"), lake.read("coverage")
    again = request(source, refetch=True)
    assert planned(home, again).again == ("2024-01", "2024-02")
    assert ingest(home, again) == 2
    assert lake.read("incidents").equals(rows)
    assert lake.read("coverage").equals(ledger)


@pytest.fixture
def a_year_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many bytes land in one commit as a year of Kent's files has here."""
    monkeypatch.setattr(
        "transforms.incidents.plan._AT_ONCE_BYTES", 12 * len(kent_csv("2022-01", 4))
    )


@pytest.mark.usefixtures("a_year_at_once")
def test_months_land_some_at_a_time(tmp_path: Path) -> None:
    """What a run had landed when it was cut off is not read again."""
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    span = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
    release_zip(source, "2024-04", {("kent", m): kent_csv(m, 4) for m in span})
    asked = resolve(source, FORCES, ["kent"], start=span[0], end=span[-1])
    ingest(home, asked)
    versions = open_home(home).lake.versions()
    assert versions["incidents"] == versions["coverage"] == 2  # made, and two years
    assert open_home(home).lake.read("incidents").num_rows == 4 * 24


def test_the_ledger_keeps_what_a_release_supplied_through_a_refetch(
    tmp_path: Path,
) -> None:
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    files = {("kent", "2024-01"): kent_csv("2024-01", 4)}
    release_zip(source, "2024-04", files)
    ingest(home, request(source))
    (before,) = entries(open_home(home).lake.read("coverage"))
    release_zip(source, "2024-05", files)
    ingest(home, request(source, refetch=True))
    after = {e.release: e for e in entries(open_home(home).lake.read("coverage"))}
    assert after["2024-04"] == before
    assert after["2024-05"].raw_sha256 == before.raw_sha256


@pytest.mark.usefixtures("a_year_at_once")
def test_an_error_in_a_later_part_does_not_hide_what_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    span = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
    release_zip(source, "2024-04", {("kent", m): kent_csv(m, 4) for m in span})
    asked = resolve(source, FORCES, ["kent"], start=span[0], end=span[-1])

    def read(member: Member) -> bytes:
        if member.month.year == 2023:
            raise SourceError("the server went away")
        return read_member(member)

    monkeypatch.setattr("transforms.incidents.landing.read_member", read)
    done = ingest_force(
        open_home(tmp_path / "home").lake,
        street,
        FORCES["kent"],
        asked.members,
        asked.months,
        NOW,
    )
    assert (len(done.files), str(done.error)) == (12, "the server went away")
