"""Whatever comes, in whatever order, the lake ends with what the releases say."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from pathlib import Path
from threading import Barrier, Event

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import kent_csv, member, months, release_zip, row, street_csv
from transforms.feeds.archive.members import Member
from transforms.feeds.police_uk import street
from transforms.incidents.coverage import Entry, entries
from transforms.incidents.ingest import Ingested, ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.plan import Plan, decide, in_parts
from transforms.lake.lake import Lake
from transforms.reference.forces import FORCES
from transforms.reference.months import Month


KENT = FORCES["kent"]
FEED = street
WHEN = datetime(2024, 5, 1, tzinfo=UTC)
SPAN = months("2024-01", 4)
HTML = b"<!DOCTYPE html>\n<html>Service unavailable</html>\n"
_LATER = count()


# Deciding


def listed(month: str, release: str, crc32: int = 1, force: str = "kent") -> Member:
    return replace(member(force, month, release), crc32=crc32, size_bytes=10)


def held(found: Member, rows: int = 5) -> Entry:
    """The ledger's entry of a file that landed."""
    return Entry(
        force=found.force,
        feed="police_uk",
        month=str(found.month),
        release=found.release,
        observed="supplied",
        received_at=WHEN,
        member=found.name,
        crc32=found.crc32,
        size_bytes=found.size_bytes,
        raw_sha256=f"sha {found.crc32}",
        rows_in=rows,
        rows_accepted=rows,
        rows_quarantined=0,
        rows_located=rows,
    )


def plan(
    members: Sequence[Member],
    ledger: Collection[Entry] = (),
    partitions: dict[str, tuple[str | None, int]] | None = None,
    asked: Collection[Month] = SPAN,
) -> Plan:
    """The decision, on a lake that is whole unless told otherwise."""
    if partitions is None:
        whole = sorted(ledger, key=lambda e: e.release)
        partitions = {e.month: (e.raw_sha256, e.rows_accepted or 0) for e in whole}
    return decide(members, "kent", asked, ledger, partitions)


JANUARY = listed("2024-01", "2024-02")


def test_a_file_never_read_is_read() -> None:
    assert plan([JANUARY]) == Plan([[JANUARY]], [], [], [])


def test_a_file_already_held_is_left_alone() -> None:
    assert plan([JANUARY], [held(JANUARY)]).empty


def test_the_same_bytes_in_a_newer_release_are_noted_but_not_read() -> None:
    newer = replace(JANUARY, release="2024-04")
    ledger = [held(JANUARY)]
    assert plan([newer], ledger) == Plan([], [(newer, ledger[0])], [], [])
    assert plan([newer], [*ledger, held(newer)]).empty


@pytest.mark.parametrize("change", [{"crc32": 2}, {"size_bytes": 11}])
def test_other_bytes_in_a_newer_release_are_read(change: dict[str, int]) -> None:
    newer = replace(JANUARY, release="2024-04", **change)
    assert plan([newer], [held(JANUARY)]).read == [[newer]]


def test_other_bytes_under_the_same_release_are_read() -> None:
    mended = replace(JANUARY, crc32=2)
    assert plan([mended], [held(JANUARY)]).read == [[mended]]


def test_an_older_release_never_replaces_a_newer_one() -> None:
    newer = listed("2024-01", "2024-04", crc32=2)
    assert plan([JANUARY], [held(newer)]) == Plan([], [], [JANUARY], [])


def test_of_two_releases_the_newer_is_read_and_the_older_only_in_its_stead() -> None:
    newer = listed("2024-01", "2024-04", crc32=2)
    for members in permutations([JANUARY, newer]):
        assert plan(members).read == [[newer, JANUARY]]


def test_months_that_are_not_asked_for_are_left_alone() -> None:
    outside = [listed("2023-12", "2024-06"), listed("2024-05", "2024-06")]
    inside = listed("2024-02", "2024-06")
    found = plan([*outside, inside], asked=SPAN[:3])
    assert found.read == [[inside]]
    assert [str(month) for month, _ in found.missing] == ["2024-01", "2024-03"]


