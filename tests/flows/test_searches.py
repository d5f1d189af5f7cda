"""`hexbeat searches`: what it refuses, in one line and before a flow begins."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.flows.commands import hexbeat_here
from tests.transforms.searches.made_searches import put_searches
from tests.transforms.simulated_home import Simulated, copied_home
from transforms.homes.home import Home
from transforms.profiles.area import highest_areas
from transforms.reference import cells
from transforms.searches.residents import read_residents


pytestmark = pytest.mark.system
HEADER = "lsoa21cd,group,residents"


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The simulated home, in which one of its forces has searches."""
    folder = tmp_path_factory.mktemp("searches")
    home = copied_home(simulated.home, folder)
    [area] = highest_areas(home, min(home.registry), "all-crime", top=1)
    put_searches(home, area.force.id, cells.as_text(area.ground), folder / "stops")
    return home


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (("--group", "arson"), "'arson' is no crime group; there are: "),
        (("--run", "2020-01-0"), "there is no publication 2020-01-0 in "),
        (("--programme", "x"), "'x' is not a programme here"),
        (("--programme", "x", "--group", "robbery"), "--programme has its own force"),
        (("--force", "nowhere"), "nowhere"),
        (("--out", "none/rows.csv"), "--out none/rows.csv: there is no folder "),
        (("--residents", "none.csv"), "--residents none.csv: cannot be read ("),
    ],
)
def test_what_cannot_be_counted_ends_with_2_in_one_line(
    home: Home, given: tuple[str, ...], line: str
) -> None:
    refused(home, given, line)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["lsoa,group,residents"], f"its first line is not {HEADER}"),
        ([HEADER], "it lists no LSOA"),
        ([HEADER, "E01017403,White"], "row 2: 2 columns, not 3"),
        ([HEADER, "S01017403,White,9"], "row 2: 'S01017403' is not an LSOA of England"),
        ([HEADER, "E01017403,Green,9"], "row 2: 'Green' is no group; there are: "),
        ([HEADER, "E01017403,White,9.5"], "row 2: '9.5' is not a number of residents"),
        (
            [HEADER, "E01017403,White,9", "E01017403,White,9"],
            "row 3: White of E01017403 is there twice",
        ),
    ],
)
def test_a_file_of_residents_with_a_slip_is_refused_by_its_row(
    home: Home, tmp_path: Path, rows: list[str], line: str
) -> None:
    file = tmp_path / "residents.csv"
    file.write_text("\n".join([*rows, ""]))
    refused(home, ["--residents", file], line)


def test_residents_without_a_slip_are_read(tmp_path: Path) -> None:
    file = tmp_path / "residents.csv"
    file.write_text(f"{HEADER}\nE01017403,White,9\n")
    assert read_residents(file) == {"E01017403": {"White": 9}}


def test_a_home_without_searches_says_so(simulated: Simulated, tmp_path: Path) -> None:
    home = copied_home(simulated.home, tmp_path)
    refused(home, [], "has no stop and search: its source had no")


def refused(home: Home, given: Sequence[object], line: str) -> None:
    done = hexbeat_here("searches", *given, "--home", home.root)
    assert done.returncode == 2
    assert line in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout
