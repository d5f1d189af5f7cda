"""A home at any path is the home at that path, or is refused before it is read."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import create_demo_home, open_home
from transforms.homes.home_paths import home_path
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.operations.backup import backup
from transforms.records.homes import create_force_home


FINE = [
    "my project", "100%", "5%of", "a#b", "a:b", "a&b=c+d", "[1]", "a*", "{a}", "ü",
    "日本", "it's", '"q"', "$HOME", "~", "a;b|c", "<a>", " a ", "s3:",
]  # fmt: skip
NOW = datetime(2026, 1, 2, tzinfo=UTC)
REFUSED = [
    "my%20project",
    "feature%2Fbranch",
    "%25",
    "a?b",
    "?",
    "a\\b",
    "a\tb",
    "a\nb",
]


def filled(root: Path, source: Path) -> Lake:
    home = open_home(root)
    request = resolve(source, home.registry, ["kent"])
    kent, feed = home.registry["kent"], street
    done = ingest_force(home.lake, feed, kent, request.members, request.months, NOW)
    assert done.error is None
    return home.lake


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {("kent", month): kent_csv(month, 5) for month in ("2024-03", "2024-04")}
    release_zip(tmp_path / "source", "2024-04", files)
    return tmp_path / "source"


@pytest.mark.parametrize("name", FINE)
def test_a_home_of_any_fine_name_is_filled_and_read(
    name: str, source: Path, tmp_path: Path
) -> None:
    lake = filled(tmp_path / "homes" / name, source)
    lake.checkpoint("incidents")
    assert len(Lake(lake.root).read("incidents", "kent")) == 10
    assert os.listdir(tmp_path / "homes") == [name]  # noqa: PTH208 (names as they are)


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_taken_for_another_home_is_refused_before_anything_is_read(
    name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "homes"
    create_demo_home(folder / "my project")
    for root in (folder / name, folder / name / "beneath"):
        for make in (open_home, create_demo_home):
            with pytest.raises(UsageError, match="home's path cannot contain"):
                make(root)
        with pytest.raises(UsageError, match="home's path cannot contain"):
            create_force_home(root, tmp_path / "no.toml", None, "me", NOW)
        with pytest.raises(UsageError, match="home's path cannot contain"):
            backup(open_home(folder / "my project"), root, lambda: None)
    assert [path.name for path in folder.iterdir()] == ["my project"]


def test_a_relative_or_linked_home_is_where_it_really_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "a%20b"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    for root in (Path(), Path("home"), tmp_path / "link"):
        monkeypatch.chdir(real)
        with pytest.raises(UsageError, match="'%20'"):
            home_path(root)


@pytest.mark.parametrize(
    "name",
    ["a%20b", "a?b", "a#b", "a*", "[a]", "{a}", "a\\b", "a|b", "a/../b", "a//b"],
)
def test_a_prefix_of_a_store_has_no_characters_that_mean_something_there(
    name: str,
) -> None:
    with pytest.raises(UsageError, match=r"home.s path cannot contain|in an address"):
        home_path(f"s3://bucket/{name}/home")


@pytest.mark.parametrize("name", ["home", "a b", "a'b", "a+b=c", "ü", "a.b/c", "~"])
def test_any_other_prefix_of_a_store_is_as_it_is_written(name: str) -> None:
    assert str(home_path(f"s3://bucket/{name}")) == f"s3://bucket/{name}"
    assert str(home_path(f"s3://bucket/{name}/")).rstrip("/") == f"s3://bucket/{name}"