def test_other_forces_files_are_not_read_but_tell_what_a_release_spans() -> None:
    others = [listed(m, "2024-04", force="gwent") for m in ("2024-01", "2024-03")]
    kent = listed("2024-01", "2024-04")
    found = plan([*others, kent])
    assert found.read == [[kent]]
    assert found.missing == [(m, "2024-04") for m in SPAN[1:3]]


def test_a_release_without_the_force_says_nothing_of_it() -> None:
    assert plan([listed("2024-01", "2024-04", force="gwent")]).empty


def test_a_missing_month_is_noted_once_a_release() -> None:
    members = [
        listed(m, r) for r in ("2024-03", "2024-04") for m in ("2024-01", "2024-03")
    ]
    february = Month(2024, 2)
    assert plan(members).missing == [(february, "2024-03"), (february, "2024-04")]
    noted = Entry(
        force="kent",
        feed="police_uk",
        month="2024-02",
        release="2024-03",
        observed="missing",
        received_at=WHEN,
    )
    assert plan(members, [noted]).missing == [(february, "2024-04")]


@pytest.mark.parametrize(
    "partitions",
    [
        pytest.param({}, id="no rows"),
        pytest.param({"2024-01": ("sha 1", 4)}, id="fewer rows"),
        pytest.param({"2024-01": ("sha 2", 5)}, id="other bytes"),
    ],
)
def test_an_unfinished_month_is_done_again(
    partitions: dict[str, tuple[str | None, int]],
) -> None:
    newer = replace(JANUARY, release="2024-04")
    assert plan([JANUARY], [held(JANUARY)], partitions).read == [[JANUARY]]
    assert plan([newer], [held(JANUARY)], partitions).read == [[newer]]


