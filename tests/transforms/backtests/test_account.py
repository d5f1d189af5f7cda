"""What a run of backtests is asked: sensible by itself, one line where it cannot be."""

from pathlib import Path

import pytest

from tests.transforms.backtest.conftest import BacktestedHome, backtest_all
from tests.transforms.conftest import MONTHS, RECEIVED_AT, Simulated, copied_home
from transforms.backtest.account import (
    account_of_backtest,
    forces_asked,
    origins_asked,
)
from transforms.backtest.contest import GI_STAR
from transforms.backtest.report import summary
from transforms.errors import UsageError
from transforms.feeds import FEEDS
from transforms.groups import GROUPS
from transforms.home import create_demo_home, open_home
from transforms.ingest import ingest_force
from transforms.months import Month, month_range
from transforms.scores import DEFAULT_METHOD


def test_the_newest_twelve_origins_with_an_outcome_are_the_default(
    simulated: Simulated,
) -> None:
    asked = origins_asked(simulated.home, None, None)
    assert asked == month_range(Month(2024, 12), Month(2025, 11))


def test_a_first_and_a_last_origin_are_taken_as_asked(simulated: Simulated) -> None:
    home = simulated.home
    first, last = Month(2025, 3), Month(2025, 6)
    assert origins_asked(home, first, last) == month_range(first, last)
    assert origins_asked(home, first, first) == [first]
    assert origins_asked(home, first, None) == month_range(first, Month(2025, 11))
    assert origins_asked(home, None, last) == month_range(Month(2024, 7), last)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (Month(2025, 7), Month(2025, 6), "--from 2025-07 lies after --to 2025-06"),
        (Month(2025, 12), None, "--from 2025-12 lies after --to 2025-11"),
        (None, Month(2025, 12), "--to 2025-12: no later month is held"),
        (None, Month(2026, 1), "2025-12 being the newest"),
    ],
)
def test_origins_that_cannot_be_are_told_in_one_line(
    simulated: Simulated, first: Month | None, last: Month | None, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        origins_asked(simulated.home, first, last)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_lake_has_no_origin(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no supplied month: ingest first"):
        origins_asked(open_home(tmp_path), None, None)


def test_all_forces_of_the_lake_are_the_default(simulated: Simulated) -> None:
    home = simulated.home
    assert forces_asked(home, []) == ["avonmere", "northfell", "saltmarsh"]
    assert forces_asked(home, ["saltmarsh"]) == ["saltmarsh"]
    asked = ["saltmarsh", "avonmere"]
    assert forces_asked(home, asked) == asked
    # counted twice, its months would make the intervals too narrow
    assert forces_asked(home, [*asked, "saltmarsh"]) == asked


@pytest.mark.parametrize(
    ("force", "words"),
    [
        ("saltmarsh", "saltmarsh is not in the lake of .*: ingest first"),
        ("avonmeer", "did you mean 'avonmere'"),
        ("kent", "'kent' is a real force"),
    ],
)
def test_a_force_that_is_not_held_is_told_in_one_line(
    simulated: Simulated, tmp_path: Path, force: str, words: str
) -> None:
    home, feed = create_demo_home(tmp_path / "home"), FEEDS["police_uk"]
    held = home.registry["avonmere"]
    members = feed.members(simulated.source)
    ingest_force(home.lake, feed, held, members, MONTHS[:3], RECEIVED_AT)
    assert forces_asked(home, []) == ["avonmere"]
    with pytest.raises(UsageError, match=words) as caught:
        forces_asked(home, ["avonmere", force])
    assert "\n" not in str(caught.value)


def test_the_account_is_of_the_default_score_with_its_rivals_beside_it(
    backtested: BacktestedHome,
) -> None:
    """Of what was asked alone, though the lake holds more of both."""
    lake = backtested.home.lake
    forces = ["avonmere", "saltmarsh"]
    origins = month_range(Month(2025, 4), Month(2025, 8))
    asked = {str(origin) for origin in origins}
    rows = lake.read("accuracy")
    kept = [
        row["force"] in forces and row["as_of"] in asked for row in rows.to_pylist()
    ]
    known = {
        (r["crime_group"], r["method"]): r
        for r in summary(rows.filter(kept)).to_pylist()
        if (r["horizon_months"], r["area_share"]) == (1, 0.01)
    }
    found = account_of_backtest(lake, forces, origins)
    assert [r["crime_group"] for r in found] == list(GROUPS)
    for row in found:
        slug = row["crime_group"]
        mine = known[slug, DEFAULT_METHOD]
        for name, value in mine.items():
            near = isinstance(value, float)
            assert row[name] == (pytest.approx(value) if near else value), name
        assert row["rolling"] == known[slug, row["rival"]]["hit_rate"]
        assert row["gi_star"] == known[slug, GI_STAR]["hit_rate"]
        assert (row["forces"], row["first_outcome_month"]) == (2, "2025-05")
        assert row["last_outcome_month"] == "2025-09"


def test_where_nothing_was_backtested_there_is_no_account(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    early = [Month(2024, 1)]
    assert account_of_backtest(home.lake, ["avonmere"], early) == []
    assert all(done.left_out for done in backtest_all(home, early).values())
    assert account_of_backtest(home.lake, ["avonmere"], early) == []
