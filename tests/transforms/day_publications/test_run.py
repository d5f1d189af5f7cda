"""A made-up force's feed, from its drops to a publication, as the flow does it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest

from tests.transforms.records.made import seen
from transforms.days.day import Day, day_clock
from transforms.days.run import (
    KEPT_AS_OFS,
    DayRun,
    backtest_feed,
    backtest_home,
    read_held,
    run_day,
)
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.home import open_home
from transforms.records.erasure import erase_reference
from transforms.records.held import live_records
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.records.verification import verify_feed
from transforms.scores import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


DAYS = 120
NOW = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = METHODS["point_exposure"]
NEWEST = Day.of(date(2025, 9, 1)) + (DAYS - 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> ForceHome:
    folder = tmp_path_factory.mktemp("feed")
    truth = simulate_timed(3, date(2025, 9, 1), DAYS, 0.1)
    write_drops(truth, folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    made = open_force_home(
        create_force_home(folder / "home", folder / "mapping.toml", None)
    )
    pull(made, DropFolder(folder / "drops", lambda _: None), "me", NOW)
    return made


def run(home: ForceHome, day: Day | None = None) -> DayRun:
    return run_day(home, METHOD, "me", NOW, day)


def test_a_day_is_scored_and_published_once(home: ForceHome) -> None:
    done = run(home)
    assert (str(done.as_of), done.scored, done.created) == (str(NEWEST), True, True)
    again = run(home)
    assert (again.scored, again.created, again.run_id) == (False, False, done.run_id)
    found = verify_feed(home)
    assert (found.whole, found.run_id) == (True, done.run_id)
    assert found.checked["raw"] >= DAYS - 2
    assert home.audit.verify().fault is None


def test_an_earlier_day_knows_nothing_later(home: ForceHome) -> None:
    day = NEWEST + -30
    run(home, day)
    files = home.lake.files("day_scores", home.force)
    assert {file.partition["as_of"] for file in files} >= {str(day)}
    assert len(files) <= KEPT_AS_OFS
    rows = home.lake.read("day_scores", home.force)
    mine = rows.filter(pc.equal(rows["as_of"], str(day)))
    up_to = [d for d in read_held(home).supplied if d <= day]
    assert set(mine["days_365d"].to_pylist()) == {len(up_to)}
    assert len(up_to) < len(read_held(home).supplied)


def test_a_day_s_backtest_knows_no_later_outcome(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.days.backtest.DEFAULT_ORIGINS", {1: 3, 7: 2})
    day = NEWEST + -30
    done = run_day(home, METHOD, "me", NOW, day, backtest=True)
    assert [
        (found.origins, str(found.last), found.horizon_days)
        for found in done.backtested
    ] == [(3, str(day + -1), 1), (2, str(day + -7), 7)]
    method = (done.folder / "internal" / "METHOD.md").read_text()
    assert "| all-crime | 7 | 2 |" in method


@pytest.mark.parametrize(
    ("day", "why"),
    [(NEWEST + 1, "the newest day supplied is"), (NEWEST + -111, "only 10 of the 91")],
)
def test_a_day_that_cannot_be_scored_is_told(
    home: ForceHome, day: Day, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        run(home, day)


def test_a_backtest_is_told_and_audited(home: ForceHome) -> None:
    before = home.audit.verify().lines
    found = backtest_home(home, 7, "me", NOW, NEWEST + -29, None)
    assert (found.origins, str(found.last)) == (4, str(NEWEST + -7))
    assert home.audit.verify().lines == before + 1
    account = found.as_account()
    assert account["first"] == str(found.first)
    assert account["lines"][0]["crime_group"] == "all-crime"
    with pytest.raises(UsageError, match="no day can be judged"):
        backtest_feed(read_held(home), day_clock(1), NEWEST, NEWEST + -200)


def test_an_erased_record_is_nowhere_and_the_day_is_scored_anew(
    home: ForceHome,
) -> None:
    before = run(home)
    rows = live_records(home.lake, home.force).reveal().sort_by("occurred_from")
    reference = rows["reference"][-1].as_py()
    assert seen(home.home.root, reference)
    erase_reference(home, reference, "asked", "me", NOW)
    assert seen(home.home.root, reference) == []
    after = run(home)
    assert after.scored
    assert after.run_id != before.run_id
    assert seen(home.home.root, reference) == []


def test_no_other_command_opens_it_and_an_empty_one_is_told(
    home: ForceHome, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="only hexbeat feed opens it"):
        open_home(home.home.root)
    (tmp_path / "m.toml").write_text(HANDS["csv"].mapping)
    empty = create_force_home(tmp_path / "home", tmp_path / "m.toml", None)
    with pytest.raises(UsageError, match="holds no records of a day"):
        run(open_force_home(empty))
