"""A refused drop is news to the pull that first meets it, and a state from then on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import (
    NOW,
    UPDATED_MAPPING,
    Offers,
    commits,
    made_home,
    pulled,
    state,
    truth,
)
from tests.transforms.records.test_cut_off import cut
from tests.transforms.records.test_listed import Answers
from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import Known, OfferedDrop, nothing_known
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.pull import pull, pull_of_nothing
from transforms.records.pulled import Pulled
from transforms.records.status import status


BAD, WORSE = b"x;y\n1;2\n", b"x;y\n1;3\n"
ACCEPTED = '[[feed.drops]]\nname = "b.csv"\nas = "accepted"\nreason = "known"\n'


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    """One whose first pull has met a drop that it refuses."""
    made = made_home(tmp_path, UPDATED_MAPPING)
    done = pulled(made, offered(BAD))
    assert (list(done.rejected), done.still_refused) == (["b.csv"], 0)
    return made


def offered(bad: bytes | None) -> Mapping[str, bytes]:
    good = {"a.csv": csv_of("a")}
    return good if bad is None else good | {"b.csv": bad}


def csv_of(reference: str) -> bytes:
    """A record as a drop, never changed."""
    return as_csv([csv_row(truth(reference)) | {"Updated": ""}])


def later(home: ForceHome, bad: bytes | None) -> Pulled:
    return pulled(open_force_home(home.home.root), offered(bad))


def test_the_same_refusal_again_is_a_state(home: ForceHome) -> None:
    before = commits(home)
    for _ in range(2):
        done = later(home, BAD)
        assert (done.rejected, done.still_refused, done.unchanged) == ({}, 1, 1)
        quiet = pull_of_nothing(home, Offers(offered(BAD)), "me", NOW)
        assert quiet is not None
        assert (quiet.rejected, quiet.still_refused) == ({}, 1)
    assert commits(home) == before
    assert list(status(home, NOW, 7).refused) == ["b.csv"]


def test_other_bytes_are_news_and_those_that_come_back_are_too(home: ForceHome) -> None:
    for bad in (WORSE, BAD):
        assert pull_of_nothing(home, Offers(offered(bad)), "me", NOW) is None
        assert list(later(home, bad).rejected) == ["b.csv"]


def test_another_mapping_is_another_verdict(home: ForceHome) -> None:
    home.feed.mapping.write_text(home.feed.mapping.read_text() + "# changed\n")
    assert list(later(home, BAD).rejected) == ["b.csv"]
    assert later(home, BAD).rejected == {}


def test_another_name_is_another_drop(home: ForceHome) -> None:
    done = pulled(home, offered(BAD) | {"c.csv": BAD})
    assert (list(done.rejected), done.still_refused) == (["c.csv"], 1)


@pytest.mark.parametrize("lost", ["", "[1]", None])
def test_without_the_memory_it_is_news_again(home: ForceHome, lost: str | None) -> None:
    memory = home.home.root / "told-drops.json"
    memory.unlink() if lost is None else memory.write_text(lost)
    assert list(later(home, BAD).rejected) == ["b.csv"]


def test_the_memory_says_nothing_of_the_drop(home: ForceHome) -> None:
    assert "b.csv" not in (home.home.root / "told-drops.json").read_text()


@pytest.mark.parametrize("where", ["pull.vacuum", "pull.Told.write"])
def test_a_pull_that_was_cut_off_has_reported_nothing(
    where: str, tmp_path: Path
) -> None:
    home = made_home(tmp_path, CSV_MAPPING)
    cut(home, BAD, where)
    assert list(pulled(home, {"1.csv": BAD}).rejected) == ["1.csv"]
    assert pulled(home, {"1.csv": BAD}).rejected == {}


def test_a_drop_that_was_sent_badly_in_between_is_refused_no_more(
    home: ForceHome,
) -> None:
    """The ledger had the bad bytes for ever: those before are stored, and not new."""
    pulled(home, {"a.csv": WORSE})
    assert list(status(home, NOW, 7).refused) == ["a.csv"]
    assert pull_of_nothing(home, Offers(offered(None)), "me", NOW) is None
    pulled(home, offered(None))
    assert status(home, NOW, 7).refused == {}
    assert sorted(state(home)) == ["a"]


def test_a_refused_drop_that_somebody_accepts_is_taken(tmp_path: Path) -> None:
    rows = [csv_row(truth(str(n)), Date_from="01/10/1970") for n in range(9)]
    old = {"b.csv": as_csv(rows)}
    home = made_home(tmp_path)
    assert "over 40 years" in pulled(home, old).rejected["b.csv"]
    settings = home.home.root / "hexbeat.toml"
    settings.write_text(settings.read_text() + ACCEPTED)
    home = open_force_home(home.home.root)
    assert pull_of_nothing(home, Offers(old), "me", NOW) is None
    assert pulled(home, old).drops == 1


@dataclass
class Broken(Offers):
    """A source whose drops do not come whole."""

    why: str = "b.csv: 1 of 2 bytes came"

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        return [replace(each, read=self._refuse) for each in super().offered(known)]

    def _refuse(self) -> bytes:
        raise FileRejectedError(self.why)


def test_bytes_that_do_not_come_are_told_once_and_named(home: ForceHome) -> None:
    pull(home, Offers(offered(None)), "me", NOW)
    broken = Broken({"b.csv": b""})
    found = [list(pull(home, broken, "me", NOW).rejected) for _ in range(2)]
    assert found == [["b.csv"], []]
    assert status(home, NOW, 7).refused == {"b.csv": broken.why}
    broken.why = "b.csv: over 2 GB"
    assert pull(home, broken, "me", NOW).rejected == {"b.csv": broken.why}
    pulled(home, {"b.csv": csv_of("b")})
    assert status(home, NOW, 7).refused == {}


def _refuse_to_answer() -> bytes:
    raise FileRejectedError("database: its answer cannot be read")


@pytest.mark.parametrize("read", [lambda: WORSE, _refuse_to_answer])
def test_an_answer_is_known_by_what_it_says(
    home: ForceHome, read: Callable[[], bytes]
) -> None:
    """Its name is the time at which it was asked for."""

    class Asked(Answers):
        def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
            return [replace(each, read=read) for each in super().offered(known)]

    source = Asked(b"")
    assert list(pull(home, source, "me", NOW).rejected) == ["001.csv"]
    before = commits(home)
    assert pull_of_nothing(home, source, "me", NOW) is not None
    assert pull(home, source, "me", NOW).rejected == {}
    assert commits(home) == before
    assert list(status(home, NOW, 7).refused) == ["001.csv"]
