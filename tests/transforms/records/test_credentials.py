"""The keys that a feed's home keeps: read by its owner alone, and shown nowhere."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.feed_source import drop_source
from tests.transforms.feeds.force.made_drops import (
    SQL_MAPPING,
    Truth,
    fill_database,
)
from tests.transforms.records.made_homes import made_home
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access
from transforms.operations.backup import backup
from transforms.records.credentials import stored_access


def kept(root: Path, text: str, mode: int = 0o600) -> Path:
    path = root / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_home_without_the_file_keeps_none(tmp_path: Path) -> None:
    assert stored_access(tmp_path) is None


def test_each_key_is_read_and_secrets_do_not_show(tmp_path: Path) -> None:
    secrets = ("token", "password", "database_url", "secret_access_key")
    plain = ("host_key", "access_key_id", "endpoint_url")
    lines = [f'{name} = "canary"' for name in secrets]
    lines += [f'{name} = "{name}"' for name in plain] + ['key_file = "sftp-key"']
    kept(tmp_path, "\n".join(lines))
    found = stored_access(tmp_path)
    assert found is not None
    assert {name: getattr(found, name) for name in secrets} == dict.fromkeys(
        secrets, SecretStr("canary")
    )
    assert {name: getattr(found, name) for name in plain} == {n: n for n in plain}
    assert found.key_file == tmp_path / "sftp-key"
    assert "canary" not in f"{found!r} {found}"


def test_a_key_file_elsewhere_stays_there(tmp_path: Path) -> None:
    kept(tmp_path, 'key_file = "/keys/kent"')
    assert stored_access(tmp_path) == Access(key_file=Path("/keys/kent"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o601])
def test_one_that_others_may_open_is_refused(mode: int, tmp_path: Path) -> None:
    path = kept(tmp_path, 'token = "canary"', mode)
    with pytest.raises(UsageError, match=f"chmod 600 {path}") as caught:
        stored_access(tmp_path)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('passwort = "canary"', "did you mean 'password'"),
        ('token = ""', "token"),
        ("token = 7", "token"),
        ('token = ["canary"]', "token"),
        ('token = "canary', "not valid TOML"),
        ("canary", "not valid TOML"),
    ],
)
def test_a_mistake_is_a_line_without_its_values(
    text: str, said: str, tmp_path: Path
) -> None:
    kept(tmp_path, text)
    with pytest.raises(UsageError, match=said) as caught:
        stored_access(tmp_path)
    line = str(caught.value)
    assert "canary" not in line
    assert "\n" not in line
    assert line.startswith(str(tmp_path / "credentials.toml"))


def test_the_home_s_keys_come_before_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = made_home(tmp_path, SQL_MAPPING)
    url = f"sqlite:///{tmp_path / 'crimes.db'}"
    fill_database(url, [Truth("a")])
    monkeypatch.setenv("HEXBEAT_FEED_DATABASE_URL", "sqlite:////no/such.db")
    kept(home.home.root, f'database_url = "{url}"')
    [drop] = drop_source(home, "sql").offered()
    assert b'"a"' in drop.read()
    # nor does the environment fill in what the file lacks: it is another feed's
    kept(home.home.root, 'token = "other"')
    with pytest.raises(UsageError, match="DATABASE_URL"):
        drop_source(home, "sql")


def test_a_copy_of_the_home_is_without_them(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    kept(home.home.root, 'token = "canary"')
    done = backup(home.home, tmp_path / "copy", wait=lambda: None)
    assert done.notes[-1] == "credentials.toml is not in it: write it again"
    assert not (tmp_path / "copy" / "credentials.toml").exists()
