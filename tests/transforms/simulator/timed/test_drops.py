"""The drops of a made-up feed: every hand tells the same, and in the end the truth."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.transforms.simulator.timed.conftest import DAYS, START
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.sift import SiftedDrop, sift_drop
from transforms.simulator.timed import TimedTruth, simulate_timed, write_drops
from transforms.simulator.timed.drops import daily, sent
from transforms.simulator.timed.hands import HANDS


LONDON = ZoneInfo("Europe/London")
AUTUMN = date(2025, 10, 26)
RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)
ABOUT_A_METRE = 1.5e-5  # degrees: half a metre of rounding in each direction

Record = dict[str, Any]


@pytest.fixture(scope="module")
def around_autumn() -> TimedTruth:
    """Three weeks about the night that has an hour twice, busy enough to fill it."""
    return simulate_timed(8, AUTUMN - timedelta(10), 21, size=3)


@pytest.fixture(scope="module")
def sifted(
    around_autumn: TimedTruth, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[SiftedDrop]]:
    """Every drop in every hand, read by the hand's own mapping."""
    folder = tmp_path_factory.mktemp("drops")
    found = {}
    for hand, how in HANDS.items():
        mapping = read_mapping(how.mapping, f"{hand}.toml")
        found[hand] = [
            sift_drop(path.read_bytes(), mapping, RECEIVED, path.name)
            for path in write_drops(around_autumn, folder / hand, hand)
        ]
    return found


def records(drops: list[SiftedDrop]) -> list[Record]:
    return [r for drop in drops for r in drop.records.reveal().to_pylist()]


def showings(row: Record) -> set[int]:
    """Of the ends of a span in an hour shown twice, in which showing: 0 or 1."""
    found = set()
    for end in (row["occurred_from"], row["occurred_to"]):
        if end is not None:
            clock = end.astimezone(LONDON)
            if clock.replace(fold=0).utcoffset() != clock.replace(fold=1).utcoffset():
                found.add(clock.fold)
    return found


def test_each_hand_reads_all_its_rows_and_none_is_in_the_hour_left_out(
    around_autumn: TimedTruth, sifted: dict[str, list[SiftedDrop]]
) -> None:
    rows = [len(table) for _, table in daily(around_autumn)]
    for hand, drops in sifted.items():
        assert [drop.rows_in for drop in drops] == rows
        assert sum(drop.skipped for drop in drops) == 0
        rules = {rule for d in drops for rule in d.quarantined["rule"].to_pylist()}
        assert rules <= ({"backwards"} if "csv" in hand else set())


def test_the_hour_shown_twice_is_counted_exactly(
    around_autumn: TimedTruth, sifted: dict[str, list[SiftedDrop]]
) -> None:
    """Local times without an offset: each such row is told, none else is."""
    odd = Counter(
        row["day"] for row in sent(around_autumn).to_pylist() if showings(row)
    )
    known = [odd[day] for day, _ in daily(around_autumn)]
    assert sum(known) > 50
    for hand, drops in sifted.items():
        counted = [drop.ambiguous for drop in drops]
        assert counted == (known if "csv" in hand else [0] * len(drops))


@pytest.mark.parametrize("hand", ["csv", "csv-cp1252", "sql"])
def test_every_hand_tells_the_same(
    sifted: dict[str, list[SiftedDrop]], hand: str
) -> None:
    """But that metres are whole, and an hour's second showing passes for its first."""
    local = "csv" in hand
    known, found = records(sifted["jsonl"]), records(sifted[hand])
    if local:
        unclear = {row["reference"] for row in known if 1 in showings(row)}
        known = [row for row in known if row["reference"] not in unclear]
        found = [row for row in found if row["reference"] not in unclear]
    assert len(known) == len(found) > 5_000
    loose = {"raw_sha256", "raw_line", "time_ambiguous"}
    if local:
        loose |= {"longitude", "latitude", "h3_r9", "h3_r10"}
    for row, other in zip(known, found, strict=True):
        assert {k: v for k, v in row.items() if k not in loose} == {
            k: v for k, v in other.items() if k not in loose
        }
        for axis in ("longitude", "latitude"):
            if row[axis] is not None:
                assert abs(row[axis] - other[axis]) <= ABOUT_A_METRE


