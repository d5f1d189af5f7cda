"""What a run of backtests is asked: sensible by itself, one line where it cannot be."""

from pathlib import Path

import pytest

from tests.transforms.backtests.backtested_home import BacktestedHome, backtest_all
from tests.transforms.simulated_home import MONTHS, RECEIVED_AT, Simulated, copied_home
from transforms.backtests.account import (
    account_of_backtest,
    requested_forces,
    requested_origins,
)
from transforms.backtests.contest import GI_STAR
from transforms.backtests.report import summary
from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import create_demo_home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range
from transforms.scores.methods import DEFAULT_METHOD


def test_the_newest_twelve_origins_with_an_outcome_are_the_default(
    simulated: Simulated,
) -> None:
    asked = requested_origins(simulated.home, None, None)
    assert asked == month_range(Month(2024, 12), Month(2025, 11))


def test_a_first_and_a_last_origin_are_taken_as_asked(simulated: Simulated) -> None:
    home = simulated.home
    first, last = Month(2025, 3), Month(2025, 6)
    assert requested_origins(home, first, last) == month_range(first, last)
    assert requested_origins(home, first, first) == [first]
    assert requested_origins(home, first, None) == month_range(first, Month(2025, 11))
    assert requested_origins(home, None, last) == month_range(Month(2024, 7), last)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (
            Month(2025, 7),
            Month(2025, 6),
            "--from 2025-07 is later than --to 2025-06: swap",
        ),
        (
            Month(2025, 12),
            None,
            "--from 2025-12: the newest month with one after it is",
        ),
        (None, Month(2025, 12), "--to 2025-12: no later month is stored"),
        (None, Month(2026, 1), "newest is 2025-12"),
    ],
)
def test_origins_that_cannot_be_are_told_in_one_line(
    simulated: Simulated, first: Month | None, last: Month | None, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        requested_origins(simulated.home, first, last)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_lake_has_no_origin(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no supplied month: ingest first"):
        requested_origins(open_home(tmp_path), None, None)


def test_all_forces_of_the_lake_are_the_default(simulated: Simulated) -> None:
    home = simulated.home
    assert requested_forces(home, []) == ["avonmere", "northfell", "saltmarsh"]
    assert requested_forces(home, ["saltmarsh"]) == ["saltmarsh"]
    asked = ["saltmarsh", "avonmere"]
    assert requested_forces(home, asked) == asked
    # counted twice, its months would make the intervals too narrow
    assert requested_forces(home, [*asked, "saltmarsh"]) == asked


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
    home, feed = create_demo_home(tmp_path / "home"), street
    held = home.registry["avonmere"]
    members = feed.members(simulated.source)
    ingest_force(home.lake, feed, held, members, MONTHS[:3], RECEIVED_AT)
    assert requested_forces(home, []) == ["avonmere"]
    with pytest.raises(UsageError, match=words) as caught:
        requested_forces(home, ["avonmere", force])
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
