"""Counts of others beside an area: added up by hand, and told without small numbers."""

from dataclasses import replace
from pathlib import Path

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.force.made_drops import JSON_MAPPING
from tests.transforms.records.made_homes import made_home
from transforms.errors import UsageError
from transforms.homes.home import Home, create_demo_home
from transforms.profiles.area import Area
from transforms.profiles.context_counts import (
    CountsThere,
    counts_there,
    read_counts,
)
from transforms.reference import cells
from transforms.reference.days import Day
from transforms.reference.forces import FORCES
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


HERE = h3.latlng_to_cell(51.27, 0.52, 10)
AREA = Area(
    id="autumn-0123456789ab-p01",
    place="p01",
    force=FORCES["kent"],
    group=GROUPS["all-crime"],
    as_of=Day.parse("2026-03-15"),
    ground=cells.from_text(sorted(h3.grid_disk(HERE, 1))),
    expected=1.0,
    interval=(0, 4),
    hotspot_class=None,
    lists=None,
    of_lists=None,
)
MONTH = Month(2026, 2)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made_home(tmp_path_factory.mktemp("counts"), JSON_MAPPING).home


def written(folder: Path, text: str, name: str = "ae.csv") -> str:
    (folder / name).write_text(text)
    return f"A&E={folder / name}"


def test_counts_of_a_place_and_of_points_inside_it(home: Home, tmp_path: Path) -> None:
    rows = "p01,2026-02,7\np02,2026-02,9\np02,2026-03,9\np01,2025-03,2\n"
    by_place = read_counts(
        home, written(tmp_path, f"place_id,month,n\n{rows}{AREA.id},2025-04,6\n"), None
    )
    [found] = counts_there(AREA, [by_place])
    assert next(iter(found.months)) == Month(2025, 4)
    assert list(found.months)[-1] == Month(2026, 3)
    assert found.months[Month(2026, 2)] == 7
    assert found.months[Month(2026, 3)] == 0  # that month was supplied, of elsewhere
    assert found.months[Month(2025, 12)] is None
    near, far = h3.cell_to_latlng(HERE), (51.5, 0.1)
    points = "".join(
        f"{lat},{lon},2026-02,{n}\n" for (lat, lon), n in ((near, 3), (far, 50))
    )
    [there] = counts_there(
        AREA,
        [read_counts(home, written(tmp_path, f"lat,lon,month,n\n{points}"), None)],
    )
    assert there.months[Month(2026, 2)] == 3
    assert there.shown(MONTH) == "1-4"
    assert there.total == "1 to 4"
    polygon = replace(AREA, ground=np.sort(cells.children(AREA.ground, 11)))
    [finer] = counts_there(
        polygon,
        [read_counts(home, written(tmp_path, f"lat,lon,month,n\n{points}"), None)],
    )
    assert finer.months == there.months


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=12))
def test_no_small_number_can_be_worked_out(numbers: list[int | None]) -> None:
    months = {Month(2026, 1) + at: number for at, number in enumerate(numbers)}
    found = CountsThere("A&E", months)
    shown = [found.shown(month) for month in months]
    few = [number for number in numbers if number is not None and 1 <= number <= 4]
    assert shown.count("1-4") == len(few)
    assert not {"1", "2", "3", "4"} & set(shown)
    low, _, high = found.total.partition(" to ")
    told = sum(int(one) for one in shown if one.isdigit())
    # all that the total adds to what is told is that each small one is from 1 to 4
    assert int(low) == told + len(few)
    assert int(high or low) == told + 4 * len(few)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("place,month,n\n", "line 1: the columns are place_id,month,n or lat,lon"),
        ("place_id,month,n,name\n", "line 1: the columns are"),
        ("place_id,month,n\np01,2026-2,3\n", "line 2: '2026-2' is not a month"),
        ("place_id,month,n\np01,2026-02,1-4\n", "line 2: n is a whole number"),
        ("place_id,month,n\np01,2026-02,-1\n", "line 2: n is a whole number"),
        (
            f"place_id,month,n\np01,2026-02,{'9' * 5_000}\n",
            "line 2: n is a whole number",
        ),
        ("place_id,month,n\n,2026-02,1\n", "line 2: no place_id"),
        ("place_id,month,n\np01,2026-02\n", "line 2: 2 values, and 3 columns"),
        (
            "place_id,month,n\np01,2026-02,5\n\np01,2026-02,6\n",
            "line 4: the same place and month as in line 2",
        ),
        ("lat,lon,month,n\n0.52,51.27,2026-02,5\n", "line 2: lat and lon are degrees"),
        ("lat,lon,month,n\nnan,0,2026-02,5\n", "line 2: lat and lon are degrees"),
        ('place_id,month,n\n"p01"x,2026-02,5\n', "line 2: not a CSV"),
        ("place_id,month,n\n", "it has no counts"),
        ("", "line 1: the columns are"),
    ],
)
def test_a_slip_is_refused_by_its_line(
    home: Home, tmp_path: Path, text: str, line: str
) -> None:
    with pytest.raises(UsageError, match=r"^ae\.csv") as refused:
        read_counts(home, written(tmp_path, text), None)
    assert line in str(refused.value)


def test_counts_of_sensitive_places_need_a_reason(home: Home, tmp_path: Path) -> None:
    text = "place_id,month,n\np01,2026-02,5\n"
    with pytest.raises(UsageError, match="--context-counts A&E: such places need"):
        read_counts(home, written(tmp_path, text, "hostels.csv"), None)
    given = written(tmp_path, text, "hostels.csv")
    assert read_counts(home, given, "asked by the partnership").name == "A&E"


def test_a_home_of_the_public_feed_takes_none(tmp_path: Path) -> None:
    given = written(tmp_path, "place_id,month,n\np01,2026-02,5\n")
    with pytest.raises(UsageError, match="a home of a force's own feed alone"):
        read_counts(create_demo_home(tmp_path / "home"), given, None)
