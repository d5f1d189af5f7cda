"""The draw, on known numbers, against a plain twin, and as a panel draws it again."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.commands import Done
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
PARALLEL_DRAWN = ["p1", "p4", "p6"]
SCRIPTS = Path(__file__).parents[3] / "docs" / "trials.md"


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
    assert parallel(PAIRS, KEY) == PARALLEL_DRAWN


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
@settings(max_examples=60)
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


SIMPLE = {
    "first_monday": "2026-12-07",
    "kind": "simple",
    "strata": [{"places": list(s.places), "treated": s.treated} for s in STRATA],
    "weeks": 1,
}
PARALLEL = {
    "alone": [],
    "first_day": "2026-12-07",
    "kind": "parallel",
    "last_day": "2026-12-08",
    "pairs": [list(pair) for pair in PAIRS],
}
_SCRIPTS = re.compile(r"^`(\w+\.py)`.*?```python\n(.*?)```", re.DOTALL | re.MULTILINE)


def as_lines(weeks: Sequence[str]) -> list[str]:
    """The weeks of V12 as the scripts print them."""
    return sorted(
        f"{monday + timedelta(days=int(day))} {place}"
        for monday, week in zip(MONDAYS, weeks, strict=True)
        for place, days in (row.split() for row in week.split(", "))
        for day in days
    )


def panel(folder: Path, design: Mapping[str, object], *issued: Path) -> Done:
    """What the scripts of the page say of a design."""
    (folder / "design.json").write_text(canonical(design))
    return drawn_again(folder, folder / "design.json", KEY.hex(), *issued)


def drawn_again(folder: Path, design: Path, seed: str, *issued: Path) -> Done:
    """What the scripts of the page say, to whoever has only the page."""
    for name, script in _SCRIPTS.findall(SCRIPTS.read_text()):
        (folder / name).write_text(script)
    files = [str(design), seed, *map(str, issued)]
    return subprocess.run(
        [sys.executable, "check.py", *files],
        cwd=folder,
        env={"PYTHONSAFEPATH": ""},
        capture_output=True,
        text=True,
    )


def test_the_scripts_of_the_page_are_short_and_know_nothing_of_hexbeat() -> None:
    scripts = dict(_SCRIPTS.findall(SCRIPTS.read_text()))
    assert set(scripts) == {
        "lot.py", "weekly.py", "simple.py", "parallel.py", "check.py",
    }  # fmt: skip
    for script in scripts.values():
        assert len([line for line in script.splitlines() if line]) <= 15
        imported = set(re.findall(r"^(?:from|import) (.*?)(?: import|$)", script, re.M))
        modules = {name for names in imported for name in names.split(", ")}
        assert modules <= {*sys.stdlib_module_names, "lot"}


@pytest.mark.parametrize(
    ("design", "lines"),
    [
        (WEEKLY, as_lines(WEEKS)),
        (
            SIMPLE,
            [
                "2026-12-07 p1",
                "2026-12-07 p6",
                "2026-12-08 p1",
                "2026-12-08 p6",
                "2026-12-09 p1",
                "2026-12-09 p4",
            ],
        ),
        (
            PARALLEL,
            [f"2026-12-0{day} {place}" for day in (7, 8) for place in PARALLEL_DRAWN],
        ),
    ],
    ids=["weekly", "simple", "parallel"],
)
def test_the_scripts_of_the_page_draw_the_same(
    tmp_path: Path, design: dict[str, object], lines: list[str]
) -> None:
    """V10 to V13, by scripts that know nothing of hexbeat."""
    done = panel(tmp_path, design)
    assert done.stderr == ""
    commitment, *drawn = done.stdout.splitlines()
    assert commitment == f"commitment {Design(design).commitment(KEY)}"
    assert drawn[: len(lines)] == lines


STRATA_OF = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@given(
    kind=st.sampled_from(["weekly", "simple", "parallel"]),
    sizes=STRATA_OF,
    seed=st.integers(0, 2**32),
)
@settings(max_examples=15)
def test_the_scripts_draw_what_hexbeat_draws(
    kind: str, sizes: list[int], seed: int
) -> None:
    """Designs of any size, against the lists that are issued; one day swapped fails."""
    design = Design(some_design(kind, sizes, Random(seed)))  # noqa: S311
    drawn = [
        (day.isoformat(), place)
        for monday in design.mondays
        for day, places in design.week(monday, KEY).items()
        for place in places
    ]
    with TemporaryDirectory() as name:
        folder = Path(name)
        issued = folder / "patrol.csv"
        issued.write_text(as_issued(drawn))
        assert panel(folder, design.content, issued).returncode == 0
        (day, place), *others = drawn
        swapped = (date.fromisoformat(day) + timedelta(weeks=99)).isoformat()
        issued.write_text(as_issued([(swapped, place), *others]))
        refused = panel(folder, design.content, issued)
        assert refused.returncode == 1
        assert refused.stderr.startswith("not what was drawn: ")
        assert day in refused.stderr and swapped in refused.stderr


def as_issued(rows: Sequence[tuple[str, str]]) -> str:
    lines = [f'"{day}","{place}"' for day, place in rows]
    return "\n".join(['"date","place_id"', *lines]) + "\n"


def some_design(kind: str, sizes: list[int], random: Random) -> dict[str, object]:
    """A design with places enough for any kind; as many as the sizes say."""
    places = [f"p{number:02d}" for number in range(1, max(6, sum(sizes)) + 1)]
    if kind == "weekly":
        days = random.randint(1, 4)
        capacity = [0] * 7
        for _ in range(days * len(places)):
            room = [day for day in range(7) if capacity[day] < len(places)]
            capacity[random.choice(room)] += 1
        of_kind: dict[str, object] = {"capacity": capacity, "days_per_week": days}
    elif kind == "simple":
        dealt = iter(places)
        strata = [[next(dealt) for _ in range(size)] for size in sizes]
        of_kind = {
            "strata": [{"places": s, "treated": len(s) // 2 + 1} for s in strata]
        }
    else:
        units = ["+".join(places[:2]), *places[2:]]
        pairs = [units[at : at + 2] for at in range(0, len(units) - 1, 2)]
        of_kind = {
            "alone": units[2 * len(pairs) :],
            "first_day": "2026-12-09",
            "last_day": "2026-12-20",
            "pairs": pairs,
        }
    crossover = {"first_monday": "2026-12-07", "weeks": random.randint(1, 3)}
    return {
        "kind": kind,
        "places": places,
        **of_kind,
        **({} if kind == "parallel" else crossover),
    }
