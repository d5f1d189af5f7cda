"""The settings of the public tier: safe where silent, wrong ones told in one line."""

import tomllib

import pytest

from transforms.disclosure.settings import DisclosureSettings, read_disclosure
from transforms.errors import UsageError


def read(text: str) -> DisclosureSettings:
    return read_disclosure(tomllib.loads(text), "hexbeat.toml")


def test_a_silent_home_is_safe() -> None:
    assert read("") == read("[public]") == DisclosureSettings(10, 5, 8, 1)


def test_a_home_states_only_what_it_wants_otherwise() -> None:
    assert read("[public]\nminimum_count = 20.0") == DisclosureSettings(20)
    found = read(
        "[public]\nminimum_count=6\nrounding=3\nfinest_resolution=7\nlag_months=2"
    )
    assert found == DisclosureSettings(6, 3, 7, 2)
    assert isinstance(read("[public]\nminimum_count = 20.0").minimum_count, int)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("public = 5", "public is a table of minimum_count, rounding, finest"),
        ("[[public]]", "public is a table"),
        ("[public]\nminimum = 5", "public is a table"),
        ("[public]\nminimum_count = 4", "minimum_count = 4 is not from 5 to 1000"),
        ("[public]\nminimum_count = 1001", "minimum_count = 1001 is not from"),
        ("[public]\nminimum_count = 10.5", "minimum_count = 10.5 is no whole number"),
        ("[public]\nminimum_count = nan", "minimum_count = nan is no whole number"),
        ("[public]\nminimum_count = inf", "minimum_count = inf is no whole number"),
        ("[public]\nminimum_count = true", "minimum_count = True is no whole number"),
        ('[public]\nminimum_count = "9"', "minimum_count = '9' is no whole number"),
        ("[public]\nrounding = 0", "rounding = 0 is not from 1 to 100"),
        ("[public]\nrounding = 3", "minimum_count = 10 is no multiple of rounding = 3"),
        ("[public]\nfinest_resolution = 9", "finest_resolution = 9 is not from 7 to 8"),
        ("[public]\nfinest_resolution = 6", "finest_resolution = 6 is not from 7 to 8"),
        ("[public]\nlag_months = 0", "lag_months = 0 is not from 1 to 24"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"^hexbeat\.toml: public") as caught:
        read(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
