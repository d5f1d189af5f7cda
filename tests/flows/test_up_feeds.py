"""Which feeds `hexbeat up` serves, and as which deployments."""

from pathlib import Path
from typing import Any

import pytest

from flows.server.feeds import asked_feeds, feeds_of
from flows.server.registration import _shipped, _with_feeds
from tests.transforms.feeds.force.made_drops import CSV_MAPPING
from tests.transforms.records.made_homes import made_home
from transforms.errors import UsageError


def home(folder: Path, force: str) -> str:
    folder.mkdir()
    mapping = CSV_MAPPING.replace('"kent"', f'"{force}"')
    return str(made_home(folder, mapping).home.root)


def test_each_home_is_named_by_its_force(tmp_path: Path) -> None:
    kent, surrey = home(tmp_path / "a=b", "kent"), home(tmp_path / "2", "surrey")
    assert asked_feeds([kent, surrey]) == [f"kent={kent}", f"surrey={surrey}"]
    assert asked_feeds([]) == []


def test_what_cannot_be_served_is_refused_before_anything_starts(
    tmp_path: Path,
) -> None:
    kent, again = home(tmp_path / "1", "kent"), home(tmp_path / "2", "kent")
    with pytest.raises(UsageError, match="are both feeds of kent"):
        asked_feeds([kent, again])
    with pytest.raises(UsageError, match="is not a home of a force's own feed"):
        asked_feeds([kent, str(tmp_path / "none")])
    (Path(kent) / "credentials.toml").write_text('token = "canary"')
    (Path(kent) / "credentials.toml").chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        asked_feeds([kent])


def test_keys_of_the_environment_are_for_one_feed_alone(tmp_path: Path) -> None:
    kent, surrey = home(tmp_path / "1", "kent"), home(tmp_path / "2", "surrey")
    keys = {"HEXBEAT_FEED_PASSWORD": "canary", "HEXBEAT_FEED_TOKEN": ""}
    with pytest.raises(UsageError, match="HEXBEAT_FEED_PASSWORD is set") as caught:
        feeds_of([kent, surrey], keys)
    assert "canary" not in str(caught.value)
    assert feeds_of([kent], keys) == [f"kent={kent}"]
    assert len(feeds_of([kent, surrey], {"HEXBEAT_FEED_TOKEN": ""})) == 2


def test_each_is_a_deployment_that_is_switched_on() -> None:
    file = _with_feeds(_shipped(), ["kent=/srv/a=b", "surrey=/srv/surrey"])
    assert len(file["deployments"]) == len(_shipped()["deployments"]) + 2
    by_name: dict[str, dict[str, Any]] = {d["name"]: d for d in file["deployments"]}
    assert not by_name["force-feed"]["schedules"][0]["active"]
    for force, where in (("kent", "/srv/a=b"), ("surrey", "/srv/surrey")):
        each = by_name[force]
        assert each["parameters"] == {"params": {"home": where}}
        assert each["schedules"][0]["active"]
        assert each["concurrency_limit"] == {
            "limit": 1,
            "collision_strategy": "ENQUEUE",
        }