@given(st.lists(st.integers(0, 200 << 20), min_size=1, max_size=9))
def test_months_land_together_up_to_so_many_bytes(sizes: list[int]) -> None:
    """As many as fit, each by the larger of its two releases' files."""
    span = months("2024-01", len(sizes))
    files = [
        replace(member("kent", str(month), release), size_bytes=size // part)
        for month, size in zip(span, sizes, strict=True)
        for release, part in (("2024-12", 1), ("2025-01", 2))
    ]
    other = replace(member("essex", "2024-01", "2024-12"), size_bytes=1 << 30)
    parts = list(in_parts(set(span), [other, *files], "kent"))
    assert [month for part in parts for month in part] == span
    filled = [sum(sizes[span.index(month)] for month in part) for part in parts]
    assert all(size <= 256 << 20 for size in filled)
    for size, after in zip(filled, parts[1:], strict=False):
        assert size + sizes[span.index(after[0])] > 256 << 20


def test_files_are_read_oldest_month_first() -> None:
    members = [listed(str(month), "2024-04") for month in reversed(SPAN)]
    assert [m.month for [m] in plan(members).read] == SPAN


# Doing


class Paced(Lake):
    """A lake that does something before and after each commit."""

    def __init__(
        self,
        root: Path,
        before: Callable[[str], object] = lambda name: None,
        after: Callable[[str], object] = lambda name: None,
    ) -> None:
        super().__init__(root)
        self.before, self.after = before, after

    def commit(self, name: str, *args: object, **kwargs: object) -> None:
        self.before(name)
        super().commit(name, *args, **kwargs)
        self.after(name)


def ingest(lake: Lake, source: Path, asked: Collection[Month] = SPAN) -> Ingested:
    """Kent's months of a source, at a time of its own."""
    members = FEED.members(source)
    when = WHEN + timedelta(hours=next(_LATER))
    return ingest_force(lake, FEED, KENT, members, asked, when)


def kent_release(folder: Path, release: str, files: dict[str, bytes]) -> Path:
    return release_zip(
        folder, release, {("kent", m): data for m, data in files.items()}
    )


def rows_held(lake: Lake) -> dict[str, int]:
    return {f.partition["month"]: f.rows for f in lake.files("incidents", "kent")}


def content(lake: Lake) -> tuple[list[object], list[object], dict[str, str]]:
    """All that readers see of Kent, in no matter what files."""
    tables: list[list[object]] = []
    for name in ("incidents", "quarantine"):
        table = lake.read(name, "kent")
        keys = [(key, "ascending") for key in ("month", "raw_sha256", "raw_line")]
        plain = table.cast(
            pa.schema([f.with_type(_plain(f.type)) for f in table.schema])
        )
        tables.append(plain.sort_by(keys).to_pylist())
    months = force_coverage(lake, KENT)
    return tables[0], tables[1], {str(m): known.status for m, known in months.items()}


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """January with one bad row of four and one without a place, no February, March."""
    rows = [row(crime_id=c * 64) for c in "ab"]
    rows += [row(longitude="", latitude=""), row(month="2023-12")]
    files = {"2024-01": street_csv(rows), "2024-03": kent_csv("2024-03", 6)}
    return kent_release(tmp_path / "source", "2024-04", files).parent


def test_every_row_is_counted_where_it_went(lake: Lake, source: Path) -> None:
    done = ingest(lake, source)
    names = ("rows_in", "rows_accepted", "rows_quarantined", "rows_located")
    assert [done.total(name) for name in names] == [10, 9, 1, 8]
    assert done.broken == {"month": 1}
    assert (len(done.files), done.months_noted, done.rejected) == (2, 1, [])
    assert rows_held(lake) == {"2024-01": 3, "2024-03": 6}
    [bad] = lake.read("quarantine").to_pylist()
    assert (bad["force"], bad["month"], bad["raw_line"]) == ("kent", "2024-01", 5)
    ledger = {e.month: e for e in entries(lake.read("coverage"))}
    assert [ledger["2024-01"].rows_in, ledger["2024-01"].rows_located] == [4, 2]
    assert ledger["2024-02"].observed == "missing"
    assert list(content(lake)[2].values()) == ["supplied", "missing", "supplied"]


def test_a_second_run_changes_nothing(lake: Lake, source: Path) -> None:
    ingest(lake, source)
    before = lake.versions()
    again = ingest(lake, source)
    assert (again.files, again.months_noted) == ([], 0)
    assert lake.versions() == before


def test_the_same_bytes_released_again_leave_the_incidents_alone(
    lake: Lake, source: Path
) -> None:
    ingest(lake, source)
    before = lake.versions()
    (source / "2024-04.zip").rename(source / "2024-05.zip")
    done = ingest(lake, source)
    after = lake.versions()
    assert (done.files, done.months_noted) == ([], 3)
    assert after == before | {"coverage": before["coverage"] + 1}
    ledger = entries(lake.read("coverage"))
    assert {(e.month, e.release) for e in ledger} == {
        (m, r)
        for m in ("2024-01", "2024-02", "2024-03")
        for r in ("2024-04", "2024-05")
    }


def test_months_outside_the_range_are_not_touched(lake: Lake, source: Path) -> None:
    ingest(lake, source, SPAN[:1])
    before = lake.files("incidents")
    ingest(lake, source, SPAN[1:])
    assert before[0] in lake.files("incidents")
    assert rows_held(lake) == {"2024-01": 3, "2024-03": 6}


def test_a_range_takes_part_of_a_release(lake: Lake, source: Path) -> None:
    ingest(lake, source, SPAN[:1])
    assert rows_held(lake) == {"2024-01": 3}
    assert content(lake)[2] == {"2024-01": "supplied"}


def test_a_mended_month_leaves_no_row_in_quarantine(lake: Lake, source: Path) -> None:
    ingest(lake, source)
    kent_release(source, "2024-05", {"2024-01": kent_csv("2024-01", 7)})
    ingest(lake, source)
    assert lake.files("quarantine") == []
    assert rows_held(lake) == {"2024-01": 7, "2024-03": 6}


def test_releases_in_any_order_end_in_the_same_lake(tmp_path: Path) -> None:
    bad = row(month="2023-12")
    one = [row(month="2024-02"), bad | {"Month": "2024-01"}]
    releases = {
        "2024-02": {"2024-01": kent_csv("2024-01", 3), "2024-02": street_csv(one)},
        "2024-03": {"2024-01": kent_csv("2024-01", 5)},
        "2024-04": {m: kent_csv(m, 4) for m in ("2024-02", "2024-04")},
    }
    for release, files in releases.items():
        kent_release(tmp_path / release, release, files)
        kent_release(tmp_path / "all", release, files)
    together = Lake(tmp_path / "lake")
    ingest(together, tmp_path / "all")
    expected = content(together)
    assert rows_held(together) == {"2024-01": 5, "2024-02": 4, "2024-04": 4}
    for number, order in enumerate(permutations(releases)):
        apart = Lake(tmp_path / f"lake {number}")
        for release in order:
            ingest(apart, tmp_path / release)
        assert content(apart) == expected


def test_a_refused_file_leaves_its_month_as_it_was(lake: Lake, source: Path) -> None:
    ingest(lake, source)
    before = content(lake)
    files = {"2024-01": HTML, "2024-04": kent_csv("2024-04", 2)}
    kent_release(source, "2024-05", files)
    done = ingest(lake, source)
    [reason] = done.rejected
    assert reason.startswith(
        "release 2024-05, 2024-01/2024-01-kent-street.csv, line 1: "
    )
    assert rows_held(lake) == {"2024-01": 3, "2024-03": 6, "2024-04": 2}
    incidents, quarantine, statuses = content(lake)
    assert [r for r in incidents if r["month"] < "2024-04"] == before[0]
    assert quarantine == before[1]
    assert statuses == before[2] | {"2024-04": "supplied"}


def test_a_month_whose_only_file_is_refused_counts_as_rejected(
    lake: Lake, tmp_path: Path
) -> None:
    files = {"2024-01": HTML, "2024-02": kent_csv("2024-02", 2)}
    ingest(lake, kent_release(tmp_path / "source", "2024-04", files).parent)
    assert content(lake)[2] == {"2024-01": "rejected", "2024-02": "supplied"}


def test_a_file_refused_again_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    source = kent_release(tmp_path / "source", "2024-04", {"2024-01": HTML}).parent
    first = ingest(lake, source)
    before = lake.versions()
    assert ingest(lake, source).rejected == first.rejected
    assert lake.versions() == before


def test_a_refused_file_hides_no_older_one_of_the_same_source(
    lake: Lake, tmp_path: Path
) -> None:
    kent_release(tmp_path, "2024-02", {"2024-01": kent_csv("2024-01", 3)})
    kent_release(tmp_path, "2024-04", {"2024-01": HTML})
    assert len(ingest(lake, tmp_path).rejected) == 1
    assert content(lake)[2] == {"2024-01": "supplied"}
    assert rows_held(lake) == {"2024-01": 3}


def test_a_mended_file_of_a_refused_release_lands(lake: Lake, tmp_path: Path) -> None:
    for data in (HTML, kent_csv("2024-01", 3)):
        ingest(lake, kent_release(tmp_path, "2024-04", {"2024-01": data}).parent)
    assert content(lake)[2] == {"2024-01": "supplied"}


def test_a_broken_file_under_the_same_name_hides_nothing(
    lake: Lake, tmp_path: Path
) -> None:
    for data in (kent_csv("2024-01", 3), HTML):
        ingest(lake, kent_release(tmp_path, "2024-04", {"2024-01": data}).parent)
    assert content(lake)[2] == {"2024-01": "supplied"}
    assert rows_held(lake) == {"2024-01": 3}


def test_a_file_of_bad_rows_alone_is_whole(lake: Lake, tmp_path: Path) -> None:
    bad = street_csv([row(month="2023-12")])
    source = kent_release(tmp_path / "source", "2024-04", {"2024-01": bad}).parent
    ingest(lake, source)
    assert content(lake)[2] == {"2024-01": "supplied"}
    assert ingest(lake, source).files == []


@pytest.mark.parametrize("table", ["incidents", "quarantine", "coverage"])
def test_a_crash_between_commits_is_mended_by_the_next_run(
    lake: Lake, source: Path, table: str
) -> None:
    ingest(lake, source)
    revised = {
        "2024-01": street_csv([row(), row(month="2023-12")]),
        "2024-03": kent_csv("2024-03", 8),
    }
    kent_release(source, "2024-05", revised)

    def crash(name: str) -> None:
        if name == table:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(Paced(lake.root, before=crash), source)
    ingest(lake, source)
    untouched = Lake(source.parent / "another lake")
    ingest(untouched, source)
    assert content(lake) == content(untouched)
    assert ingest(lake, source).files == []


def test_two_processes_at_once_end_in_one_result(lake: Lake, source: Path) -> None:
    together = Barrier(2, timeout=20)
    met: set[int] = set()

    def meet(which: int) -> Callable[[str], None]:
        def wait(name: str) -> None:
            if which not in met:
                met.add(which)
                together.wait()

        return wait

    racers = [Paced(lake.root, before=meet(n)) for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda racer: ingest(racer, source), racers))
    alone = Lake(source.parent / "another lake")
    ingest(alone, source)
    assert content(lake) == content(alone)
    assert len(lake.read("coverage")) == len(alone.read("coverage"))
    assert ingest(lake, source).files == []


