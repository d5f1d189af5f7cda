"""A database with a watermark through all that can happen to a feed's records.

Beside it a plain model: what its last whole comparison has to have stored.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.records.test_watermark import OVERLAP_S, WATERMARKED, Force
from transforms.records.erasure import erase_reference
from transforms.records.homes import open_force_home
from transforms.records.reread import reread
from transforms.records.retention import confirm_due, due, retained_from


KEPT_DAYS, DAY_MINUTES = 40, 24 * 60
KNOWN, UNHEARD_OF = "30A", "77Z"
SHORT = WATERMARKED.replace("retention_days = 2557", f"retention_days = {KEPT_DAYS}")


@dataclass
class Lived(Force):
    """A force whose rows have codes and days, and what a home has to have of them."""

    is_mended: bool = False
    erased: set[str] = field(default_factory=set)
    said: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # as in the db
    read: dict[str, tuple[str, int]] = field(default_factory=dict)  # street and day

    def say(self, reference: str, street: str, code: str, days_ago: int) -> None:
        """A row as it is from now on; it began so many days ago."""
        began = self.now - timedelta(days=days_ago)
        self.put(reference, street)
        self.ask(
            "UPDATE crimes SET offence = ?, began = ? WHERE id = ?",
            code, f"{began:%Y-%m-%dT%H:%M:%SZ}", reference,
        )  # fmt: skip
        self.said[reference] = street, code, began.toordinal()

    def drop(self, reference: str) -> None:
        self.remove(reference)
        self.said.pop(reference, None)

    def erase(self, reference: str) -> None:
        erase_reference(self.home, reference, "asked for", "me", self.now)
        self.erased.add(reference)

    def mend(self) -> None:
        """A mapping that knows the code, and all that was quarantined read again."""
        path = self.home.feed.mapping
        text = path.read_text()
        if not self.is_mended:
            line = "[categories.codes]"
            path.write_text(text.replace(line, f'{line}\n"{UNHEARD_OF}" = "robbery"'))
        self.is_mended = True
        self.home = open_force_home(self.home.home.root)
        reread(self.home, "me", self.now)

    @property
    def compare_minutes(self) -> int:
        """Until all is asked for again."""
        database = self.home.mapping.database
        assert database is not None
        return database.compare_days * DAY_MINUTES

    def compare(self) -> None:
        """All is asked for, and what is past its retention goes, confirmed."""
        assert self.pull(minutes=self.compare_minutes).asked == "all"
        if due(self.home, self.now):
            confirm_due(self.home, "me", self.now)
        for reference, (street, code, began) in self.said.items():
            if code == KNOWN or self.is_mended:
                self.read[reference] = street, began
        first = retained_from(self.home, self.now).toordinal()
        self.read = {
            reference: (street, began)
            for reference, (street, began) in self.read.items()
            if reference in self.said.keys() - self.erased and began >= first
        }

    @property
    def modelled(self) -> dict[str, str]:
        return {reference: street for reference, (street, _) in self.read.items()}


def made_with(folder: Path, overlap: int, compare_days: int) -> Lived:
    """A force with three rows, whose mapping has those two numbers."""
    text = SHORT.replace(
        f"overlap = {OVERLAP_S}",
        f"overlap = {overlap}\ncompare_days = {compare_days}",
    )
    force = Lived.made(folder, text)
    for number in range(3):  # so that there always is something
        force.say(f"always-{number}", "Bow Lane", KNOWN, 0)
    return force


OVERLAPS_S = st.sampled_from([0, 1, 59, OVERLAP_S, 7 * 24 * 3600, 10**15])
COMPARE_DAYS = st.sampled_from([1, 2, 7])
REFERENCES = st.sampled_from("abcdef")
STREETS = st.sampled_from(["Pudding Lane", "Fish Street", "Bow Lane"])
SAY = st.tuples(
    st.just("say"),
    REFERENCES,
    STREETS,
    st.sampled_from([KNOWN, KNOWN, UNHEARD_OF]),
    # on the day itself that goes next, before it, and well within
    st.sampled_from([0, 1, KEPT_DAYS - 2, KEPT_DAYS - 1, KEPT_DAYS, KEPT_DAYS + 5]),
)
STEP = st.one_of(
    SAY, SAY,
    st.tuples(st.just("drop"), REFERENCES),
    st.tuples(st.just("erase"), REFERENCES),
    st.tuples(st.just("pull"), st.sampled_from([1, 15])),
    st.tuples(st.just("compare")),
    st.tuples(st.just("mend")),
)  # fmt: skip


@settings(max_examples=8)
@given(st.lists(STEP, min_size=3, max_size=12), OVERLAPS_S, COMPARE_DAYS)
def test_what_the_model_says_is_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[Any, ...]],
    overlap: int,
    compare_days: int,
) -> None:
    force = made_with(tmp_path_factory.mktemp("force"), overlap, compare_days)
    force.compare()
    for step, *given_ in [*steps, ("compare",)]:
        getattr(force, step)(*given_)
        assert not force.erased & force.stored.keys()
        if step == "compare":
            assert force.stored == force.modelled, steps


LATE = st.tuples(REFERENCES, STREETS, st.integers(0, 8 * 24 * 3600))


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(st.lists(LATE, max_size=3), st.sampled_from([1, 700, 1441, 3000])),
        min_size=2, max_size=5,
    ),
    OVERLAPS_S,
    COMPARE_DAYS,
)  # fmt: skip
def test_a_pull_knows_what_its_overlap_and_its_days_say(
    tmp_path_factory: pytest.TempPathFactory,
    rounds: list[tuple[list[tuple[str, str, int]], int]],
    overlap: int,
    compare_days: int,
) -> None:
    """Beside it two plain rules: what is asked for, and which late rows come too."""
    force = made_with(tmp_path_factory.mktemp("force"), overlap, compare_days)
    force.pull()
    compared_at, known = force.now, dict(force.there)
    mark = max(changed for _, changed in force.rows.values())
    for late, minutes in rounds:
        for reference, street, late_s in late:
            force.put(reference, street, late_s)
        done = force.pull(minutes)
        is_due = force.now - compared_at >= timedelta(days=compare_days)
        newest = max(changed for _, changed in force.rows.values())
        if is_due:
            known, compared_at = dict(force.there), force.now
        else:
            seconds = min(overlap, 10**9)
            known |= {
                reference: street
                for reference, (street, changed) in force.rows.items()
                if _cut(changed) >= _cut(mark - timedelta(seconds=seconds))
            }
        assert done.asked == ("all" if is_due else "changes")
        assert force.stored == known
        if newest < mark:  # what was newest is older now: all is asked for next
            return
        mark = newest


def _cut(moment: datetime) -> datetime:
    """Texts are asked for from the whole minute on."""
    return moment.replace(second=0, microsecond=0)


def test_what_is_past_its_retention_is_no_record_again(tmp_path: Path) -> None:
    force = Lived.made(tmp_path, SHORT)
    force.say("old", "Bow Lane", KNOWN, KEPT_DAYS - 1)
    for number in range(60):
        force.say(f"new-{number}", "Bow Lane", KNOWN, 1)
    force.pull()
    assert "old" in force.stored
    within, removed = (force.pull(minutes=DAY_MINUTES) for _ in range(2))
    assert (within.drops, within.removed.records, removed.withheld) == (0, 0, None)
    # asked for with all others, it is read once more, and goes with that drop
    assert removed.counts["rows_in"] == 1
    assert removed.removed.records == 2
    assert force.stored.keys() == force.rows.keys() - {"old"}
    assert force.pull(minutes=DAY_MINUTES).drops == 0
    assert force.stored.keys() == force.rows.keys() - {"old"}


def test_a_drop_in_doubt_is_in_doubt_until_its_rows_are_read(tmp_path: Path) -> None:
    """Its rows are neither news at the next comparison nor forgotten by it."""
    force = Lived.made(tmp_path, SHORT)
    for number in range(40):
        force.say(f"r{number}", "Bow Lane", KNOWN if number > 3 else UNHEARD_OF, 1)
    assert len(force.pull().doubts) == 1
    again = force.pull(minutes=DAY_MINUTES)
    assert (again.asked, again.drops, again.still_in_doubt) == ("all", 0, 1)
    force.mend()
    after = force.pull(minutes=DAY_MINUTES)
    assert (after.drops, after.still_in_doubt) == (0, 0)
    assert force.stored == force.there
