"""Layers of the user's beside a programme's places: described, and nothing more."""

import csv
import json
from pathlib import Path

import h3
import pytest

from tests.flows.commands import hexbeat_here
from tests.flows.made_programmes import BUFFER_M, NOW, Made, make_programme
from tests.transforms.profiles.test_around import layer_file
from tests.transforms.simulated_home import Simulated
from transforms.operations.verify import verify
from transforms.programmes.around import UserLayers
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import DATA_FILES
from transforms.publications.layers.context import read_context


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_programme(simulated, tmp_path_factory.mktemp("context"))


def test_layers_stand_beside_the_places_and_change_none(
    made: Made, tmp_path: Path
) -> None:
    plain = made.frozen.programme
    [first, second, *_] = plain.places.to_pylist()
    points = [(first["lat"], first["lon"])] * 2 + [(second["lat"], second["lon"])]
    layer = read_context(f"Schools={layer_file(tmp_path, points)}", None)
    again = freeze(
        made.home, "summer", made.rule, None, BUFFER_M, NOW, "me", UserLayers([layer])
    )
    found = again.programme
    assert again.created
    assert found.id != plain.id
    assert found.identity["files"] == plain.identity["files"]
    for name in DATA_FILES:
        assert (found.folder / name).read_bytes() == (plain.folder / name).read_bytes()
    lines = (found.folder / "context.csv").read_text().splitlines()
    rows = list(csv.DictReader(lines))
    assert [row["place_id"] for row in rows] == plain.places["place_id"].to_pylist()
    for row, place in zip(rows, plain.places.to_pylist(), strict=True):
        mine = set(place["h3_cells"].split())
        inside = sum(h3.latlng_to_cell(lat, lon, 9) in mine for lat, lon in points)
        away = [
            h3.great_circle_distance((place["lat"], place["lon"]), point, unit="m")
            for point in points
        ]
        assert int(row["inside"]) == inside
        assert int(row["nearest_m"]) == pytest.approx(min(away), rel=0.01, abs=3)
        assert row["quotient"] == ""  # three in the force are too few
    text = (found.folder / "METHOD.md").read_text()
    assert "no place was\nchosen by them" in text
    assert "- `within_250m`:" in text
    assert "context.csv" not in (plain.folder / "METHOD.md").read_text()
    assert "context" not in json.loads((plain.folder / "programme.json").read_text())
    assert verify(made.home).whole
    (found.folder / "context.csv").write_text("place_id\n")
    assert any("context.csv" in line for line in verify(made.home).differs)


@pytest.mark.parametrize(
    ("name", "more", "line"),
    [
        ("Refuges", (), "such places need protection themselves"),
        ("Sch|ools", (), "write NAME=FILE"),
    ],
)
def test_what_may_not_be_described_freezes_nothing(
    made: Made, tmp_path: Path, name: str, more: tuple[str, ...], line: str
) -> None:
    file = layer_file(tmp_path, [(51.5, 0.1)])
    before = sorted((made.home.root / "programmes").iterdir())
    done = hexbeat_here(
        "programme", "freeze", "other", "--force", made.rule.force, "--group",
        "all-crime", "--top", 4, "--context", f"{name}={file}", *more,
        "--home", made.home.root,
    )  # fmt: skip
    assert done.returncode == 2
    assert line in " ".join(done.stderr.split())
    assert sorted((made.home.root / "programmes").iterdir()) == before
