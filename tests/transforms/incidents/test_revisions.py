"""What a newer release changed, told by Crime ID; and a source as it once was."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import kent_csv, release_zip
from tests.transforms.conftest import RECEIVED_AT
from transforms.coverage import entries
from transforms.errors import UsageError
from transforms.forces import FORCES
from transforms.ingest import ingest_force
from transforms.lake import Lake
from transforms.ledger import refuse_newer
from transforms.request import resolve
from transforms.revisions import Revision, compare


Row = tuple[bytes | None, str, float | None, float | None, str | None]

NAMES = ("crime_id", "category", "longitude", "latitude", "outcome")
KINDS = (pa.binary(), pa.string(), pa.float64(), pa.float64(), pa.string())
ONE: Row = (b"1", "burglary", -1.5, 52.5, "under-investigation")
TWO: Row = (b"2", "robbery", -1.6, 52.6, None)
ASB: Row = (None, "anti-social-behaviour", -1.5, 52.5, None)


def table(*rows: Row) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(NAMES)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    return pa.table(arrays, names=list(NAMES))


@pytest.mark.parametrize(
    ("before", "after", "revision"),
    [
        ([ONE, TWO], [TWO, ONE], Revision(0, 0, 0, 0)),
        ([ONE], [ONE, TWO], Revision(1, 0, 0, 0)),
        ([ONE, TWO], [TWO], Revision(0, 1, 0, 0)),
        ([ONE], [(*ONE[:2], -1.7, 52.5, ONE[4])], Revision(0, 0, 1, 0)),
        ([ONE], [(*ONE[:4], "offender-fined")], Revision(0, 0, 0, 1)),
        ([ONE], [(*ONE[:2], None, None, "offender-fined")], Revision(0, 0, 1, 1)),
        ([ONE, ONE], [ONE, (*ONE[:4], None)], Revision(0, 0, 0, 1)),
        ([ASB, ASB], [ASB], Revision(0, 1, 0, 0)),
        ([ASB], [(*ASB[:2], -1.6, 52.6, None)], Revision(1, 1, 0, 0)),
    ],
)
def test_each_kind_of_change_is_told(
    before: list[Row], after: list[Row], revision: Revision
) -> None:
    assert compare(table(*before), table(*after)) == revision


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, b"1", b"2", b"3"]),
        st.sampled_from(["burglary", "robbery"]),
        st.sampled_from([-1.5, -1.6]),
        st.just(52.5),
        st.sampled_from([None, "offender-fined"]),
    ),
    max_size=12,
)


@given(ROWS, ROWS)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_rows_gone_and_added_account_for_the_difference_in_number(
    before: list[Row], after: list[Row]
) -> None:
    there = compare(table(*before), table(*after))
    back = compare(table(*after), table(*before))
    assert there.rows_added - there.rows_gone == len(after) - len(before)
    assert (there.rows_added, there.rows_gone) == (back.rows_gone, back.rows_added)
    assert there.rows_outcome_changed == back.rows_outcome_changed
    assert compare(table(*before), table(*before)) == Revision(0, 0, 0, 0)


def _ingest(lake: Lake, source: Path, until: str | None = None) -> None:
    request = resolve(source, FORCES, ["kent"], until_release=until)
    kent = FORCES["kent"]
    members, months = request.members, request.months
    ingest_force(lake, request.feed, kent, members, months, RECEIVED_AT)


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
    with pytest.raises(UsageError, match="holds release 2024-04"):
        refuse_newer(lake, "2024-02")


def test_a_zip_still_under_way_stops_nobody(source: Path, tmp_path: Path) -> None:
    whole = (source / "2024-04.zip").read_bytes()
    (source / "2024-05.zip").write_bytes(whole[: len(whole) // 2])
    request = resolve(source, FORCES, ["kent"])
    [line] = request.broken
    assert "2024-05.zip" in line
    assert [force.id for force in request.forces] == ["kent"]
