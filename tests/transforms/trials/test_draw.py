"""The draw, on known numbers, against a plain twin, and as a panel draws it again."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import trials as oracles
from transforms.programmes.programme import canonical
from transforms.trials.design import Design
from transforms.trials.draw import Draw
from transforms.trials.schedule import Stratum, parallel, simple, weekly


KEY = b"hexbeat-test"
PLACES = [f"p{number}" for number in range(1, 9)]
MONDAYS = date(2026, 12, 7), date(2026, 12, 14)
WEEKLY = {
    "capacity": [2, 3, 3, 3, 4, 5, 4],
    "days_per_week": 3,
    "first_monday": "2026-12-07",
    "kind": "weekly",
    "places": PLACES,
    "weeks": 2,
}
STRATA = [Stratum(("p1", "p2", "p3"), 1), Stratum(("p4", "p5", "p6"), 1)]
PAIRS = [("p1", "p2"), ("p3", "p4"), ("p5", "p6")]
WEEKS = [
    "p1 346, p2 046, p3 135, p4 456, p5 256, p6 025, p7 124, p8 135",
    "p1 126, p2 345, p3 145, p4 056, p5 246, p6 035, p7 256, p8 134",
]
SCRIPT = Path(__file__).parents[3] / "docs" / "trials.md"


def test_words_numbers_and_order() -> None:
    """V10."""
    draw = Draw(KEY)
    assert [f"{draw.word():016x}" for _ in range(5)] == [
        "3d47cf6d612c4063",
        "a01986c6f28e7636",
        "8010447bb98eff53",
        "0c212849f9306cd7",
        "e12923e829f0b010",
    ]
    draw = Draw(KEY)
    assert [draw.below(6) for _ in range(12)] == [5, 2, 1, 1, 4, 2, 5, 4, 1, 5, 4, 4]
    assert Draw(KEY).shuffled(range(10)) == [0, 2, 6, 1, 5, 4, 9, 3, 8, 7]


def test_the_commitment() -> None:
    """V11."""
    assert canonical(WEEKLY).startswith('{"capacity":[2,3,3,3,4,5,4],"days_per_week"')
    assert Design(WEEKLY).trial_id == "weekly-6c701edef4f4"
    assert Design(WEEKLY).commitment(KEY) == (
        "de7750bed9b6840031f4ca57a23a279e63ece6daec5edaf6d08a36cc8c79b340"
    )


def as_text(week: dict[str, list[int]]) -> str:
    return ", ".join(f"{p} {''.join(map(str, row))}" for p, row in week.items())


@pytest.mark.parametrize("week", [0, 1])
def test_two_weeks(week: int) -> None:
    """V12."""
    drawn = weekly(PLACES, 3, [2, 3, 3, 3, 4, 5, 4], MONDAYS[week], KEY)
    assert as_text(drawn) == WEEKS[week]


def test_days_and_halves() -> None:
    """V13."""
    days = [simple(STRATA, date(2026, 12, day), KEY) for day in (7, 8, 9)]
    assert days == [["p1", "p6"], ["p1", "p6"], ["p1", "p4"]]
    assert parallel(PAIRS, KEY) == ["p1", "p4", "p6"]


TABLES = st.integers(6, 14).flatmap(
    lambda places: st.integers(1, 4).flatmap(
        lambda days: st.tuples(
            st.just(places),
            st.just(days),
            st.lists(st.integers(0, 6), min_size=places * days, max_size=places * days),
        )
    )
)


@given(TABLES, st.binary(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_week_has_its_sums_and_is_the_twin_s(
    table: tuple[int, int, list[int]], key: bytes
) -> None:
    number, days, taken = table
    capacity = [taken.count(day) for day in range(7)]
    for day in range(7):  # no weekday has more places than there are
        while capacity[day] > number:
            capacity[day] -= 1
            capacity[capacity.index(min(capacity))] += 1
    places = [f"p{n:02d}" for n in range(1, number + 1)]
    drawn = weekly(places, days, capacity, MONDAYS[0], key)
    assert all(len(set(row)) == days for row in drawn.values())
    of_day = Counter(day for row in drawn.values() for day in row)
    assert [of_day[day] for day in range(7)] == capacity
    assert drawn == oracles.weekly(places, days, capacity, MONDAYS[0], key)


def test_each_place_is_as_likely_on_each_weekday() -> None:
    """Over 600 weeks the share is capacity by places, within 4 standard errors."""
    capacity, weeks = [2, 3, 3, 3, 4, 5, 4], 600
    seen: Counter[tuple[str, int]] = Counter()
    for week in range(weeks):
        drawn = weekly(PLACES, 3, capacity, MONDAYS[0], b"%d" % week)
        seen.update((place, day) for place, row in drawn.items() for day in row)
    for place in PLACES:
        for day, places in enumerate(capacity):
            share = places / len(PLACES)
            error = (share * (1 - share) / weeks) ** 0.5
            assert abs(seen[place, day] / weeks - share) < 4 * error


def test_numbers_below_a_limit_that_skips_half_of_all_words() -> None:
    limit = 2**63 + 1
    draw, words = Draw(KEY), Draw(KEY)
    kept = [word for word in (words.word() for _ in range(100)) if word < limit]
    assert [draw.below(limit) for _ in kept] == kept
    assert len(kept) < 70


def panel_script() -> str:
    """The script of the page, for whoever has only the page."""
    return SCRIPT.read_text().partition("```python\n")[2].partition("```")[0]


SIMPLE = {
    "first_monday": "2026-12-07",
    "kind": "simple",
    "strata": [{"places": list(s.places), "treated": s.treated} for s in STRATA],
    "weeks": 1,
}
PARALLEL = {"alone": [], "kind": "parallel", "pairs": [list(pair) for pair in PAIRS]}


@pytest.mark.parametrize(
    ("design", "lines"),
    [
        (
            WEEKLY,
            [
                Design(WEEKLY).commitment(KEY),
                *(
                    f"{monday} {one}"
                    for monday, week in zip(MONDAYS, WEEKS, strict=True)
                    for one in week.split(", ")
                ),
            ],
        ),
        (
            SIMPLE,
            [
                Design(SIMPLE).commitment(KEY),
                "2026-12-07 p1 p6",
                "2026-12-08 p1 p6",
                "2026-12-09 p1 p4",
            ],
        ),
        (PARALLEL, [Design(PARALLEL).commitment(KEY), "p1 p4 p6"]),
    ],
    ids=["weekly", "simple", "parallel"],
)
def test_the_script_of_the_page_draws_the_same(
    tmp_path: Path, design: dict[str, object], lines: list[str]
) -> None:
    """V10 to V13, by a script that knows nothing of hexbeat."""
    script = panel_script()
    assert "hexbeat" not in script
    (tmp_path / "redraw.py").write_text(script)
    (tmp_path / "design.json").write_text(json.dumps(design))
    done = subprocess.run(
        [sys.executable, "-I", "redraw.py", "design.json", KEY.hex()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[: len(lines)] == lines
