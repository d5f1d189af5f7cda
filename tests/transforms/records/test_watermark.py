"""A database with a watermark, in a home: beside a plain model of both."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.transforms.feeds.force.made_drops import SQL_MAPPING
from tests.transforms.records.made_homes import NOW, made_home, state
from transforms.errors import UsageError
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.opening import open_source
from transforms.records.erasure import erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.ledger import drops
from transforms.records.pull import pull, pull_of_nothing
from transforms.records.pulled import Pulled
from transforms.records.watermark import Watermark


OVERLAP_S = 600
WATERMARKED = SQL_MAPPING.replace("deleted\nFROM", "deleted, changed\nFROM").replace(
    "[database]", f'[database]\nwatermark = "changed"\noverlap = {OVERLAP_S}'
)
UPDATED = WATERMARKED.replace("[columns]", '[columns]\nupdated = "changed"')
TABLE = """CREATE TABLE crimes (
    id PRIMARY KEY, offence, began, ended, lon, lat, street, domestic, deleted, changed
)"""


@dataclass
class Force:
    """A force's database, and a home that is fed from it."""

    database: Path
    home: ForceHome
    now: datetime = NOW
    rows: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, mapping: str = WATERMARKED) -> Self:
        path = folder / "crimes.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(TABLE)
        return cls(path, made_home(folder, mapping))

    def ask(self, words: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(words, values)

    def put(self, reference: str, street: str, late_s: int = 0) -> None:
        """Insert or change a row, which says that it changed so long ago."""
        changed = self.now - timedelta(seconds=late_s)
        self.ask(
            "INSERT OR REPLACE INTO crimes VALUES (?, '30A', '2026-03-29T00:30:00Z',"
            " NULL, .52, 51.27, ?, 'false', 'false', ?)",
            reference, street, f"{changed:%Y-%m-%dT%H:%M:%S.%f}Z",
        )  # fmt: skip
        self.rows[reference] = street, changed

    def remove(self, reference: str) -> None:
        self.ask("DELETE FROM crimes WHERE id = ?", reference)
        self.rows.pop(reference, None)

    def pull(self, minutes: float = 1) -> Pulled:
        """The next pull, so much later."""
        self.now += timedelta(minutes=minutes)
        access = Access(database_url=SecretStr(f"sqlite:///{self.database}"))
        since = Watermark.of(self.home).since(self.now)
        mapping = self.home.mapping
        source = open_source("sql", mapping, access, self.now, since=since)
        return pull(self.home, source, "me", self.now)

    @property
    def stored(self) -> dict[str, str]:
        """The streets of the live records, by reference."""
        rows = state(self.home).items()
        return {r: str(row["place_label"]) for r, row in rows if not row["deleted"]}

    @property
    def there(self) -> dict[str, str]:
        return {reference: street for reference, (street, _) in self.rows.items()}


REFERENCES = st.sampled_from("abcde")
STREETS = st.sampled_from(["Pudding Lane", "Fish Street", "Bow Lane"])
PUT = st.tuples(st.just("put"), REFERENCES, STREETS, st.integers(0, 3 * OVERLAP_S))
REMOVE = st.tuples(st.just("remove"), REFERENCES)
PULL = st.tuples(st.just("pull"), st.sampled_from([1, 15, 60]))
STEPS = st.lists(st.one_of(PUT, PUT, REMOVE, PULL), max_size=10)


@pytest.mark.parametrize("mapping", [WATERMARKED, UPDATED], ids=["plain", "updated"])
@settings(max_examples=8)
@given(STEPS)
def test_a_whole_comparison_ends_in_the_state_of_the_database(
    tmp_path_factory: pytest.TempPathFactory, mapping: str, steps: list[tuple[Any, ...]]
) -> None:
    force = Force.made(tmp_path_factory.mktemp("force"), mapping)
    force.put("always", "Pudding Lane")
    model: dict[str, str] = {}  # what a pull of changes knows
    for step, *given_ in [*steps, ("pull", 1)]:
        getattr(force, step)(*given_)
        if step != "pull":
            continue
        for reference, street in model.items():
            # nothing that is there is forgotten between comparisons
            assert reference not in force.rows or reference in force.stored, street
        model = force.stored
    force.pull(minutes=24 * 60)
    assert force.stored == force.there
    assert force.pull().drops == 0  # although the overlap is asked for again
    assert force.stored == force.there


def test_a_pull_reads_what_changed_and_what_was_committed_late(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    for number in range(30):
        force.put(f"old-{number:02}", "Bow Lane", late_s=24 * 3600)
    force.put("newest", "Bow Lane")
    first = force.pull()
    assert (first.asked, first.counts["rows_in"]) == ("all", 31)
    force.put("new", "Fish Street")
    force.put("late", "Fish Street", late_s=OVERLAP_S)  # below the newest by less
    force.put("too-late", "Fish Street", late_s=3 * OVERLAP_S)
    force.remove("old-00")
    second = force.pull()
    assert (second.asked, second.counts["rows_in"]) == ("changes", 2)
    assert {"new", "late", "old-00"} <= set(force.stored)
    assert "too-late" not in force.stored
    third = force.pull(minutes=24 * 60)
    assert (third.asked, third.counts["deleted"]) == ("all", 1)
    assert third.counts["rows_in"] == 2  # and the one that came too late
    assert force.stored == force.there


def test_nothing_new_is_no_drop(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    force.put("a", "Bow Lane")
    force.pull()
    force.pull()
    again = force.pull()
    assert (again.asked, again.drops, again.unchanged) == ("changes", 0, 1)
    assert len(drops(force.home.lake, "kent")) == 1
    access = Access(database_url=SecretStr(f"sqlite:///{force.database}"))
    since = Watermark.of(force.home).since(force.now)
    assert since is not None
    source = open_source("sql", force.home.mapping, access, force.now, since=since)
    assert pull_of_nothing(force.home, source, "me", force.now) is not None


def test_a_comparison_without_a_difference_is_no_drop(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    for reference in "abc":
        force.put(reference, "Bow Lane")
    force.ask("UPDATE crimes SET offence = 'unheard of' WHERE id = 'b'")
    assert force.pull().counts["quarantined"] == 1
    done = force.pull(minutes=24 * 60)
    assert (done.asked, done.drops, done.unchanged) == ("all", 0, 1)
    assert force.pull().asked == "changes"
    # what was changed and changed back has been another in between
    force.put("a", "Fish Street")
    assert [force.pull().drops for _ in range(2)] == [1, 0]
    force.put("a", "Bow Lane", late_s=3 * 24 * 3600)
    assert force.pull(minutes=24 * 60).counts["rows_in"] == 1
    assert force.stored == {"a": "Bow Lane", "c": "Bow Lane"}


def without_memory(force: Force) -> None:
    (force.home.home.root / "watermark.json").unlink()


def damaged_memory(force: Force) -> None:
    (force.home.home.root / "watermark.json").write_text("{")


def other_mapping(force: Force) -> None:
    path = force.home.feed.mapping
    path.write_text(path.read_text() + "\n# mended\n")
    force.home = open_force_home(force.home.home.root)


def newest_is_gone(force: Force) -> None:
    """A database that is set back: the row with the newest mark is not there."""
    force.remove("b")
    assert force.pull().asked == "changes"


@pytest.mark.parametrize(
    "change", [without_memory, damaged_memory, other_mapping, newest_is_gone]
)
def test_all_is_asked_for_where_the_mark_says_nothing(
    tmp_path: Path, change: Callable[[Force], None]
) -> None:
    force = Force.made(tmp_path)
    force.put("a", "Bow Lane", late_s=7200)
    force.put("b", "Bow Lane")
    force.pull()
    change(force)
    done = force.pull()
    assert done.asked == "all"
    assert done.went_back == (change is newest_is_gone)
    assert force.stored == force.there
    assert force.pull().asked == "changes"


def test_an_answer_that_lacks_many_records_deletes_none(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    for number in range(40):
        force.put(f"r{number}", "Bow Lane")
    force.pull()
    for number in range(21):
        force.remove(f"r{number}")
    done = force.pull(minutes=24 * 60)
    [why] = done.rejected.values()
    assert why.startswith("database: 21 of 40 stored records are not in its answer")
    assert len(force.stored) == 40
    assert force.pull().asked == "all"  # until that is mended
    force.put("r0", "Bow Lane")
    force.pull()
    assert force.stored == force.there


def test_a_deletion_stays_deleted_and_can_be_taken_back(tmp_path: Path) -> None:
    force = Force.made(tmp_path, UPDATED)
    force.put("a", "Bow Lane")
    force.put("b", "Bow Lane", late_s=60)
    force.pull()
    kept = force.rows["b"]
    force.remove("b")
    force.pull(minutes=24 * 60)
    assert set(force.stored) == {"a"}
    force.put("b", "Bow Lane", late_s=int((force.now - kept[1]).total_seconds()))
    force.pull(minutes=24 * 60)
    assert force.stored == force.there


def test_an_erased_record_does_not_come_back(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    force.put("a", "Bow Lane")
    force.put("b", "Bow Lane")
    force.pull()
    erase_reference(force.home, "a", "asked for", "me", force.now)
    force.put("c", "Bow Lane")
    assert force.pull(minutes=24 * 60).counts["erased"] == 1
    assert set(force.stored) == {"b", "c"}
    assert Watermark.of(force.home).since(force.now) is not None


def test_a_watermark_goes_with_a_tombstone() -> None:
    text = WATERMARKED[: WATERMARKED.index("[tombstone]")]
    text += WATERMARKED[WATERMARKED.index("[database]") :]
    with pytest.raises(UsageError, match=r"\[database\] watermark: it finds deletions"):
        read_mapping(text, "kent.toml")


def test_it_remembers_a_time_and_nothing_else_of_a_row(tmp_path: Path) -> None:
    force = Force.made(tmp_path)
    force.put("46/1/26", "Bow Lane")
    force.pull()
    said = (force.home.home.root / "watermark.json").read_text()
    assert "46/1/26" not in said
    reached = Watermark.of(force.home).before
    assert reached is not None
    changed = force.rows["46/1/26"][1]
    assert datetime.fromisoformat(f"{reached.mark.value}+00:00") == changed
