"""Problem profiles of a simulated home: what they say, and what they refuse."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest

from tests.flows.made_programmes import Made as Programmed
from tests.flows.made_programmes import make_programme
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.operations.verify import verify
from transforms.profiles.area import Area
from transforms.profiles.make import Made, asked_areas, make_profiles
from transforms.profiles.past import past_of
from transforms.profiles.profile import Context, profile_of
from transforms.profiles.words import document
from transforms.scores.explain_hotspot import explain_hotspot


GROUP = "all-crime"


def asked(home: Home, *ids: str, **given: object) -> list[Area]:
    names = ("programme", "force", "group", "top")
    return asked_areas(home, ids, **{name: given.get(name) for name in names})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copied_home(simulated.home, tmp_path_factory.mktemp("profiles"))


@pytest.fixture(scope="module")
def made(home: Home) -> list[Made]:
    force = min(home.registry)
    found = list(make_profiles(home, asked(home, force=force, group=GROUP, top=3)))
    return [one for one in found if isinstance(one, Made)]


def test_a_profile_has_the_figures_of_explain(home: Home, made: list[Made]) -> None:
    for one in made:
        area = one.profile.area
        twin = explain_hotspot(home, area.id, None)
        assert area.expected == pytest.approx(twin.expected)
        assert area.interval == twin.interval
        assert area.lists == len({row["as_of"] for row in twin.ranks})
        known = dict(one.profile.series)
        for month, number in twin.months:
            assert {str(m): n for m, n in known.items()}[month] == number
        of_group = set(area.group.categories)
        mine = sum(n for category, n in twin.mix if category in of_group)
        assert one.profile.year.incidents == mine


def test_its_points_and_months_are_the_same_incidents(made: list[Made]) -> None:
    for one in made:
        found = one.profile
        months = sum(number or 0 for _, number in found.series)
        assert found.points.incidents == months == found.mine.incidents
        assert found.outcomes.positive <= found.outcomes.final <= found.year.incidents


def test_its_files_agree_and_only_its_owner_opens_them(made: list[Made]) -> None:
    folder = made[0].folder
    area = made[0].profile.area
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {file.name for file in folder.iterdir()} == {
        f"profile-{area.id}.json", f"profile-{area.id}.md", f"profile-{area.id}.pdf",
        f"profile_{area.id}_points.csv", "manifest.json",
    }  # fmt: skip
    told = json.loads((folder / f"profile-{area.id}.json").read_bytes())
    points = pacsv.read_csv(folder / f"profile_{area.id}_points.csv")
    assert len(points) == told["points"]
    monthly = sum(row["incidents"] or 0 for row in told["months"])
    assert sum(points["incidents_36m"].to_pylist()) == monthly
    text = (folder / f"profile-{area.id}.md").read_text()
    assert made[0].profile.route.name in text
    assert "Community: who is affected, and who says so: …" in text


def test_made_again_it_is_the_same_folder(home: Home, made: list[Made]) -> None:
    before = {f: f.stat().st_mtime_ns for f in made[0].folder.iterdir()}
    [again] = make_profiles(home, asked(home, made[0].profile.area.id))
    assert isinstance(again, Made)
    assert not again.created
    assert again.folder == made[0].folder
    assert {f: f.stat().st_mtime_ns for f in made[0].folder.iterdir()} == before


def test_verify_names_what_is_not_as_it_was_written(
    programmed: Programmed, tmp_path: Path
) -> None:
    home = programmed.again(tmp_path).home
    force = min(home.registry)
    [found] = make_profiles(home, asked(home, force=force, group=GROUP, top=1))
    assert isinstance(found, Made)
    checked = verify(home)
    assert checked.whole
    assert checked.checked["profiles"] == 1
    id_ = found.profile.area.id
    (found.folder / f"profile-{id_}.md").write_text("all is well")
    (found.folder / f"profile-{id_}.pdf").unlink()
    assert sorted(verify(home).differs) == [
        f"{found.folder / f'profile-{id_}.{kind}'}: not as it was written"
        for kind in ("md", "pdf")
    ]


def test_what_was_tried_is_in_the_profile(
    simulated: Simulated, made: list[Made], tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    id_ = made[0].profile.area.id
    responses = home.root / "responses.toml"
    responses.write_text(
        f'[[response]]\nplace = "{id_}"\ndate = 2025-03-01\nend = 2025-06-30\n'
        'what = "Lights [mended](x)"\nwho = "Council"\n'
        '[[response]]\nplace = "elsewhere"\ndate = 2025-03-01\nwhat = "x"\nwho = "y"\n'
    )
    [found] = make_profiles(home, asked(home, id_))
    assert isinstance(found, Made)
    assert found.folder.name != made[0].folder.name
    text = (found.folder / f"profile-{id_}.md").read_text()
    assert "1. 2025-03-01 to 2025-06-30: Lights \\[mended\\](x) (Council)" in text
    responses.write_text('[[response]]\nplace = "x"\n')
    with pytest.raises(UsageError, match=r"responses\.toml: .*date"):
        list(make_profiles(home, asked(home, id_)))


def test_too_few_incidents_are_no_profile(home: Home, made: list[Made]) -> None:
    area = made[0].profile.area
    lake = home.lake.pinned()
    alone = replace(area, ground=np.sort(area.ground)[:1] + (1 << 30))
    past = past_of(home, lake, area.force, AS_OF)
    with pytest.raises(UsageError, match=r"0 incidents .* too few .* hexbeat explain"):
        profile_of(home, alone, past, Context())


@pytest.mark.parametrize(
    ("ids", "given", "line"),
    [
        ((), {}, "name hot spots by their ids"),
        (("nowhere-1",), {}, "no hot spot nowhere-1 as of 2025-12"),
        ((), {"programme": "x"}, "--programme: name places of it"),
        (("p01",), {"programme": "x"}, "'x' is not a programme here"),
        (("p01",), {"top": 3}, "--top is of the highest hot spots"),
        ((), {"force": "nowhere", "group": GROUP, "top": 3}, "the lake has nothing"),
        ((), {"force": "demo-coast", "group": "arson", "top": 3}, "is no crime group"),
        ((), {"force": "demo-coast", "group": GROUP, "top": 0}, "--top 0: 1 or more"),
    ],
)
def test_what_cannot_be_profiled_is_one_line(
    home: Home, ids: tuple[str, ...], given: dict[str, object], line: str
) -> None:
    with pytest.raises(UsageError, match=line):
        asked(home, *ids, **given)


@pytest.fixture(scope="module")
def programmed(
    simulated: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> Programmed:
    return make_programme(simulated, tmp_path_factory.mktemp("programmed"))


def test_a_place_of_a_programme_has_its_forecast_and_power(
    programmed: Programmed,
) -> None:
    home, programme = programmed.home, programmed.frozen.programme
    [area] = asked(home, "p01", programme="summer")
    row = programme.places.to_pylist()[0]
    assert area.expected == row["level_month"]
    assert area.lists is None
    [found] = make_profiles(home, [area])
    assert isinstance(found, Made)
    assert found.profile.area.id == f"{programme.id}-p01"
    [assessed] = [b for b in document(found.profile).blocks if b.title == "Assessment"]
    assert list(assessed.lines) == [area.power]
    with pytest.raises(UsageError, match="'p99' is no place of summer-"):
        asked(home, "p99", programme="summer")