def test_an_older_release_landing_beside_a_newer_one_does_not_win(
    lake: Lake, tmp_path: Path
) -> None:
    """The older is committed after the newer, and before the newer's ledger row."""
    older = kent_release(tmp_path / "a", "2024-02", {"2024-01": kent_csv("2024-01", 3)})
    newer = kent_release(tmp_path / "b", "2024-04", {"2024-01": kent_csv("2024-01", 5)})
    newer_in, older_in, newer_done = Event(), Event(), Event()

    def set_or_wait(on: dict[str, Callable[[], object]]) -> Callable[[str], object]:
        return lambda name: on.get(name, lambda: None)()

    first = Paced(
        lake.root,
        before=set_or_wait({"coverage": lambda: older_in.wait(20)}),
        after=set_or_wait({"incidents": newer_in.set, "coverage": newer_done.set}),
    )
    second = Paced(
        lake.root,
        before=set_or_wait(
            {
                "incidents": lambda: newer_in.wait(20),
                "coverage": lambda: newer_done.wait(20),
            }
        ),
        after=set_or_wait({"incidents": older_in.set}),
    )
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(ingest, first, newer), pool.submit(ingest, second, older)]
        for run in runs:
            run.result()
    assert rows_held(lake) == {"2024-01": 5}
    assert content(lake)[2] == {"2024-01": "supplied"}


