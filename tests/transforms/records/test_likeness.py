"""A drop that is not like those before it is refused, until somebody accepts it."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from flows.command import feed
from tests.transforms.feeds.force.made_drops import Truth, as_csv, csv_row
from tests.transforms.records.made_homes import NOW, made_home, pulled, state
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.status import status


KENT, WILTSHIRE, LEICESTER = (0.52, 51.27), (-1.9, 51.3), (-1.13, 52.63)
ACCEPTED = """
[[feed.drops]]
name = "{}"
as = "accepted"
reason = "the force has moved"
"""


def drop(
    day: datetime,
    at: tuple[float, float] = KENT,
    rows: int = 60,
    form: str = "%d/%m/%Y",
) -> bytes:
    """Incidents of a day, around a place."""
    made = [
        Truth(f"{day:%j}/{n}", began=day, place=(at[0] + n / 900, at[1] + n / 900))
        for n in range(rows)
    ]
    return as_csv(csv_row(t, Date_from=f"{t.began:{form}}") for t in made)


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00").replace(tzinfo=UTC)


BEFORE = {f"2026-11-{n:02}.csv": drop(day(f"2026-11-{n:02}")) for n in (2, 3)}


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    made = made_home(tmp_path)
    assert pulled(made, BEFORE).rejected == {}
    return made


def accepting(home: ForceHome, name: str) -> ForceHome:
    settings = home.home.root / "hexbeat.toml"
    settings.write_text(settings.read_text() + ACCEPTED.format(name))
    return open_force_home(home.home.root)


def test_places_far_from_all_earlier_ones_are_refused_and_can_be_accepted(
    home: ForceHome,
) -> None:
    odd = BEFORE | {"2026-11-04.csv": drop(day("2026-11-04"), WILTSHIRE)}
    done = pulled(home, odd)
    assert list(done.rejected) == ["2026-11-04.csv"]
    assert "60 of 60 places are far from all places" in done.rejected["2026-11-04.csv"]
    assert len(state(home)) == 120
    assert "far from all" in status(home, NOW, 30).refused["2026-11-04.csv"]

    again = pulled(accepting(home, "2026-11-0[4-6].csv"), odd)
    assert (again.rejected, again.drops, len(state(home))) == ({}, 1, 180)


def test_places_of_its_area_are_new_to_a_feed_and_no_fault(home: ForceHome) -> None:
    done = pulled(home, BEFORE | {"4.csv": drop(day("2026-11-04"), (1.3, 51.13))})
    assert (done.rejected, done.doubts) == ({}, [])


def test_a_first_pull_judges_each_drop_by_those_before_it(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    drops = {f"{n}.csv": drop(day(f"2026-11-0{n}"), KENT) for n in (1, 2)}
    done = pulled(home, drops | {"3.csv": drop(day("2026-11-03"), WILTSHIRE)})
    assert list(done.rejected) == ["3.csv"]


@pytest.mark.parametrize("rows", [1, 19])
def test_a_few_places_are_judged_by_nobody(home: ForceHome, rows: int) -> None:
    few = drop(day("2026-11-04"), WILTSHIRE, rows)
    assert pulled(home, BEFORE | {"4.csv": few}).rejected == {}


def test_days_that_follow_only_the_other_way_round_are_refused(
    home: ForceHome,
) -> None:
    turned = drop(day("2026-11-04"), form="%m/%d/%Y")  # read as 11 April
    done = pulled(home, BEFORE | {"4.csv": turned})
    assert "2026-04-11 to 2026-04-11, would follow" in done.rejected["4.csv"]
    done = pulled(accepting(home, "4.csv"), BEFORE | {"4.csv": turned})
    assert done.rejected == {}


@pytest.mark.parametrize("late", ["2026-05-03", "2026-04-25", "2026-11-09"])
def test_a_late_drop_is_taken(home: ForceHome, late: str) -> None:
    assert pulled(home, BEFORE | {"0.csv": drop(day(late))}, 1).rejected == {}


@pytest.mark.parametrize("wrong", ["2025-11-05", "2026-08-20"])
def test_days_far_from_the_day_in_a_drops_name_are_refused(
    home: ForceHome, wrong: str
) -> None:
    more = BEFORE | {"2026-11-04.csv": drop(day("2026-11-04"))}
    assert pulled(home, more).rejected == {}
    odd = more | {"2026-11-05.csv": drop(day(wrong))}
    said = pulled(home, odd).rejected["2026-11-05.csv"]
    assert f"its newest day, {wrong}, is" in said
    late = more | {f"{wrong}.csv": drop(day(wrong))}
    assert pulled(home, late).rejected == {}


def test_a_name_says_nothing_where_no_drop_goes_by_it(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    names = [f"2026-11-{n:02}.csv" for n in range(1, 6)]
    old = {n: drop(day(f"2026-01-{k:02}")) for k, n in enumerate(names, start=14)}
    assert pulled(home, old).rejected == {}


def test_the_check_compares_a_file_with_the_drops_of_a_home(
    home: ForceHome, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home.home.root.parent
    (folder / "4.csv").write_bytes(drop(day("2026-11-04"), WILTSHIRE))
    (folder / "5.csv").write_bytes(drop(day("2026-11-05")))
    check = partial(feed.check, mapping=folder / "kent.toml", home=str(home.home.root))
    assert check(folder / "4.csv") == 3
    assert "earlier     60 of 60 places are far" in capsys.readouterr().out
    assert check(folder / "5.csv") == 0
    assert "earlier     like the drops in the home" in capsys.readouterr().out
