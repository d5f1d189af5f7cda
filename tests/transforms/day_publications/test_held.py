"""A feed with days missing: nothing that rests on them is published unseen."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from flows.tasks import score_day_of
from tests.flows.servers import hexbeat, with_database
from transforms.days.day import Day
from transforms.days.run import DayRun, run_day
from transforms.errors import HeldError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.scores import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = date(2025, 9, 1)
GAP = [Day.parse("2025-12-14"), Day.parse("2025-12-15"), Day.parse("2025-12-16")]
OVERRIDE = """
[[feed.days]]
from = 2025-12-14
to = 2025-12-16
as = "set_aside"
reason = "their export failed"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of a feed, of which nothing came for three days."""
    folder = tmp_path_factory.mktemp("feed")
    write_drops(simulate_timed(3, FIRST, 120, 0.1), folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    home = create_force_home(folder / "home", folder / "mapping.toml", None)
    gap = [f"{day.date:%d/%m/%Y}" for day in GAP]
    for drop in (folder / "drops").iterdir():
        lines = drop.read_text(encoding="utf-8").splitlines(keepends=True)
        drop.write_text("".join(k for k in lines if not any(d in k for d in gap)))
    pull(open_force_home(home), DropFolder(folder / "drops", lambda _: None), "me", NOW)
    return home


def run(root: Path, day: Day | None = None) -> DayRun:
    return run_day(open_force_home(root), METHODS["point_exposure"], "me", NOW, day)


@pytest.mark.prefect
def test_a_held_day_is_a_line_and_exit_code_3(root: Path) -> None:
    with_database(root / "prefect")
    done = hexbeat("feed", "score", "--home", root)
    assert done.returncode == 3
    assert done.stdout == "score-day gaps\n"
    said = done.stderr.splitlines()[-1]
    assert said.startswith("hexbeat: avonmere at 2025-12-29 is held back until")


def test_missing_days_hold_what_rests_on_them_until_somebody_says(root: Path) -> None:
    before = run(root, GAP[0] + -1)
    with pytest.raises(HeldError, match="3 days are missing, the newest 2025-12-16"):
        run(root)
    latest = root / "publications" / "latest.json"
    assert before.run_id in latest.read_text()
    with disable_run_logger():
        held = score_day_of.fn(str(root), "avonmere", None, "point_exposure", False, "")
    assert isinstance(held, dict)
    assert "[[feed.days]]" in held["held"]

    settings = root / "hexbeat.toml"
    settings.write_text(settings.read_text() + OVERRIDE)
    done = run(root)
    assert done.run_id in latest.read_text()
    method = (done.folder / "internal" / "METHOD.md").read_text()
    words = "3 days from 2025-12-14 to 2025-12-16 count as set aside: their export"
    assert words in method
    assert "their export failed" in (
        done.folder / "internal" / "provenance.json"
    ).read_text(encoding="utf-8")
