"""What people know of a month: recorded with its reason, and wins over the rules."""

from datetime import date
from pathlib import Path

from transforms.homes.home import open_home
from transforms.homes.settings import SETTINGS
from transforms.reference.months import Month
from transforms.reference.overrides import (
    Override,
    day_overrides,
    month_overrides,
    shipped_overrides,
)
from transforms.reference.toml_files import read_toml


ENTRY = """
[[coverage]]
force = "kent"
months = ["2024-05", "2024-06"]
as = "set_aside"
reason = "the files were sent twice"
"""


def read(text: str) -> object:
    return month_overrides(read_toml(text, "hexbeat.toml", SETTINGS).coverage)


def test_an_entry_speaks_of_each_of_its_months() -> None:
    override = Override("set_aside", "the files were sent twice")
    months = [Month(2024, 5), Month(2024, 6)]
    assert read(ENTRY) == {"kent": dict.fromkeys(months, override)}


DAYS = """
[feed]
mapping = "m"
[[feed.days]]
from = 2026-10-26
to = "2026-10-27"
as = "set_aside"
reason = "their export failed"
[[feed.days]]
from = "2026-10-27"
to = "2026-10-27"
as = "supplied"
reason = "ok"
"""


def test_an_entry_speaks_of_each_of_its_days_and_a_later_one_wins() -> None:
    feed = read_toml(DAYS, "hexbeat.toml", SETTINGS).feed
    assert feed is not None
    assert day_overrides(feed.days) == {
        date(2026, 10, 26): Override("set_aside", "their export failed"),
        date(2026, 10, 27): Override("supplied", "ok"),
    }


def test_a_home_adds_to_what_is_shipped_and_wins(tmp_path: Path) -> None:
    text = ENTRY.replace("kent", "city-of-london").replace("2024-05", "2020-04")
    (tmp_path / "hexbeat.toml").write_text(text)
    months = open_home(tmp_path).registry["city-of-london"].overrides
    assert months[Month(2020, 4)].verdict == "set_aside"
    assert months[Month(2020, 5)].verdict == "supplied"
    assert months[Month(2020, 5)].reason.startswith("Lockdown")


def test_every_shipped_override_has_its_reason() -> None:
    for months in shipped_overrides().values():
        assert all(len(override.reason) > 20 for override in months.values())
