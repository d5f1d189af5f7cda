"""Rolling origins in the lake: done once, done again where a month has changed."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.transforms.backtests.backtested_home import (
    ORIGINS,
    BacktestedHome,
    backtest_all,
)
from tests.transforms.simulated_home import (
    AS_OF,
    MONTHS,
    RECEIVED_AT,
    Simulated,
    copied_home,
)
from transforms.backtests.contest import GI_STAR, ORACLE, RANDOM
from transforms.backtests.origins import HORIZONS_MONTHS, backtest_force
from transforms.errors import ForceError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.reference import clocks
from transforms.reference.cells import areas_m2
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range
from transforms.scores.methods import DEFAULT_METHOD, methods_for
from transforms.simulator import PARTIAL, RESUPPLIED, SILENT


FORCE = RESUPPLIED
CONTESTANTS = {*methods_for(clocks.MONTHS), GI_STAR, RANDOM, ORACLE}
ORIGINS_WITH_OUTCOME = [str(month) for month in ORIGINS[:-1]]


def read(home: Home, force: str) -> list[dict[str, Any]]:
    return list(home.lake.read("accuracy", force).to_pylist())


def held(home: Home, force: str) -> dict[str, set[tuple[int, str]]]:
    """Of each origin the horizons and outcome months that there are rows of."""
    found = defaultdict(set)
    for row in read(home, force):
        found[row["as_of"]].add((row["horizon_months"], row["outcome_month"]))
    return dict(found)


def test_each_origin_has_its_rows_once_and_each_force_one_commit(
    backtested: BacktestedHome,
) -> None:
    home = backtested.home
    assert home.lake.versions()["accuracy"] == len(backtested.done)
    assert backtested.done[FORCE].origins == ORIGINS_WITH_OUTCOME
    for force, done in backtested.done.items():
        files = home.lake.files("accuracy", force)
        assert [file.partition["as_of"] for file in files] == done.origins
        assert sum(file.rows for file in files) == done.rows
        assert done.unchanged == 0
        keys = Counter(
            (r["as_of"], r["horizon_months"], r["crime_group"], r["method"])
            for r in read(home, force)
        )
        assert set(keys.values()) == {1}
        for origin, months in held(home, force).items():
            of_origin = {key[1:] for key in keys if key[0] == origin}
            assert of_origin == {
                (horizon, slug, name)
                for horizon, _ in months
                for slug in GROUPS
                for name in CONTESTANTS
            }


def test_what_has_not_changed_is_not_done_again(backtested: BacktestedHome) -> None:
    home = backtested.home
    before = home.lake.versions()
    for force, done in backtest_all(home, ORIGINS).items():
        first = backtested.done[force]
        assert (done.origins, done.rows) == ([], 0)
        assert done.unchanged == len(first.origins)
        assert done.left_out == first.left_out
    assert home.lake.versions() == before


def test_outcomes_lie_one_and_three_months_on_where_those_are_held(
    backtested: BacktestedHome,
) -> None:
    """None is, of the newest month; and a longer one is never guessed."""
    found = held(backtested.home, FORCE)
    for origin in ORIGINS[:-1]:
        ahead = [(h, origin + h) for h in HORIZONS_MONTHS]
        wanted = {(h, str(month)) for h, month in ahead if month <= AS_OF}
        assert found[str(origin)] == wanted
    assert found["2025-10"] == {(1, "2025-11")}
    assert backtested.done[FORCE].left_out == {
        "2025-12": "neither outcome month (2026-01 and 2026-03) was supplied"
    }


def test_a_month_that_was_not_supplied_or_only_in_part_is_no_outcome(
    backtested: BacktestedHome,
) -> None:
    """January and February 2025 are missing of one force, November 2024 of another
    is a quarter of what it was."""
    of_silent = held(backtested.home, SILENT)
    assert of_silent["2024-11"] == {(1, "2024-12")}
    assert of_silent["2024-12"] == {(3, "2025-03")}
    assert of_silent["2025-01"] == {(3, "2025-04")}
    assert of_silent["2025-02"] == {(1, "2025-03"), (3, "2025-05")}
    home = backtested.home
    force = home.registry[PARTIAL]
    assert len(home.lake.files("accuracy", PARTIAL)) == len(ORIGINS) - 1
    months = month_range(Month(2024, 1), Month(2024, 2))
    done = backtest_force(home.lake, force, months, home.scoring)
    assert (done.origins, done.unchanged) == ([], 0)
    assert done.left_out == {
        "2024-01": "only 1 of the 12 months to 2024-01 were supplied",
        "2024-02": "only 2 of the 12 months to 2024-02 were supplied",
    }


def test_a_partial_month_is_passed_over_as_an_outcome(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    force, origins = home.registry[PARTIAL], [Month(2024, 8), Month(2024, 10)]
    done = backtest_force(home.lake, force, origins, home.scoring)
    assert done.left_out == {}
    assert held(home, PARTIAL) == {
        "2024-08": {(1, "2024-09")},
        "2024-10": {(3, "2025-01")},
    }


def _incidents(home: Home, force: str) -> list[dict[str, Any]]:
    """The located incidents of a force, as little of them as is asked here."""
    rows = home.lake.read("incidents", force)
    rows = rows.filter(rows["in_area"])
    return list(rows.select(["month", "category", "h3_r9"]).to_pylist())


def test_incidents_are_those_of_the_outcome_month_wherever_they_were(
    backtested: BacktestedHome,
) -> None:
    number = Counter(
        (r["month"], r["category"]) for r in _incidents(backtested.home, FORCE)
    )
    for row in read(backtested.home, FORCE):
        categories = GROUPS[row["crime_group"]].categories
        known = sum(number[row["outcome_month"], c] for c in categories)
        assert row["incidents"] == known


def test_the_default_score_finds_what_the_scores_of_that_month_find(
    backtested: BacktestedHome,
) -> None:
    """Walked cell by cell from the lake's own scores: same universe, same order."""
    home = backtested.home
    scores = home.lake.read("scores", FORCE)
    incidents = _incidents(home, FORCE)
    told = {
        (r["as_of"], r["crime_group"]): r
        for r in read(home, FORCE)
        if (r["method"], r["horizon_months"]) == (DEFAULT_METHOD, 1)
    }
    for as_of, slug in (("2025-02", "all-crime"), ("2025-09", "vehicle-crime")):
        row = told[as_of, slug]
        happened = Counter(
            i["h3_r9"]
            for i in incidents
            if i["month"] == row["outcome_month"]
            and i["category"] in GROUPS[slug].categories
        )
        ranked = sorted(
            (
                r
                for r in scores.to_pylist()
                if (r["as_of"], r["crime_group"]) == (as_of, slug)
            ),
            key=lambda r: r["score_rank"],
        )
        assert row["universe_cells"] == ranked[0]["universe_cells"]
        area = row["universe_area_m2"]
        assert area == pytest.approx(ranked[0]["universe_area_m2"], abs=0.1)
        left, found = 0.01 * area, 0.0
        for score in ranked:
            [own] = areas_m2(pa.array([score["h3_cell"]]).to_numpy()).tolist()
            found += happened[score["h3_cell"]] * min(1.0, left / own)
            left = max(left - own, 0.0)
        assert 0 < found == pytest.approx(row["hits_1pct"])


