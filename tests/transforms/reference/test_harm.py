"""Weights of harm: shipped by category, a home's own by offence, and wrong ones."""

import math
from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.homes.home import open_home
from transforms.reference.categories import CATEGORIES
from transforms.reference.harm import HarmWeights, shipped_weights


CATEGORY_LINES = "\n".join(f"{slug} = 1.5" for slug in CATEGORIES)
OWN = f"""
label = "Our own weights"
unit = "pounds of cost to society"
source = "Counted by our analysts in 2025"
version = "7"

[categories]
{CATEGORY_LINES}

[offences]
28A = 900
"104/23" = 0.25
"""
OWN_FILE = '[harm]\nfile = "weights.toml"\n'


def home_weights(folder: Path, settings: str, own: str = OWN) -> HarmWeights:
    (folder / "weights.toml").write_text(own)
    (folder / "hexbeat.toml").write_text(settings)
    return open_home(folder).scoring.harm


@pytest.mark.parametrize("name", ["cchi", "ons"])
def test_shipped_weights_cover_all_categories(name: str) -> None:
    weights = shipped_weights(name)
    assert weights.categories.keys() == CATEGORIES.keys()
    assert all(0 <= weight < math.inf for weight in weights.categories.values())
    assert weights.categories["robbery"] > weights.categories["shoplifting"] > 0
    assert weights.offences == {}


def test_a_silent_home_weighs_by_the_cambridge_index(tmp_path: Path) -> None:
    assert open_home(tmp_path).scoring.harm == shipped_weights("cchi")
    assert home_weights(tmp_path, "[harm]\n") == shipped_weights("cchi")


def test_a_home_chooses_weights_and_scale(tmp_path: Path) -> None:
    text = '[harm]\nweights = "ons"\nscale = "square_root"\n'
    assert home_weights(tmp_path, text) == shipped_weights("ons", "square_root")


def test_a_weight_counts_as_stated_or_by_its_square_root() -> None:
    assert shipped_weights().weight(365.0) == 365.0
    assert shipped_weights(scale="square_root").weight(365.0) == math.sqrt(365)
    assert shipped_weights(scale="square_root").weight(0.0) == 0.0


def test_weights_say_in_words_what_they_are(tmp_path: Path) -> None:
    assert home_weights(tmp_path, OWN_FILE).in_words == (
        "Our own weights (version 7), pounds of cost to society"
    )
    assert home_weights(tmp_path, f'{OWN_FILE}scale = "square_root"').in_words == (
        "Our own weights (version 7), square root of pounds of cost to society"
    )


def test_a_homes_own_file_weighs_offences_too(tmp_path: Path) -> None:
    weights = home_weights(tmp_path, OWN_FILE)
    assert weights.offences == {"28A": 900.0, "104/23": 0.25}
    assert weights.categories == dict.fromkeys(CATEGORIES, 1.5)


def test_a_homes_own_file_may_lie_elsewhere(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere.toml"
    home.mkdir()
    elsewhere.write_text(OWN)
    text = f"[harm]\nfile = '{elsewhere}'\n"
    assert home_weights(home, text).label == "Our own weights"


def test_offences_need_no_weights(tmp_path: Path) -> None:
    weights = home_weights(tmp_path, OWN_FILE, OWN.partition("[offences]")[0])
    assert weights.offences == {}


def first_changed(value: str) -> str:
    return OWN.replace(
        "anti-social-behaviour = 1.5", f"anti-social-behaviour = {value}"
    )


UNREADABLE = "not valid TOML"
FIRST = "[categories] anti-social-behaviour must be"


@pytest.mark.parametrize(
    ("own", "place", "fact"),
    [
        ("label = ", UNREADABLE, ""),
        (OWN + '28A = "grave"', UNREADABLE, ""),  # a key twice
        ('weights = "cchi"', "weights is unknown", "label"),
        (f'scale = "raw"\n{OWN}', "scale is unknown", "label"),
        (OWN.replace("label =", "name ="), "name is unknown", "label"),
        (OWN.replace("source =", "# source ="), "source is missing", ""),
        (OWN.replace('"Our own weights"', '""'), "label must be a text", "got a text"),
        (OWN.replace('"7"', "7"), "version must be a text", "got a number"),
        (first_changed("nan"), FIRST, "nan"),
        (first_changed("inf"), FIRST, "inf"),
        (first_changed("-1"), FIRST, "-1"),
        (first_changed("1" + "0" * 400), FIRST, "000"),
        (first_changed("1e300"), FIRST, "at most 1e+09 (got 1e+300)"),
        (first_changed("true"), FIRST, "got true"),
        (first_changed('"9"'), FIRST, "got a text"),
        (first_changed("[1]"), FIRST, "a list"),
        (first_changed("2024-01-01"), FIRST, "got 2024-01-01"),
        (OWN.replace("burglary", "Burglary"), "[categories] Burglary", "a category"),
        (OWN.replace("burglary = 1.5", ""), "[categories]", "burglary"),
        (OWN.replace("28A = 900", "28A = nan"), "[offences] 28A must be", "nan"),
        (OWN.replace("28A = 900", "8.01 = 9"), "[offences] 8 must be", "a table"),
        (OWN.replace("28A =", '"28\\nA" = -1\n28A ='), "[offences] 28 A", "-1"),
        (OWN.partition("[categories]")[0], "categories is missing", ""),
        (
            OWN.partition("[categories]")[0] + "categories = [1.5]",
            "categories must be a table",
            "[categories]",
        ),
        (
            OWN.partition("[offences]")[0].replace("[cat", "offences = [9]\n[cat"),
            "offences must be a table",
            "[offences]",
        ),
    ],
)
def test_a_wrong_file_of_weights_is_named_in_one_line(
    own: str, place: str, fact: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        home_weights(tmp_path, OWN_FILE, own)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'weights.toml'}: {place}")
    assert fact in said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["missing.toml", ".", "binary.toml", "a\\u0000b"])
def test_a_file_of_weights_that_cannot_be_read_is_told_in_one_line(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not a readable text file") as caught:
        home_weights(tmp_path, f'[harm]\nfile = "{name}"\n')
    assert "\n" not in str(caught.value)
