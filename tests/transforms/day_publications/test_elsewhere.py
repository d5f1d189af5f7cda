"""A first drop outside its force's area withholds everything until somebody decides."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from flows.feed_summary import add_pull, pull_account
from flows.summary import Summary
from tests.transforms.feeds.force.made_drops import CSV_MAPPING, Truth, as_csv, csv_row
from tests.transforms.records.made_homes import (
    NOW,
    Offers,
    made_home,
    pulled,
    state,
)
from tests.transforms.records.test_cut_off import killed
from transforms.day_publications.run import run_day
from transforms.errors import WithheldError
from transforms.publications.formats import registry
from transforms.records.drop_doubts import doubts_in
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.pull import pull_of_nothing
from transforms.records.pulled import Pulled
from transforms.records.status import status
from transforms.scores.methods import METHODS


KENT, LEICESTER, WILTSHIRE = (0.52, 51.27), (-1.13, 52.63), (-1.9, 51.3)
FIRST, DAYS, A_DAY = NOW.date() - timedelta(40), 40, 5
ACCEPTED = """
[[feed.drops]]
name = "{}"
as = "accepted"
reason = "a test with the records of another city"
"""


def drop(
    at: tuple[float, float], first: int = 0, days: int = DAYS, a_day: int = A_DAY
) -> bytes:
    """Some incidents of each of those days, around a place."""
    return as_csv(csv_row(one) for one in truths(at, first, days, a_day))


def truths(at: tuple[float, float], first: int, days: int, a_day: int) -> list[Truth]:
    return [
        Truth(
            f"{n}/{k}",
            began=datetime.combine(FIRST + timedelta(n), time(9), NOW.tzinfo),
            place=(at[0] + k / 900, at[1] + n / 9000),
        )
        for n in range(first, first + days)
        for k in range(a_day)
    ]


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    return made_home(tmp_path)


def accepting(home: ForceHome, name: str) -> ForceHome:
    settings = home.home.root / "hexbeat.toml"
    settings.write_text(settings.read_text() + ACCEPTED.format(name))
    return open_force_home(home.home.root)


def in_doubt(done: Pulled) -> list[str]:
    return [doubt.in_words for doubt in done.doubts]


def noted(home: ForceHome, done: Pulled) -> list[str]:
    summary = Summary(stage="pull", asked=[home.force])
    add_pull(summary, pull_account(home, done))
    return summary.notes


def publish(home: ForceHome, monkeypatch: pytest.MonkeyPatch) -> str:
    needed = {name: row for name, row in registry.FORMATS.items() if row.needed}
    documents = {k: row for k, row in registry.FORMATS.items() if k == "METHOD.md"}
    monkeypatch.setattr(registry, "FORMATS", needed | documents)
    done = run_day(home, METHODS["rolling_count_28d"], "me", NOW)
    assert date.fromisoformat(str(done.as_of)) < NOW.date()
    return (done.folder / "internal" / "METHOD.md").read_text()


def test_nothing_is_published_from_it_until_it_is_accepted(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    drops = {"1.csv": drop(LEICESTER)}
    done = pulled(home, drops)
    said = "1.csv: only 0 of 200 places lie in or near the area of kent"
    assert (in_doubt(done), done.nowhere, len(state(home))) == ([said], [], 200)
    again = pulled(home, drops)
    quiet = pull_of_nothing(home, Offers(drops), "me", NOW)
    assert (again.doubts, again.still_in_doubt) == ([], 1)  # it is news once
    assert quiet is not None
    [note] = noted(home, quiet)
    assert note.startswith("1 drop is still in doubt (publications are withheld): see")
    with pytest.raises(WithheldError, match=f"a drop is in doubt: {said}. Mend the"):
        publish(home, monkeypatch)
    assert not (home.home.publications / "latest.json").exists()
    assert home.lake.files("day_scores", "kent") == []

    home = accepting(home, "1.csv")
    assert status(home, NOW, 9).doubts == []
    assert noted(home, pulled(home, drops)) == []
    said = "1.csv: taken with places outside the area of the force, accepted: a test"
    assert said in " ".join(publish(home, monkeypatch).split())
    assert pulled(home, {"1.csv": drop(LEICESTER)}).doubts == []


def test_a_few_records_outside_are_normal(home: ForceHome) -> None:
    rows = [csv_row(one) for one in truths(KENT, 0, 20, 5)]
    rows += [csv_row(one) for one in truths(LEICESTER, 20, 8, 5)]
    assert pulled(home, {"1.csv": as_csv(rows)}).doubts == []


def test_drops_of_one_pull_are_one_line(home: ForceHome) -> None:
    drops = {f"{n}.csv": drop(LEICESTER, 5 * n, 5) for n in range(4)}
    [said] = in_doubt(pulled(home, drops))
    assert said == (
        "0.csv and 3 more of that pull: only 0 of 25 places lie in or near the area of"
        " kent"
    )
    home = accepting(home, "[0-2].csv")
    assert status(home, NOW, 9).doubts == [
        "3.csv: only 0 of 25 places lie in or near the area of kent"
    ]


def test_small_drops_are_judged_together(home: ForceHome) -> None:
    found = [
        in_doubt(pulled(home, {f"{n}.csv": drop(LEICESTER, n, 1)})) for n in range(5)
    ]
    assert found[:3] == [[], [], []]
    [said] = found[3]
    assert said == (
        "3.csv: only 0 of 20 places, with those of the drops before it, lie in or near"
        " the area of kent"
    )
    assert found[4]


def test_what_is_in_doubt_is_no_yardstick_for_the_next(home: ForceHome) -> None:
    """A test export, then the right one: that was refused for lying far from it."""
    pulled(home, {"1.csv": drop(LEICESTER)})
    done = pulled(home, {"2.csv": drop(KENT, days=20)})
    assert (done.rejected, done.doubts, done.drops) == ({}, [], 1)
    assert len(status(home, NOW, 9).doubts) == 1  # half of the first still counts
    pulled(home, {"3.csv": drop(KENT, 20, 20)})
    assert status(home, NOW, 9).doubts == []
    assert list(pulled(home, {"4.csv": drop(WILTSHIRE)}).rejected) == ["4.csv"]


def test_what_is_accepted_is_the_yardstick(home: ForceHome) -> None:
    home = accepting(home, "1.csv")
    pulled(home, {"1.csv": drop(LEICESTER)})
    assert pulled(home, {"2.csv": drop(LEICESTER, 5, 5)}).doubts == []
    assert list(pulled(home, {"3.csv": drop(WILTSHIRE)}).rejected) == ["3.csv"]


EASTING, NORTHING = 'easting = "E"', 'northing = "N"'
MOVED = {"E": "E2", "N": "N2"}


def two_grids() -> bytes:
    """The right places in two columns, and wrong ones in two others."""
    right = [csv_row(one) for one in truths(KENT, 0, DAYS, A_DAY)]
    wrong = [csv_row(one) for one in truths(LEICESTER, 0, DAYS, A_DAY)]
    rows = [
        good | {"E": bad["E"], "N": bad["N"], "E2": good["E"], "N2": good["N"]}
        for good, bad in zip(right, wrong, strict=True)
    ]
    return as_csv(rows)


def mended(home: ForceHome) -> ForceHome:
    text = CSV_MAPPING.replace(EASTING, 'easting = "E2"')
    home.feed.mapping.write_text(text.replace(NORTHING, 'northing = "N2"'))
    return open_force_home(home.home.root)


def places(home: ForceHome) -> set[bool]:
    return {row["longitude"] > 0 for row in state(home).values()}  # type: ignore[operator]


@pytest.mark.parametrize("offers", [{}, {"1.csv": two_grids()}])
def test_a_mended_mapping_reads_all_of_it_anew(
    home: ForceHome, offers: Mapping[str, bytes]
) -> None:
    pulled(home, {"1.csv": two_grids()})
    assert places(home) == {False}
    home = mended(home)
    assert pull_of_nothing(home, Offers(offers), "me", NOW) is None
    done = pulled(home, offers)
    assert (done.drops, done.doubts, done.rejected) == (1, [], {})
    assert places(home) == {True}
    assert status(home, NOW, 9).doubts == []
    assert pull_of_nothing(home, Offers(offers), "me", NOW) is not None


def test_a_mapping_that_refuses_it_is_news_once_and_the_doubt_stays(
    home: ForceHome,
) -> None:
    pulled(home, {"1.csv": drop(LEICESTER)})
    home = mended(home)
    assert "no column 'E2'" in pulled(home, {}).rejected["1.csv"]
    assert pulled(home, {}).rejected == {}
    assert len(status(home, NOW, 9).doubts) == 1


@pytest.mark.parametrize(
    "where", ["landing.ledger.commit", "pull.vacuum", "pull.doubts_among"]
)
def test_a_pull_that_was_cut_off_leaves_the_doubt(where: str, home: ForceHome) -> None:
    drops = {"1.csv": drop(LEICESTER)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"transforms.records.{where}", killed)
        with pytest.raises(KeyboardInterrupt):
            pulled(home, drops)
    assert len(pulled(home, {}).doubts) == 1
    assert len(doubts_in(home, home.lake)) == 1