def test_stability_is_the_overlap_of_the_tops_of_two_scores_in_a_row(
    backtested: BacktestedHome,
) -> None:
    home = backtested.home
    top = defaultdict(set)
    for row in home.lake.read("scores", FORCE).to_pylist():
        if row["score_band"] == "top_1pct":
            top[row["as_of"], row["crime_group"]].add(row["h3_cell"])
    for row in read(home, FORCE):
        if row["method"] == DEFAULT_METHOD and row["as_of"] > "2025-01":
            slug, origin = row["crime_group"], Month.parse(row["as_of"])
            now, earlier = top[str(origin), slug], top[str(origin + -1), slug]
            assert row["jaccard_1pct"] == len(now & earlier) / len(now | earlier)


EARLIER = month_range(Month(2024, 1), Month(2025, 6))  # what the first release holds
REVISED = Month(2025, 3)
SOME_ORIGINS = month_range(Month(2024, 11), Month(2025, 5))


def _ingested(home: Home, simulated: Simulated, *, revised: bool) -> Home:
    """The first release of one force, and one month of it as the second tells it."""
    feed = street
    members = feed.members(simulated.source)
    first = [m for m in members if m.release < "2025-12"]
    again = [m for m in members if m.month == REVISED]
    force = home.registry[FORCE]
    for asked in (first, again)[: 1 + revised]:
        ingest_force(home.lake, feed, force, asked, EARLIER, RECEIVED_AT)
    return home