def test_what_a_release_revised_is_told_though_the_run_was_killed(
    lake: Lake, source: Path
) -> None:
    """The newest version has no rows of before then, and the ledger knows nothing."""
    ingest(lake, source)
    kent_release(source, "2024-05", {"2024-03": kent_csv("2024-03", 8)})

    def crash(name: str) -> None:
        if name == "coverage":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(Paced(lake.root, before=crash), source)
    ingest(lake, source)
    untouched = Lake(source.parent / "another lake")
    (source / "2024-05.zip").rename(source / "2024-05.part")
    ingest(untouched, source)
    (source / "2024-05.part").rename(source / "2024-05.zip")
    ingest(untouched, source)
    added = [
        [(e.month, e.release, e.rows_added) for e in entries(held.read("coverage"))]
        for held in (lake, untouched)
    ]
    assert added[0] == added[1]
    assert ("2024-03", "2024-05", 2) in added[0]


def test_what_is_read_again_keeps_what_it_revised(lake: Lake, source: Path) -> None:
    ingest(lake, source)
    kent_release(source, "2024-05", {"2024-03": kent_csv("2024-03", 8)})
    ingest(lake, source)
    before = entries(lake.read("coverage"))
    members = FEED.members(source)
    ingest_force(lake, FEED, KENT, members, SPAN, WHEN, refetch=True)
    assert entries(lake.read("coverage")) == before
