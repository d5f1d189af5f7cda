"""A commit replaces exactly what it names, and a reader sees one version or another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Lock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.builders import kent_csv, member, row, street_csv
from transforms.errors import LakeError
from transforms.feeds.police_uk.street import sift
from transforms.incidents.coverage import Entry, as_table, entries
from transforms.lake.lake import Lake, SupersededError
from transforms.lake.listing import OpenTable
from transforms.lake.log import state_of
from transforms.lake.schemas import INCIDENTS
from transforms.reference.forces import FORCES


WHEN = datetime(2024, 5, 1, 12, 30, 1, 5, tzinfo=UTC)


def incidents(month: str, count: int = 3) -> pa.Table:
    return sift(kent_csv(month, count), member(month=month), FORCES["kent"]).accepted


def put(lake: Lake, force: str, months: dict[str, pa.Table]) -> None:
    """Replace those months of a force."""
    written = [
        lake.write("incidents", {"force": force, "month": month}, rows)
        for month, rows in months.items()
    ]
    lake.commit("incidents", force, written, list(months))


def held(lake: Lake, force: str | None = None) -> dict[tuple[str, str], int]:
    """The rows of each partition."""
    return {
        (f.partition["force"], f.partition["month"]): f.rows
        for f in lake.files("incidents", force)
    }


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_an_empty_lake_holds_nothing(lake: Lake) -> None:
    assert lake.versions() == {}
    assert lake.files("incidents") == []
    assert lake.read("incidents", "kent").equals(INCIDENTS.empty_table())
    assert not lake.root.exists()


def test_rows_are_read_back_as_they_were_written(lake: Lake) -> None:
    data = street_csv(
        [row(month="2024-01"), row(month="2024-01", longitude="", latitude="")]
    )
    rows = sift(data, member(), FORCES["kent"]).accepted
    put(lake, "kent", {"2024-01": rows})
    read = lake.read("incidents", "kent")
    assert read.schema == INCIDENTS
    assert read.drop_columns(["force", "month"]).to_pylist() == rows.to_pylist()
    assert set(read["force"].to_pylist()) == {"kent"}
    assert set(read["month"].to_pylist()) == {"2024-01"}


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["2024-01", "2024-02"]), st.integers(1, 3)),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=8)
def test_a_table_that_stays_open_lists_what_its_log_says(
    commits: list[dict[str, int]],
) -> None:
    """Beside one that is opened anew after each commit."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "incidents"
        lake, kept = Lake(Path(folder)), OpenTable("incidents", path)
        for number, counts in enumerate([{"2024-01": 2}, *commits]):
            force = ["kent", "surrey"][number % 2]
            put(lake, force, {m: incidents(m, count) for m, count in counts.items()})
            open_, anew = (
                table.listing(None) for table in (kept, OpenTable("incidents", path))
            )
            assert open_
            assert anew
            for of in (None, "kent", "surrey"):
                assert open_.files(of) == anew.files(of)
            assert open_.live() == anew.live()
            assert state_of(open_.live()) == state_of(anew.live())


def test_times_and_nulls_of_the_ledger_survive(lake: Lake) -> None:
    ledger = [
        Entry(
            force="kent",
            feed="police_uk",
            month="2024-01",
            release="2024-04",
            observed="missing",
            received_at=WHEN,
        ),
        Entry(
            force="kent",
            feed="police_uk",
            month="2024-02",
            release="2024-04",
            observed="supplied",
            received_at=WHEN,
            member="x",
            crc32=1 << 31,
        ),
    ]
    table = lake.write("coverage", {"force": "kent"}, as_table(ledger))
    lake.commit("coverage", "kent", [table])
    assert entries(lake.read("coverage", "kent")) == ledger


def test_nothing_counts_before_its_commit(lake: Lake) -> None:
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    lake.write("incidents", {"force": "kent", "month": "2024-02"}, incidents("2024-02"))
    assert held(lake) == {("kent", "2024-01"): 3}


def test_a_commit_replaces_exactly_the_months_it_names(lake: Lake) -> None:
    months = ("2024-01", "2024-02", "2024-03")
    for force in ("kent", "gwent"):
        put(lake, force, {month: incidents(month) for month in months})
    kept = {f.path for f in lake.files("incidents")}
    put(
        lake,
        "kent",
        {"2024-02": incidents("2024-02", 5), "2024-04": incidents("2024-04")},
    )
    assert held(lake, "kent") == {
        ("kent", "2024-01"): 3,
        ("kent", "2024-02"): 5,
        ("kent", "2024-03"): 3,
        ("kent", "2024-04"): 3,
    }
    assert set(held(lake, "gwent").values()) == {3}
    now = {f.path for f in lake.files("incidents")}
    assert (len(kept - now), len(now - kept)) == (1, 2)


def test_a_month_can_be_emptied(lake: Lake) -> None:
    put(lake, "kent", {m: incidents(m) for m in ("2024-01", "2024-02")})
    lake.commit("incidents", "kent", [], ["2024-01"])
    assert held(lake) == {("kent", "2024-02"): 3}


