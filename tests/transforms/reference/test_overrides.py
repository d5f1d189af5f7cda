"""What people know of a month: recorded with its reason, and wins over the rules."""

import tomllib
from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.home import open_home
from transforms.months import Month
from transforms.overrides import Override, read_overrides, shipped_overrides


ENTRY = """
[[coverage]]
force = "kent"
months = ["2024-05", "2024-06"]
as = "set_aside"
reason = "the files were sent twice"
"""


def read(text: str) -> object:
    return read_overrides(tomllib.loads(text), "hexbeat.toml")


def test_an_entry_speaks_of_each_of_its_months() -> None:
    override = Override("set_aside", "the files were sent twice")
    months = [Month(2024, 5), Month(2024, 6)]
    assert read(ENTRY) == {"kent": dict.fromkeys(months, override)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (ENTRY.replace("set_aside", "fine"), "as = 'fine'"),
        (ENTRY.replace("2024-05", "2024-13"), "'2024-13' is not a month"),
        (ENTRY.replace("the files were sent twice", " "), "its reason in words"),
        (ENTRY.replace("reason", "because"), "it takes exactly"),
        ('coverage = "kent"', "coverage is a list"),
        (ENTRY.replace('["2024-05", "2024-06"]', '"2024-05"'), "months a list"),
    ],
)
def test_a_wrong_entry_is_named(wrong: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"hexbeat\.toml") as caught:
        read(wrong)
    assert words in str(caught.value)


def test_a_home_adds_to_what_is_shipped_and_wins(tmp_path: Path) -> None:
    text = ENTRY.replace("kent", "city-of-london").replace("2024-05", "2020-04")
    (tmp_path / "hexbeat.toml").write_text(text)
    months = open_home(tmp_path).registry["city-of-london"].overrides
    assert months[Month(2020, 4)].verdict == "set_aside"
    assert months[Month(2020, 5)].verdict == "supplied"
    assert months[Month(2020, 5)].reason.startswith("Lockdown")


def test_an_override_of_a_mistyped_force_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "hexbeat.toml").write_text(ENTRY.replace("kent", "kentt"))
    with pytest.raises(UsageError, match="did you mean 'kent'"):
        open_home(tmp_path)


def test_every_shipped_override_has_its_reason() -> None:
    for months in shipped_overrides().values():
        assert all(len(override.reason) > 20 for override in months.values())
