"""A feed with days missing: nothing that rests on them is published unseen."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from flows.feed_summary import add_score, score_account
from flows.feed_tasks import score_day_of
from flows.summary import Summary
from tests.flows.commands import hexbeat
from tests.flows.servers import with_database
from tests.transforms.records.made_homes import Offers
from transforms.day_publications.backtest import backtest_feed
from transforms.day_publications.run import DayRun, run_day
from transforms.day_publications.stored import read_stored
from transforms.errors import WithheldError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.reference.days import Day, day_clock
from transforms.scores.methods import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = date(2025, 9, 1)
GAP = [Day.parse("2025-12-14"), Day.parse("2025-12-15"), Day.parse("2025-12-16")]
CUT = [Day.parse("2025-12-27"), Day.parse("2025-12-28"), Day.parse("2025-12-29")]
OVERRIDE = """
[[feed.days]]
from = 2025-12-14
to = 2025-12-16
as = "set_aside"
reason = "their export failed"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of a feed: nothing of three days, a record of each of the newest."""
    folder = tmp_path_factory.mktemp("feed")
    write_drops(simulate_timed(3, FIRST, 120, 0.1), folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    home = create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    gap = [f"{day.date:%d/%m/%Y}" for day in GAP]
    for drop in (folder / "drops").iterdir():
        lines = drop.read_text(encoding="utf-8").splitlines(keepends=True)
        drop.write_text("".join(k for k in lines if not any(d in k for d in gap)))
    _cut([f"{day.date:%d/%m/%Y}" for day in CUT], folder / "drops")
    pull(open_force_home(home), DropFolder(folder / "drops", lambda _: None), "me", NOW)
    return home


def _cut(days: list[str], drops: Path) -> None:
    """Leave one line of each day."""
    seen = set[str]()
    for drop in sorted(drops.iterdir()):
        kept = []
        for line in drop.read_text(encoding="utf-8").splitlines(keepends=True):
            began = line.split(",")[2]
            if began not in seen:
                kept.append(line)
            seen |= {began} & set(days)
        drop.write_text("".join(kept))


def run(root: Path, day: Day | None = None) -> DayRun:
    return run_day(open_force_home(root), METHODS["point_exposure"], "me", NOW, day)


def summarised(done: DayRun) -> Summary:
    summary = Summary(stage="score-day", asked=["avonmere"])
    add_score(summary, score_account("avonmere", done, {}))
    return summary


@pytest.mark.system
def test_a_held_day_is_a_line_and_exit_code_3(root: Path) -> None:
    with_database(root / "prefect")
    done = hexbeat("feed", "score", "--home", root)
    assert done.returncode == 3
    assert done.stdout == "score-day gaps\n"
    said = done.stderr.splitlines()[-1]
    assert said.startswith("hexbeat: avonmere at 2025-12-26 is not published: ")


def test_missing_days_hold_what_rests_on_them_until_somebody_says(root: Path) -> None:
    before = run(root, GAP[0] + -1)
    with pytest.raises(
        WithheldError, match="3 days are missing, the newest 2025-12-16"
    ):
        run(root)
    latest = root / "publications" / "latest.json"
    assert before.run_id in latest.read_text()
    with disable_run_logger():
        held = score_day_of.fn(str(root), "avonmere", None, "point_exposure", False, "")
    assert isinstance(held, dict)
    assert "[[feed.days]]" in held["withheld"]

    settings = root / "hexbeat.toml"
    settings.write_text(settings.read_text() + OVERRIDE)
    done = run(root)
    assert done.run_id in latest.read_text()
    method = (done.folder / "internal" / "METHOD.md").read_text()
    words = "3 days from 2025-12-14 to 2025-12-16 count as set aside: their export"
    assert words in method
    assert done.as_of == CUT[0] + -1
    assert (done.newer_not_whole, done.not_whole_is_news) == (CUT, True)
    again = run(root)
    assert (again.newer_not_whole, again.not_whole_is_news) == (CUT, False)
    assert summarised(done).outcome == "gaps"
    assert summarised(again).outcome == "nothing to do"
    assert [note for note in summarised(again).notes if "3 newer days are" in note]
    with pytest.raises(WithheldError, match="3 days are partial, the newest 2025-12-2"):
        run(root, CUT[-1])
    assert "their export failed" in (
        done.folder / "internal" / "provenance.json"
    ).read_text(encoding="utf-8")


ACCEPTED = """
[[feed.drops]]
name = "9-*.csv"
as = "accepted"
reason = "codes of a test system"
"""


def with_unknown_codes(drops: Path, count: int = 100, bad: int = 5) -> bytes:
    """The first rows of those drops, some with an offence code that nobody mapped."""
    files = sorted(drops.glob("*.csv"))
    header, *_ = files[0].read_text(encoding="utf-8").splitlines()
    rows = [
        line for file in files for line in file.read_text("utf-8").splitlines()[1:]
    ][:count]
    delimiter = ";" if ";" in header else ","
    for number in range(bad):
        fields = rows[number].split(delimiter)
        fields[header.split(delimiter).index("HO code")] = "77Z"
        rows[number] = delimiter.join(fields)
    return "\n".join([header, *rows, ""]).encode()


def test_a_drop_in_doubt_holds_what_rests_on_it_until_somebody_accepts_it(
    root: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(root, copy)
    name = "9-unknown.csv"
    offers = Offers({name: with_unknown_codes(root.parent / "drops")})
    later = NOW + timedelta(hours=1)  # its references came before, and good
    done = pull(open_force_home(copy), offers, "me", later)
    [doubt] = done.doubts
    assert doubt.in_words == (
        f"{name}: 5 of 100 rows quarantined (5.0%), 5 by rule offence"
    )
    assert pull(open_force_home(copy), offers, "me", later).doubts == []  # said once
    before_gap = GAP[0] + -1
    stored = read_stored(open_force_home(copy))
    found = backtest_feed(stored, day_clock(1), before_gap + -2, before_gap + -1)
    assert found.in_doubt == 1
    with pytest.raises(WithheldError, match=rf"a drop is in doubt: {name}: 5 of 100"):
        run(copy, before_gap)

    settings = copy / "hexbeat.toml"
    settings.write_text(settings.read_text() + ACCEPTED)
    published = run(copy, before_gap).folder / "internal"
    assert "codes of a test system" in (published / "provenance.json").read_text()
    assert (
        "9-*.csv: 5 rows are quarantined and left out, accepted: codes of a test"
        " system." in (published / "METHOD.md").read_text()
    )