def test_a_version_once_named_is_read_as_it_was(lake: Lake) -> None:
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    pinned = Lake(lake.root, lake.versions())
    before = pinned.read("incidents", "kent")
    put(lake, "kent", {"2024-01": incidents("2024-01", 9)})
    assert pinned.read("incidents", "kent").equals(before)
    assert pinned.versions() != lake.versions()
    assert held(lake) == {("kent", "2024-01"): 9}


def test_a_table_born_after_the_version_named_is_not_seen(lake: Lake) -> None:
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    pinned = Lake(lake.root, lake.versions())
    entry = Entry(
        force="kent",
        feed="police_uk",
        month="2024-01",
        release="2024-04",
        observed="missing",
        received_at=WHEN,
    )
    rows = lake.write("coverage", {"force": "kent"}, as_table([entry]))
    lake.commit("coverage", "kent", [rows])
    assert pinned.files("coverage") == []


def test_an_empty_lake_once_named_stays_empty(lake: Lake) -> None:
    pinned = Lake(lake.root, lake.versions())
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    assert pinned.files("incidents") == []


def test_forces_committed_at_once_all_land(lake: Lake) -> None:
    forces = ["kent", "gwent", "dorset", "durham"]
    months = ("2024-01", "2024-02")
    rows = {month: incidents(month) for month in months}
    together = Barrier(len(forces))

    def land(force: str) -> None:
        mine = Lake(lake.root)
        for month in months:
            together.wait()
            put(mine, force, {month: rows[month]})

    with ThreadPoolExecutor(len(forces)) as pool:
        list(pool.map(land, forces))
    assert held(lake) == {(force, month): 3 for force in forces for month in months}


def test_a_commit_decided_on_what_has_changed_is_not_made(lake: Lake) -> None:
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    before = lake.versions()
    with pytest.raises(SupersededError):
        lake.commit("incidents", "kent", [], ["2024-01"], lambda: False)
    assert lake.versions() == before


def test_a_lost_race_is_asked_about_before_the_next_attempt(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, "kent", {"2024-01": incidents("2024-01")})
    partition = {"force": "kent", "month": "2024-01"}
    mine = lake.write("incidents", partition, incidents("2024-01", 7))
    rival = Lake(lake.root)
    rows = rival.write("incidents", partition, incidents("2024-01", 5))
    asked: list[int] = []  # another process has a lock of its own

    def another_wins_first() -> bool:
        asked.append(held(lake)["kent", "2024-01"])
        if len(asked) == 1:
            monkeypatch.setattr("transforms.lake.lake._COMMIT_LOCK", Lock())
            rival.commit("incidents", "kent", [rows], ["2024-01"])
        return True

    lake.commit("incidents", "kent", [mine], ["2024-01"], another_wins_first)
    assert asked == [3, 5]
    assert held(lake) == {("kent", "2024-01"): 7}


def test_a_table_that_is_always_lost_says_so(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.lake.lake._MAX_COMMIT_ATTEMPTS", 0)
    with pytest.raises(LakeError, match="kent lost to other writers"):
        lake.commit("incidents", "kent", [])


def test_the_log_tells_rows_and_mark_without_reading_files(lake: Lake) -> None:
    rows = incidents("2024-01", 4)
    put(lake, "kent", {"2024-01": rows, "2024-02": rows.slice(0, 0)})
    full, empty = lake.files("incidents")
    assert (full.rows, full.mark) == (4, rows["raw_sha256"][0].as_py())
    assert (empty.rows, empty.mark) == (0, None)
    assert pq.read_metadata(full.path).num_rows == 4


def test_many_commits_later_the_log_still_tells(lake: Lake) -> None:
    """Delta folds its log into a checkpoint after a hundred commits."""
    rows = incidents("2024-01")
    file = lake.write("incidents", {"force": "kent", "month": "2024-01"}, rows)
    for _ in range(102):
        lake.commit("incidents", "kent", [file], ["2024-01"])
    [found] = lake.files("incidents")
    assert (found.rows, found.mark) == (3, rows["raw_sha256"][0].as_py())


def test_a_null_where_none_may_be_is_never_written(lake: Lake) -> None:
    rows = incidents("2024-01")
    broken = rows.set_column(
        rows.column_names.index("category"), "category", pa.nulls(3, pa.string())
    )
    with pytest.raises(pa.ArrowInvalid, match="category holds a null"):
        put(lake, "kent", {"2024-01": broken})


def test_duckdb_reads_the_files_with_force_and_month_as_text(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, "kent", {m: incidents(m) for m in ("2024-01", "2024-02")})
    put(lake, "gwent", {"2024-01": incidents("2024-01", 2)})
    files = [f.path for f in lake.files("incidents")]
    query = (
        "select force, month, any_value(category) as category, count(*) as n"
        " from incidents group by all order by all"
    )
    monkeypatch.setattr(sql, "text", lambda name: query)
    found = sql.run("any", {"incidents": files})
    assert found.schema.field("force").type == pa.string()
    assert found.schema.field("month").type == pa.string()
    assert [tuple(r.values()) for r in found.to_pylist()] == [
        ("gwent", "2024-01", "burglary", 2),
        ("kent", "2024-01", "burglary", 3),
        ("kent", "2024-02", "burglary", 3),
    ]