def test_a_revised_month_does_again_the_origins_that_rest_on_it_and_no_other(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = _ingested(create_demo_home(tmp_path / "home"), simulated, revised=False)
    force = home.registry[FORCE]
    first = backtest_force(home.lake, force, SOME_ORIGINS, home.scoring)
    assert first.origins == [str(origin) for origin in SOME_ORIGINS]
    before = {f.partition["as_of"]: f.path for f in home.lake.files("accuracy")}

    _ingested(home, simulated, revised=True)
    done = backtest_force(home.lake, force, SOME_ORIGINS, home.scoring)
    knew_it = [REVISED, REVISED + 1, REVISED + 2]
    held_against_it = [REVISED + -3, REVISED + -1]
    assert done.origins == [str(month) for month in held_against_it + knew_it]
    assert done.unchanged == len(SOME_ORIGINS) - len(done.origins)
    after = {f.partition["as_of"]: f.path for f in home.lake.files("accuracy")}
    assert {o for o in after if after[o] != before[o]} == set(done.origins)

    fresh = _ingested(create_demo_home(tmp_path / "fresh"), simulated, revised=True)
    backtest_force(fresh.lake, force, SOME_ORIGINS, fresh.scoring)
    assert read(fresh, FORCE) == read(home, FORCE)


def test_origins_done_one_by_one_are_the_same_as_all_at_once(
    backtested: BacktestedHome, simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    force = home.registry[FORCE]
    some = [Month(2025, 7), Month(2025, 5), Month(2025, 6)]
    for origin in some:
        backtest_force(home.lake, force, [origin], home.scoring)
    wanted = {str(origin) for origin in some}
    rows = [r for r in read(backtested.home, FORCE) if r["as_of"] in wanted]
    assert read(home, FORCE) == rows


def test_an_origin_that_can_be_compared_no_more_leaves_no_rows(
    backtested: BacktestedHome, tmp_path: Path
) -> None:
    """Its only outcome month is set aside: what was counted in it must not be told."""
    home = copied_home(backtested.home, tmp_path)
    (home.root / "hexbeat.toml").write_text(
        f'[home]\nregistry = "demo"\n[[coverage]]\nforce = "{FORCE}"\n'
        'months = ["2025-12"]\nas = "set_aside"\nreason = "sent twice"\n'
    )
    home = open_home(home.root)
    done = backtest_force(home.lake, home.registry[FORCE], ORIGINS, home.scoring)
    assert done.origins == ["2025-09"]  # its second outcome is gone, the first is not
    assert "neither outcome month (2025-12" in done.left_out["2025-11"]
    assert held(home, FORCE)["2025-09"] == {(1, "2025-10")}
    assert "2025-11" not in held(home, FORCE)
    before = home.lake.versions()
    backtest_force(home.lake, home.registry[FORCE], ORIGINS, home.scoring)
    assert home.lake.versions() == before


def test_another_choice_of_the_home_does_every_origin_again(
    backtested: BacktestedHome, tmp_path: Path
) -> None:
    home = copied_home(backtested.home, tmp_path)
    with (home.root / "hexbeat.toml").open("a") as settings:
        settings.write(
            '[[exclusion]]\nid = "mill"\nlabel = "Mill .*"\nwhy = "guarded"\n'
        )
    home = open_home(home.root)
    origins = ORIGINS[-3:-1]
    done = backtest_force(home.lake, home.registry[FORCE], origins, home.scoring)
    assert done.origins == [str(origin) for origin in origins]
    before, after = (
        sum(r["incidents"] for r in read(h, FORCE) if r["as_of"] == "2025-11")
        for h in (backtested.home, home)
    )
    assert 0 < after < before


def test_an_unfinished_month_fails_the_force_and_is_no_missing_outcome(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    home.lake.commit("incidents", FORCE, [], ["2025-10"])
    with pytest.raises(ForceError, match=f"{FORCE} 2025-10"):
        backtest_force(home.lake, home.registry[FORCE], MONTHS[12:], home.scoring)
    assert home.lake.files("accuracy") == []
