"""A drop that is listed as it was read is not read again, and nothing else differs."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import (
    NOW,
    UPDATED_MAPPING,
    made_home,
    state,
    truth,
)
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    nothing_known,
)
from transforms.records import ledger
from transforms.records.homes import ForceHome
from transforms.records.listed import TRUSTED_DAYS
from transforms.records.pull import pull, pull_of_nothing
from transforms.records.pulled import Pulled


def csv(reference: str, day: int = 1) -> bytes:
    """A record as a drop, last changed on that day."""
    changed = {"Updated": f"{day:02}/11/2026 10:00"}
    return as_csv([csv_row(truth(reference, day)) | changed])


class Watched(DropFolder):
    """A folder that notes what is read of it, and how long it waits."""

    def __init__(self, folder: Path) -> None:
        self.read: list[str] = []
        self.waited: list[float] = []
        super().__init__(folder, self.waited.append)

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        return [self._watched(each) for each in super().offered(known)]

    def _watched(self, each: OfferedDrop) -> OfferedDrop:
        def read() -> bytes:
            self.read.append(each.name)
            return each.read()

        return OfferedDrop(each.name, read, each.listed)


@dataclass
class Place:
    """A home and the folder that it pulls from."""

    home: ForceHome
    drops: Path

    def put(self, name: str, data: bytes, at: int) -> None:
        (self.drops / name).write_bytes(data)
        os.utime(self.drops / name, (at, at))

    def pull(self, days_later: float = 0) -> tuple[Pulled, Watched]:
        source = Watched(self.drops)
        return pull(self.home, source, "me", NOW + timedelta(days_later)), source


def place(folder: Path, mapping: str = CSV_MAPPING) -> Place:
    (folder / "drops").mkdir()
    return Place(made_home(folder, mapping), folder / "drops")


def test_nothing_is_read_or_waited_for_where_nothing_is_new(tmp_path: Path) -> None:
    there = place(tmp_path)
    there.put("a.csv", csv("a"), 1)
    there.put("b.csv", csv("b"), 1)
    first, source = there.pull()
    assert (first.drops, source.read) == (2, ["a.csv", "b.csv"])
    again, source = there.pull()
    assert (again.drops, again.unchanged, again.changed) == (0, 2, False)
    assert (source.read, source.waited) == ([], [])
    there.put("c.csv", csv("c"), 1)
    more, source = there.pull()
    assert (more.drops, more.unchanged, source.read) == (1, 2, ["c.csv"])


@pytest.mark.parametrize("mapping", [CSV_MAPPING, UPDATED_MAPPING])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("more", ["", "\n"])
def test_other_bytes_by_a_known_name_are_seen(
    tmp_path: Path, mapping: str, at: int, more: str
) -> None:
    there = place(tmp_path, mapping)
    there.put("a.csv", csv("a"), 1)
    there.pull()
    there.put("a.csv", csv("b") + more.encode(), at)
    is_seen = at == 2 or more != ""
    done, source = there.pull(days_later=1)
    assert source.read == (["a.csv"] if is_seen else [])
    # behind its time, it is seen once its bytes are not trusted any more
    late, _ = (done, source) if is_seen else there.pull(days_later=TRUSTED_DAYS)
    refused = mapping == CSV_MAPPING
    assert (len(late.rejected), late.drops) == ((1, 0) if refused else (0, 1))
    assert sorted(state(there.home)) == (["a"] if refused else ["a", "b"])


def test_a_refused_drop_is_read_each_time_and_reported_once(tmp_path: Path) -> None:
    there = place(tmp_path)
    there.put("a.csv", b"not,a,drop\n", 1)
    pulls = [there.pull() for _ in range(3)]
    assert [source.read for _, source in pulls] == [["a.csv"]] * 3
    assert [list(done.rejected) for done, _ in pulls] == [["a.csv"], [], []]


def test_what_is_remembered_names_no_time_and_no_size(tmp_path: Path) -> None:
    there = place(tmp_path)
    there.put("a.csv", csv("a"), 1_234_567_890)
    there.pull()
    known = (there.home.home.root / "listed.json").read_text()
    assert "a.csv" in known
    assert "1234567890" not in known
    assert str(there.drops) not in known
    (there.drops / "a.csv").unlink()
    there.pull()
    assert "a.csv" not in (there.home.home.root / "listed.json").read_text()


def test_a_listing_of_another_place_is_not_trusted(tmp_path: Path) -> None:
    there = place(tmp_path)
    there.put("a.csv", csv("a"), 1)
    there.pull()
    (tmp_path / "other").mkdir()
    other = Place(there.home, tmp_path / "other")
    other.put("a.csv", csv("b"), 1)
    done, source = other.pull()
    assert (source.read, len(done.rejected)) == (["a.csv"], 1)


@pytest.mark.parametrize(
    "text", ["", "[1]", "{", '{"a.csv": 1}', '{"a.csv": ["", "", "x"]}']
)
def test_a_damaged_memory_costs_a_reading(tmp_path: Path, text: str) -> None:
    there = place(tmp_path)
    there.put("a.csv", csv("a"), 1)
    there.pull()
    (there.home.home.root / "listed.json").write_text(text)
    done, source = there.pull()
    assert (done.unchanged, source.read) == (1, ["a.csv"])


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["a.csv", "b.csv"]), st.integers(0, 3)),
        st.tuples(st.sampled_from(["a.csv", "b.csv"]), st.none()),
        st.just(("", None)),  # a pull
    ),
    max_size=8,
)


@settings(max_examples=15)
@given(CHANGES, st.booleans())
def test_the_tables_are_those_of_reading_everything(
    changes: list[tuple[str, int | None]], has_updates: bool
) -> None:
    folder = Path(mkdtemp())
    places = []
    for name in ("fast", "slow"):
        (folder / name).mkdir()
        mapping = UPDATED_MAPPING if has_updates else CSV_MAPPING
        places.append(place(folder / name, mapping))
    fast, slow = places
    for at, (name, content) in enumerate([*changes, ("", None), ("", None)], start=1):
        for each in places:
            if name and content is None:
                (each.drops / name).unlink(missing_ok=True)
            elif name:
                each.put(name, csv(f"r{content}", 1 + at), at)
        if not name:
            (slow.home.home.root / "listed.json").unlink(missing_ok=True)
            (one, _), (other, _) = fast.pull(), slow.pull()
            assert one == replace(other, rejected=one.rejected)
            assert list(one.rejected) == list(other.rejected)
    assert state(fast.home) == state(slow.home)
    entries = [[(e.name, e.observed, e.rows_in) for e in _drops(p)] for p in places]
    assert entries[0] == entries[1]
    rmtree(folder)


def _drops(each: Place) -> list[ledger.Entry]:
    return sorted(
        ledger.drops(each.home.lake, "kent"), key=lambda e: (e.name, str(e.raw_sha256))
    )


@dataclass
class Answers:
    """A database whose answer is that now."""

    answer: bytes
    asked: int = 0
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def offered(self, _: Known = nothing_known) -> list[OfferedDrop]:
        self.asked += 1
        name = f"{self.asked:03}.csv"
        return [OfferedDrop(name, lambda: self.answer, is_answer=True)]


def test_an_answer_that_has_not_changed_is_no_new_drop(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    one, two = csv("a", 1), csv("a", 2)
    source = Answers(one)
    taken = []
    for source.answer in (one, one, two, two, one, one):
        done = pull(home, source, "me", NOW)
        taken.append((done.drops, done.unchanged))
    # what has changed back is new: its time is the latest
    assert taken == [(1, 0), (0, 1), (1, 0), (0, 1), (1, 0), (0, 1)]
    [began] = [row["occurred_from"] for row in state(home).values()]
    assert began == truth("a", 1).began


def files(home: ForceHome) -> dict[str, bytes]:
    """Every file of a home but those that any look at it writes."""
    root = home.home.root
    passing = {"feed.lock", "retention.json", "listed.json"}
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in passing
    }


def change_nothing(_: Place) -> None:
    pass


def one_more(there: Place) -> None:
    there.put("b.csv", csv("b"), 1)


def one_refused(there: Place) -> None:
    there.put("b.csv", b"not,a,drop\n", 1)


def one_misnamed(there: Place) -> None:
    there.put("b\n.csv", csv("b"), 1)


def one_known_to_be_refused(there: Place) -> None:
    one_refused(there)
    there.pull()


def a_refused_one_is_gone(there: Place) -> None:
    there.put("b.csv", b"not,a,drop\n", 1)
    there.pull()
    (there.drops / "b.csv").unlink()


def another_mapping(there: Place) -> None:
    there.home = replace(there.home, mapping_sha256="0" * 64)


def a_removal_begun(there: Place) -> None:
    there.home.tombstones.begin({})


def a_reference_refused(there: Place) -> None:
    there.home.tombstones.add(["a"])


@pytest.mark.parametrize(
    ("change", "days_later", "is_nothing"),
    [
        (change_nothing, 0, True),
        (change_nothing, 1, True),
        (change_nothing, TRUSTED_DAYS, True),
        (change_nothing, 9 * 365, False),  # past its retention
        (one_more, 0, False),
        (one_refused, 0, False),
        (one_known_to_be_refused, 0, True),
        (one_misnamed, 0, False),
        (a_refused_one_is_gone, 0, False),
        (another_mapping, 0, False),
        (a_removal_begun, 0, False),
        (a_reference_refused, 0, False),
    ],
)
def test_a_pull_of_nothing_is_a_pull_or_changes_nothing(
    tmp_path: Path, change: Callable[[Place], None], days_later: int, is_nothing: bool
) -> None:
    there = place(tmp_path)
    there.put("a.csv", csv("a"), 1)
    there.pull()
    change(there)
    before, source = files(there.home), Watched(there.drops)
    now = NOW + timedelta(days_later)
    done = pull_of_nothing(there.home, source, "me", now)
    after = files(there.home)
    if not is_nothing:
        assert (done, after) == (None, before)
        return
    assert done == there.pull(days_later)[0]
    [line] = after["audit.jsonl"].splitlines()[
        len(before["audit.jsonl"].splitlines()) :
    ]
    [same] = files(there.home)["audit.jsonl"].splitlines()[-1:]
    assert json.loads(line)["what"] == json.loads(same)["what"]
