"""Keys to a feed come from the environment or from files, and show nowhere."""

from pathlib import Path

import pytest

from flows.feed_source import feed_access
from flows.settings import FeedSettings, checked
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access


PAGE = Path(__file__).parents[2] / "docs" / "force-feed.md"
SECRETS = ("TOKEN", "PASSWORD", "DATABASE_URL")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SECRETS, "KEY_FILE", "HOST_KEY"):
        for form in (name, f"{name}_FILE"):
            monkeypatch.delenv(f"HEXBEAT_FEED_{form}", raising=False)


def access() -> Access:
    return feed_access(checked(FeedSettings, {}))


def test_without_any_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXBEAT_FEED_TOKEN", "")
    assert access() == Access()


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("in_file", [False, True])
def test_a_secret_is_read_and_does_not_show(
    name: str, in_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("canary \n")
    if in_file:
        monkeypatch.setenv(f"HEXBEAT_FEED_{name}_FILE", str(tmp_path / "key"))
    else:
        monkeypatch.setenv(f"HEXBEAT_FEED_{name}", "canary ")
    found = access()
    assert getattr(found, name.lower()).get_secret_value() == "canary "
    assert "canary" not in f"{found!r} {found} {checked(FeedSettings, {})!r}"


def test_what_is_no_secret_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXBEAT_FEED_KEY_FILE", "/keys/force")
    monkeypatch.setenv("HEXBEAT_FEED_HOST_KEY", "SHA256:x")
    assert access() == Access(key_file=Path("/keys/force"), host_key="SHA256:x")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_cannot_be_read_is_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("\n")
    monkeypatch.setenv(f"HEXBEAT_FEED_{name}_FILE", str(tmp_path / "key"))
    with pytest.raises(UsageError, match=f"HEXBEAT_FEED_{name}_FILE: .*key: empty"):
        access()
    monkeypatch.setenv(f"HEXBEAT_FEED_{name}", "canary")
    with pytest.raises(UsageError, match=f"set it or {name}_FILE, not both"):
        access()
    monkeypatch.delenv(f"HEXBEAT_FEED_{name}")
    (tmp_path / "key").unlink()
    with pytest.raises(UsageError, match="not a readable text file"):
        access()


def test_the_page_names_each() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in FeedSettings.model_fields:
        if name.endswith("_file") and name != "key_file":
            assert f"{name.upper()}`" in page
        else:
            assert f"| `HEXBEAT_FEED_{name.upper()}` |" in page
