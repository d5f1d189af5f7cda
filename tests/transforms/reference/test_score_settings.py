"""A home's choices about scores: shipped where silent, and part of each identity."""

from pathlib import Path

import pytest

from transforms.homes.home import open_home
from transforms.homes.settings import SETTINGS
from transforms.reference.exclusions import shipped_exclusions
from transforms.reference.harm import shipped_weights
from transforms.reference.score_settings import HotspotLimits, Scoring
from transforms.reference.toml_files import read_toml


EXCLUSION = '[[exclusion]]\nid = "x"\nlabel = "Depot"\nwhy = "a desk"\nforce = "kent"\n'
HOTSPOTS = "[hotspots]\nshare_percent = 2\nmax_cells = 5\nmax_area_m2 = 900_000\n"
ALL = EXCLUSION + '[harm]\nscale = "raw"\nweights = "ons"\n' + HOTSPOTS


def read(text: str) -> Scoring:
    return read_toml(text, "hexbeat.toml", SETTINGS).scoring(Path())


def test_a_silent_home_has_the_shipped_choices(tmp_path: Path) -> None:
    assert read("") == Scoring() == open_home(tmp_path).scoring
    assert read("").exclusions == shipped_exclusions()
    assert read("").harm == shipped_weights()
    assert read("").hotspots == HotspotLimits(1.0, 12, 1_200_000.0)


def test_a_home_states_only_what_it_wants_otherwise(tmp_path: Path) -> None:
    (tmp_path / "hexbeat.toml").write_text("[hotspots]\nmax_cells = 7\n")
    scoring = open_home(tmp_path).scoring
    assert scoring == Scoring(hotspots=HotspotLimits(max_cells=7))


@pytest.mark.parametrize(
    "text",
    [
        EXCLUSION,
        EXCLUSION.replace("Depot", "Bus Depot"),
        EXCLUSION.replace("a desk", "another reason"),
        EXCLUSION.replace("kent", "gwent"),
        '[exclusions]\nwithout = ["hospital"]',
        '[harm]\nweights = "ons"',
        '[harm]\nscale = "square_root"',
        "[hotspots]\nshare_percent = 2",
        "[hotspots]\nmax_cells = 11",
        "[hotspots]\nmax_area_m2 = 1_200_001",
    ],
)
def test_each_choice_changes_the_identity(text: str) -> None:
    assert read(text).sha256 != read("").sha256
    if text.startswith("[[exclusion]]") and text != EXCLUSION:
        assert read(text).sha256 != read(EXCLUSION).sha256


def test_own_weights_are_known_by_what_is_in_their_file(tmp_path: Path) -> None:
    weights = tmp_path / "own.toml"
    (tmp_path / "hexbeat.toml").write_text('[harm]\nfile = "own.toml"')
    shipped = shipped_weights()
    lines = [f"{slug} = {weight}" for slug, weight in shipped.categories.items()]
    text = 'label = "l"\nunit = "u"\nsource = "s"\nversion = "1"\n'

    def identity(last: str, *lines: str) -> str:
        weights.write_text(
            "\n".join([text, "[categories]", *lines, "[offences]", last])
        )
        return open_home(tmp_path).scoring.sha256

    assert identity("28A = 9", *lines) == identity("28A = 9.0", *reversed(lines))
    assert identity("28A = 9", *lines) != identity("28A = 8", *lines)


def test_the_order_of_keys_changes_no_identity() -> None:
    parts = [EXCLUSION, '[harm]\nweights = "ons"\nscale = "raw"\n', HOTSPOTS]
    turned = "".join(
        "\n".join([head, *reversed(lines), ""])
        for head, *lines in (part.splitlines() for part in reversed(parts))
    )
    assert read(turned) == read(ALL)
    assert read(turned).sha256 == read(ALL).sha256 != read("").sha256


def test_what_is_stated_as_it_is_shipped_changes_no_identity() -> None:
    text = "[hotspots]\nshare_percent = 1\nmax_cells = 12.0\nmax_area_m2 = 1_200_000\n"
    assert read(text).sha256 == read("").sha256


def test_hotspots_are_limited_as_a_home_states() -> None:
    assert read(HOTSPOTS).hotspots == HotspotLimits(2.0, 5, 900_000.0)
    assert isinstance(read("[hotspots]\nmax_cells = 5.0").hotspots.max_cells, int)
    assert read("[hotspots]\nshare_percent = 5").hotspots.share_percent == 5.0
