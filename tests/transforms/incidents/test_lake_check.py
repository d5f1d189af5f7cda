"""Whoever reads a force meets an error where lake and ledger differ."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.builders import kent_csv, member
from transforms.errors import ForceError
from transforms.feeds.police_uk.street import sift
from transforms.incidents.coverage import Entry, as_table
from transforms.incidents.lake_check import force_coverage, partitions_of, stored_forces
from transforms.lake.lake import Lake
from transforms.reference.forces import FORCES
from transforms.reference.months import Month


WHEN = datetime(2024, 5, 1, tzinfo=UTC)
KENT = FORCES["kent"]
MONTHS = ["2024-01", "2024-02"]


def incidents(month: str, count: int) -> pa.Table:
    return sift(kent_csv(month, count), member(month=month), KENT).accepted


def put(lake: Lake, month: str, rows: pa.Table, force: str = "kent") -> None:
    file = lake.write("incidents", {"force": force, "month": month}, rows)
    lake.commit("incidents", force, [file], [month])


def note(lake: Lake, *ledger: Entry, force: str = "kent") -> None:
    rows = lake.write("coverage", {"force": force}, as_table(ledger))
    lake.commit("coverage", force, [rows])


def entry(month: str, rows: pa.Table) -> Entry:
    mark = (
        rows["raw_sha256"][0].as_py() if len(rows) else "of a file without a good row"
    )
    known = {"raw_sha256": mark, "rows_in": 5, "rows_accepted": len(rows)}
    return Entry(
        force="kent",
        feed="police_uk",
        month=month,
        release="2024-04",
        observed="supplied",
        received_at=WHEN,
        **known,
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two months of Kent, as a finished ingest leaves them."""
    made = Lake(tmp_path)
    tables = {month: incidents(month, 5) for month in MONTHS}
    for month, rows in tables.items():
        put(made, month, rows)
    note(made, *(entry(month, rows) for month, rows in tables.items()))
    return made


def unfinished(lake: Lake) -> str:
    with pytest.raises(ForceError, match="ingest this force again") as caught:
        force_coverage(lake, KENT)
    return str(caught.value)


def test_a_finished_force_is_told_month_by_month(lake: Lake) -> None:
    months = force_coverage(lake, KENT)
    assert {str(m): known.status for m, known in months.items()} == dict.fromkeys(
        MONTHS, "supplied"
    )


def test_a_month_without_its_partition_is_unfinished(lake: Lake) -> None:
    lake.commit("incidents", "kent", [], ["2024-02"])
    assert unfinished(lake).startswith("kent 2024-02: ")


def test_a_month_of_other_bytes_is_unfinished(lake: Lake) -> None:
    put(lake, "2024-01", incidents("2024-02", 5))
    assert unfinished(lake).startswith("kent 2024-01: ")


def test_a_month_of_fewer_rows_is_unfinished(lake: Lake) -> None:
    put(lake, "2024-01", incidents("2024-01", 5).slice(0, 4))
    assert unfinished(lake).startswith("kent 2024-01: ")


def test_rows_that_no_ledger_row_speaks_for_are_unfinished(lake: Lake) -> None:
    put(lake, "2024-03", incidents("2024-03", 5))
    assert "2024-03" in unfinished(lake)


def test_a_month_whose_rows_were_all_held_back_is_whole(lake: Lake) -> None:
    none = incidents("2024-01", 1).slice(0, 0)
    put(lake, "2024-01", none)
    note(lake, entry("2024-01", none), entry("2024-02", incidents("2024-02", 5)))
    assert Month(2024, 1) in force_coverage(lake, KENT)


def test_a_missing_month_needs_no_partition(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    note(
        lake,
        Entry(
            force="kent",
            feed="police_uk",
            month="2024-01",
            release="2024-04",
            observed="missing",
            received_at=WHEN,
        ),
    )
    assert force_coverage(lake, KENT)[Month(2024, 1)].status == "missing"


def test_another_force_does_not_matter(lake: Lake) -> None:
    put(lake, "2024-01", incidents("2024-01", 9), force="gwent")
    assert len(force_coverage(lake, KENT)) == 2


def test_a_force_never_ingested_has_no_coverage(tmp_path: Path) -> None:
    assert force_coverage(Lake(tmp_path), KENT) == {}


def test_partitions_are_told_by_mark_and_rows(lake: Lake) -> None:
    rows = incidents("2024-01", 5)
    assert partitions_of(lake, "kent")["2024-01"] == (
        rows["raw_sha256"][0].as_py(),
        5,
    )


def test_the_forces_held_are_those_of_the_ledger(lake: Lake) -> None:
    missing = Entry(
        force="gwent",
        feed="police_uk",
        month="2024-01",
        release="2024-04",
        observed="missing",
        received_at=WHEN,
    )
    note(lake, missing, force="gwent")
    put(lake, "2024-01", incidents("2024-01", 2), force="dorset")
    assert [f.id for f in stored_forces(lake, FORCES)] == ["gwent", "kent"]