def test_the_drops_in_order_end_in_the_truth(
    around_autumn: TimedTruth, sifted: dict[str, list[SiftedDrop]]
) -> None:
    last = AUTUMN + timedelta(10)
    held: dict[str, Record] = {}
    for row in records(sifted["jsonl"]):
        assert not row["deleted"] or row["reference"] in held
        held[row["reference"]] = row
    for row in around_autumn.incidents.to_pylist():
        if row["recorded_on"] > last:
            assert row["reference"] not in held
            continue
        record = held.pop(row["reference"])
        gone = row["deleted_on"] is not None and row["deleted_on"] <= last
        assert record["deleted"] == gone
        if gone:
            assert record["category"] is record["longitude"] is None
            continue
        same = ["category", "occurred_from", "occurred_to", "place_label"]
        same += ["domestic", "sexual", "under_18"]
        assert [record[name] for name in same] == [row[name] for name in same]
        pending = row["revised_on"] is not None and row["revised_on"] > last
        first = "first_" if pending else ""
        for name in ("offence_code", "longitude", "latitude"):
            assert record[name] == row[first + name]
    assert not held


def test_later_drops_put_right_and_delete(truth: TimedTruth) -> None:
    incidents = truth.incidents
    revised = incidents.filter(pc.is_valid(incidents["revised_on"]))
    deleted = incidents.filter(pc.is_valid(incidents["deleted_on"]))
    assert len(revised) / len(incidents) == pytest.approx(0.03, rel=0.1)
    assert len(deleted) / len(incidents) == pytest.approx(0.005, rel=0.3)
    for some, when in ((revised, "revised_on"), (deleted, "deleted_on")):
        assert pc.all(pc.greater(some[when], some["recorded_on"])).as_py()
    recoded = pc.not_equal(*_texts(revised, "offence_code", "first_offence_code"))
    east = pc.not_equal(revised["longitude"], revised["first_longitude"])
    north = pc.not_equal(revised["latitude"], revised["first_latitude"])
    assert pc.all(pc.or_(recoded, pc.or_(east, north))).as_py()
    assert 0.2 < pc.mean(recoded.cast(pa.int8())).as_py() < 0.5


def _texts(table: pa.Table, *names: str) -> list[pa.ChunkedArray]:
    return [table[name].cast(pa.string()) for name in names]


def test_there_is_a_drop_a_day_and_names_sort_by_time(tmp_path: Path) -> None:
    made = simulate_timed(2, date(2025, 12, 28), 6, size=0.3)
    written = write_drops(made, tmp_path, "csv")
    assert written == sorted(tmp_path.iterdir())
    days = [re.fullmatch(r"avonmere-(.{10})\.csv", p.name)[1] for p in written]
    assert days == [str(date(2025, 12, 28) + timedelta(i)) for i in range(6)]


def test_a_day_with_nothing_to_tell_has_no_file(tmp_path: Path) -> None:
    made = simulate_timed(2, START, 2, size=0.0001)
    assert write_drops(made, tmp_path, "sql") == []


def test_the_table_of_the_database_has_plain_types(tmp_path: Path) -> None:
    [path, *_] = write_drops(simulate_timed(2, START, 3, size=0.2), tmp_path, "sql")
    schema = pq.read_schema(path)
    assert schema.field("updated_on").type == pa.date32()
    assert schema.field("occurred_from").type == pa.timestamp("us", "UTC")
    assert schema.field("offence_code").type == pa.string()
    assert schema.field("under_18").type == pa.bool_()


def test_windows_reads_its_own_letters(tmp_path: Path) -> None:
    made = simulate_timed(2, START, 4, size=0.5)
    data = b"".join(p.read_bytes() for p in write_drops(made, tmp_path, "csv-cp1252"))
    assert "Café Row".encode("cp1252") in data
    assert data.startswith(b"Crime ref;HO code;")


@pytest.mark.parametrize("hand", HANDS)
def test_the_same_seed_writes_the_same_bytes(hand: str, tmp_path: Path) -> None:
    digests = []
    for name, seed in (("one", 1), ("two", 1), ("other", 2)):
        made = simulate_timed(seed, START, 4, size=0.2)
        written = write_drops(made, tmp_path / name, hand)
        digests.append([sha256(path.read_bytes()).hexdigest() for path in written])
    assert digests[0] == digests[1] != digests[2]


def test_a_year_is_told_within_its_days(truth: TimedTruth) -> None:
    days = [day for day, _ in daily(truth)]
    assert days == [START + timedelta(step) for step in range(DAYS)]
    first = Counter(
        row
        for row, deleted in zip(
            sent(truth)["reference"].to_pylist(),
            sent(truth)["deleted"].to_pylist(),
            strict=True,
        )
        if not deleted
    )
    assert set(first.values()) == {1, 2}
