"""Months that look wrong stop their force's publication until a person has looked."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import months as months_from
from tests.transforms.simulated_home import AS_OF, RECEIVED_AT, Simulated, copied_home
from transforms.homes.home import open_home
from transforms.incidents.coverage import Entry, MonthCoverage, coverage
from transforms.incidents.holds import (
    HOLD_RULES,
    WITHHELD,
    Profile,
    find_holds,
    mix_shift,
    read_profiles,
)
from transforms.publications.publish import publish
from transforms.reference.coverage import Hold
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.reference.overrides import Override
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


USUAL = Profile(1_000, 980, {"burglary": 400, "robbery": 600}, 30)
SPAN = months_from("2024-01", 6)
LAST = SPAN[-1]
KENT = FORCES["kent"]


def covered(**overrides: Override) -> dict[Month, MonthCoverage]:
    entries = [
        Entry(
            force="kent",
            feed="police_uk",
            month=str(m),
            release="2025-12",
            observed="supplied",
            received_at=RECEIVED_AT,
            rows_in=9,
        )
        for m in SPAN
    ]
    verdicts = {Month.parse(m.replace("_", "-")[1:]): o for m, o in overrides.items()}
    return coverage(entries, replace(KENT, overrides=verdicts))


def holds(
    last: Profile, months: dict[Month, MonthCoverage] | None = None
) -> list[Hold[Month]]:
    profiles = dict.fromkeys(SPAN[:-1], USUAL) | {LAST: last}
    return find_holds(profiles, months or covered(), LAST)


@pytest.mark.parametrize(
    ("rule", "found", "words"),
    [
        ("volume", replace(USUAL, incidents=1_601, located=1_569), "1,601 incidents"),
        ("located", replace(USUAL, located=879), "88% have a place, where 98%"),
        (
            "mix",
            replace(USUAL, mix={"burglary": 660, "robbery": 340}),
            "differs by 26%",
        ),
        ("one-point", replace(USUAL, most_on_a_point=1_001), "lie on one point"),
        ("category", replace(USUAL, unknown_categories=6), "6 of 1,006 rows"),
    ],
)
def test_each_rule_holds_the_month_that_it_is_about(
    rule: str, found: Profile, words: str
) -> None:
    [hold] = [h for h in holds(found) if h.rule == rule]
    assert hold.period == LAST
    assert words in hold.text
    assert rule in {r.id for r in HOLD_RULES}


@pytest.mark.parametrize(
    "found",
    [
        USUAL,
        replace(
            USUAL, incidents=1_600, located=1_568, mix={"burglary": 640, "robbery": 960}
        ),
        replace(USUAL, located=881),
        replace(USUAL, mix={"burglary": 640, "robbery": 360}),
        replace(USUAL, most_on_a_point=1_000),
        replace(USUAL, unknown_categories=5),
    ],
)
def test_what_is_within_its_limits_passes(found: Profile) -> None:
    assert holds(found) == []


def test_a_month_that_a_person_called_supplied_passes() -> None:
    strange = replace(USUAL, incidents=5_000, located=4_900)
    assert holds(strange)
    seen = covered(_2024_06=Override("supplied", "a festival"))
    assert holds(strange, seen) == []


def test_a_month_set_aside_is_neither_held_nor_a_yardstick() -> None:
    strange = replace(USUAL, incidents=5_000, located=4_900)
    aside = covered(_2024_06=Override("set_aside", "sent twice"))
    assert aside[LAST].status == "set_aside"
    assert holds(strange, aside) == []


def test_a_force_with_two_months_behind_it_is_not_judged() -> None:
    profiles = dict.fromkeys(SPAN[:2], USUAL) | {
        SPAN[2]: replace(USUAL, incidents=9_000, located=9_000)
    }
    assert find_holds(profiles, covered(), SPAN[2]) == []


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50), min_size=1),
        min_size=2,
        max_size=6,
    )
)
@settings(max_examples=80)
def test_the_mix_shift_is_the_share_that_would_need_another_category(
    mixes: list[dict[str, int]],
) -> None:
    month, *recent = [Profile(sum(m.values()), 0, m, 0) for m in mixes]
    pool = {c: sum(m.get(c, 0) for m in mixes[1:]) for c in "abcd"}
    surplus = sum(
        max(month.mix.get(c, 0) / month.incidents - pool[c] / sum(pool.values()), 0)
        for c in "abcd"
    )
    assert mix_shift(month, recent) == pytest.approx(surplus)


def test_the_mix_shift_is_the_same_in_any_order_of_categories() -> None:
    """A set's order differs from process to process, and a run's id has the words."""
    counts = [3, 7, 11, 19, 23, 31, 37, 41, 53, 61, 73, 89, 97]
    shifts = set()
    for turn in range(40):
        names = [f"category-{turn}-{number}" for number in range(len(counts))]
        now = Profile(sum(counts), 0, dict(zip(names, counts, strict=True)), 0)
        then = dict(zip(names, [1, *counts[:-1]], strict=True))
        shifts.add(mix_shift(now, [Profile(sum(then.values()), 0, then, 0)]))
    assert len(shifts) == 1


def test_a_held_force_is_left_out_alone_and_said(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_home(simulated.home, tmp_path)
    monkeypatch.setattr(
        "transforms.publications.edition.gather.find_holds",
        lambda profiles, *_: (
            [Hold(AS_OF, "mix", "differs")]
            if len(profiles) == 22  # saltmarsh: two months missing
            else []
        ),
    )
    done = publish(home, AS_OF, METHODS[DEFAULT_METHOD])
    assert list(done.failed) == ["saltmarsh"]
    assert done.scored == ["avonmere", "northfell"]
    assert "2025-12 mix: differs" in done.unscored["saltmarsh"]
    assert done.unscored["saltmarsh"].startswith(WITHHELD)


def test_simulated_months_are_not_held(simulated: Simulated) -> None:
    """False alarms: none of 70 whole months, the outage and the revision included."""
    home = simulated.home
    for force in home.registry.values():
        profiles = read_profiles(home.lake, force.id)
        assert len(profiles) >= 22
    assert publish(home, AS_OF, METHODS[DEFAULT_METHOD]).failed == {}


def test_setting_a_month_aside_scores_again_without_it(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    (home.root / "hexbeat.toml").write_text(
        '[home]\nregistry = "demo"\n[[coverage]]\nforce = "avonmere"\n'
        'months = ["2025-12"]\nas = "set_aside"\nreason = "sent twice"\n'
    )
    home = open_home(home.root)
    done = score_force(
        home.lake,
        home.registry["avonmere"],
        AS_OF,
        METHODS[DEFAULT_METHOD],
        home.scoring,
    )
    assert done.as_ofs == ["2025-12"]
    scores = home.lake.read("scores", "avonmere").select(["as_of", "months_1m"])
    newest = [r["months_1m"] for r in scores.to_pylist() if r["as_of"] == "2025-12"]
    assert set(newest) == {0}


def test_the_birth_of_a_category_is_no_shift_of_the_mix() -> None:
    span = months_from("2012-11", 8)
    before = {"burglary": 500, "other-theft-to-2013": 400, "robbery": 100}
    after = {"burglary": 500, "other-theft": 150, "bicycle-theft": 250, "robbery": 100}
    assert mix_shift(replace(USUAL, mix=after), [replace(USUAL, mix=before)]) > 0.25
    profiles = {
        month: replace(USUAL, mix=after if month >= Month(2013, 5) else before)
        for month in span
    }
    entries = [
        Entry(
            force="kent",
            feed="police_uk",
            month=str(m),
            release="2014-06",
            observed="supplied",
            received_at=RECEIVED_AT,
            rows_in=9,
        )
        for m in span
    ]
    assert find_holds(profiles, coverage(entries, KENT), span[-1]) == []
