"""The command for problem profiles: where it writes, and how it ends."""

import json
from pathlib import Path

import pytest

from tests.flows.commands import hexbeat, hexbeat_here
from tests.transforms.profiles.test_day_profiles import NOW, made_home
from tests.transforms.simulated_home import Simulated, copied_home
from transforms.day_publications.run import run_day
from transforms.homes.home import Home
from transforms.profiles.area import highest_areas
from transforms.profiles.force_points import force_points
from transforms.scores.methods import METHODS
from transforms.simulator.timed.hands import HANDS


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copied_home(simulated.home, tmp_path_factory.mktemp("profile"))


def rare(home: Home, force: str) -> str:
    """A hot spot with too little in it to speak of."""
    for group in ("bicycle-theft", "robbery", "theft-from-the-person", "drugs"):
        for area in reversed(highest_areas(home, force, group, top=100)):
            points = force_points(home, home.lake, area.force, area.as_of)
            mine = points.within(area.ground).of(area.group.categories)
            if mine.incidents < 20:
                return area.id
    raise AssertionError("every hot spot has enough")


def test_profiles_are_written_and_one_with_too_little_is_told(
    home: Home, prefect: dict[str, str]
) -> None:
    force = min(home.registry)
    [area] = highest_areas(home, force, "all-crime", top=1)
    few = rare(home, force)
    given = ("profile", area.id, few, "--home", home.root, "--json")
    done = hexbeat(*given, env=prefect)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    [made] = told["profiles"]
    assert made["id"] == area.id
    assert made["created"] is True
    assert (Path(made["folder"]) / f"profile-{area.id}.pdf").is_file()
    [line] = told["too_few"]
    assert line.startswith(f"{few}: ")
    assert "fewer than 20: too few for a problem profile; see hexbeat explain" in line


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (("nowhere-1",), "no hot spot nowhere-1 as of"),
        (("--force", "avonmere", "--group", "robbery"), "name hot spots by their ids"),
        (("x-1", "--context", "Schools"), "--context Schools: write NAME=FILE"),
        (("x-1", "--context", "Schools=none.geojson"), "there is no such file"),
        (("x-1", "--context", "Refuges=a.geojson"), "such places need protection"),
        (("x-1", "--context-counts", "A&E=a.csv"), "a home of a force's own feed"),
        (("p01", "--programme", "x"), "'x' is not a programme here"),
        (("x-1", "--top", "3"), "--top is of the highest hot spots"),
    ],
)
def test_what_cannot_be_profiled_ends_with_2_in_one_line(
    home: Home, given: tuple[str, ...], line: str
) -> None:
    done = hexbeat_here("profile", *given, "--home", home.root)
    assert done.returncode == 2
    assert not done.stdout
    assert len(done.stderr.strip().splitlines()) <= 3
    assert line in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (home.root / "profiles" / ".tmp").exists()


def test_a_force_s_own_feed_is_profiled_and_the_reading_is_noted(
    tmp_path: Path, prefect: dict[str, str]
) -> None:
    feed = made_home(tmp_path, HANDS["csv"].mapping, 100)
    run_day(feed, METHODS["rolling_count_28d"], "me", NOW)
    root = feed.home.root
    group, given = "all-crime", ("--home", root, "--json")
    done = hexbeat(
        "profile", "--force", feed.force, "--group", group, "--top", 1, *given,
        env=prefect,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [made] = json.loads(done.stdout)["profiles"]
    folder = Path(made["folder"])
    assert folder.parent == root / "profiles"
    text = (folder / f"profile-{made['id']}.md").read_text()
    assert "| Monday |" in text
    last = json.loads((root / "audit.jsonl").read_text().splitlines()[-1])
    assert last["action"] == "read"
    assert last["what"]["analysis"] == "problem profile"
    assert feed.audit.verify().fault is None
    for told in (done.stdout, done.stderr):
        assert "Street" not in told
