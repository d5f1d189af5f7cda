"""Who can reach a Prefect server can run code: none is open without a password."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prefect.settings import Settings as PrefectSettings
from prefect.settings.legacy import _get_settings_fields

from flows.settings import FeedSettings, Settings
from tests.deploy.processes import (
    DEPLOY,
    FROM_SECRET,
    compose,
    environments,
    images,
    pods,
)


pytestmark = pytest.mark.system


LOOPBACK = ("127.0.0.1", "localhost", "::1")
REQUIRED = re.compile(r"\$\{\w+:\?.+\}")
# Read past the settings: by Prefect itself, by prefect.yaml, within addresses, and by
# the flows that hand tasks to a cluster.
FURTHER = {
    "PREFECT_SERVER_ENCRYPTION_KEY",
    "HEXBEAT_APP_DIR",
    "HEXBEAT_HOST",
}


def open_servers(folder: Path) -> list[str]:
    """Processes that listen beyond loopback without password and CSRF protection."""
    found = []
    for name, given in environments(folder).items():
        host = given.get("PREFECT_SERVER_API_HOST", LOOPBACK[0])
        password = given.get("PREFECT_SERVER_API_AUTH_STRING", "")
        locked = password == FROM_SECRET or REQUIRED.fullmatch(password)
        csrf = given.get("PREFECT_SERVER_CSRF_PROTECTION_ENABLED") == "true"
        if host not in LOOPBACK and not (locked and csrf):
            found.append(name)
    return found


def test_no_server_is_open() -> None:
    assert open_servers(DEPLOY) == []
    hosts = [each.get("PREFECT_SERVER_API_HOST") for each in environments().values()]
    assert hosts.count("0.0.0.0") == 2  # noqa: S104 compose and Kubernetes


def test_no_other_place_names_an_address_to_listen_on() -> None:
    """Each mention is in an environment that the test above has read."""
    read = sum("PREFECT_SERVER_API_HOST" in each for each in environments().values())
    text = "".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())
    assert text.count("PREFECT_SERVER_API_HOST") == read
    assert "--host" not in text


@pytest.mark.parametrize(
    ("file", "lost", "instead"),
    [
        ("compose.yaml", "PREFECT_SERVER_API_AUTH_STRING:", "NOTHING:"),
        ("compose.yaml", 'ENABLED: "true"', 'ENABLED: "false"'),
        ("compose.yaml", "AUTH_STRING:?", "AUTH_STRING:-"),
        ("kubernetes/base/server.yaml", "PREFECT_SERVER_API_AUTH_STRING", "NOTHING"),
        ("kubernetes/base/server.yaml", "_CSRF_", "_"),
        ("systemd/hexbeat-server.service", "=127.0.0.1", "=0.0.0.0"),
    ],
)
def test_a_server_left_open_is_seen(
    file: str, lost: str, instead: str, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(DEPLOY, tmp_path / "deploy"))
    text = (copy / file).read_text()
    assert lost in text
    (copy / file).write_text(text.replace(lost, instead))
    (seen,) = open_servers(copy)
    assert seen.split()[0] in file
    assert "server" in seen


def test_the_server_unit_starts_with_a_password_alone() -> None:
    unit = (DEPLOY / "systemd" / "hexbeat-server.service").read_text()
    assert "EnvironmentFile=/etc/hexbeat/server.env" in unit
    assert 'test -n "$$PREFECT_SERVER_API_AUTH_STRING"' in unit


SECRETS = {
    "PREFECT_SERVER_API_AUTH_STRING": "hexbeat:right",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://p:p@db/prefect",
    "PREFECT_SERVER_ENCRYPTION_KEY": "key",
}


@pytest.mark.parametrize("empty", [None, *SECRETS])
def test_kubernetes_starts_no_server_with_an_empty_secret(
    empty: str | None, tmp_path: Path
) -> None:
    [container] = dict(pods())["hexbeat-server"]["containers"]
    command = container["command"]
    program = tmp_path / "prefect"
    program.write_text('#!/bin/sh\necho "started $*"\n')
    program.chmod(0o755)
    given = {name: "" if name == empty else SECRETS[name] for name in SECRETS}
    done = subprocess.run(
        command[command.index("--") + 1 :],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **given},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if empty is None:
        assert (done.returncode, done.stdout) == (0, "started server start\n")
    else:
        assert done.returncode != 0
        assert done.stdout == ""
        [line] = done.stderr.splitlines()
        assert f"{empty}: is empty, fill" in line


NATION_BYTES = 1.6e9  # of a publication, computed from the sizes of its files


def test_a_national_publication_fits_where_it_is_built() -> None:
    """That is the temporary folder, if the home is in an object store."""
    [tmpfs] = compose()["services"]["worker"]["tmpfs"]
    folders = {each["name"]: each for each in dict(pods())["hexbeat-worker"]["volumes"]}
    sizes = [
        re.search(r"size=(\d+)g", tmpfs),
        re.fullmatch(r"(\d+)Gi", folders["tmp"]["emptyDir"]["sizeLimit"]),
    ]
    for size in sizes:
        assert size
        assert int(size[1]) * 2**30 > 1.5 * NATION_BYTES


def test_every_setting_is_one_that_is_read() -> None:
    """Unknown ones are passed over without a word."""
    known = set(_get_settings_fields(PrefectSettings)) | FURTHER
    known |= {f"HEXBEAT_{name.upper()}" for name in Settings.model_fields}
    known |= {f"HEXBEAT_FEED_{name.upper()}" for name in FeedSettings.model_fields}
    given = {name for each in environments().values() for name in each}
    ours = {name for name in given if name.startswith(("PREFECT_", "HEXBEAT_"))}
    assert ours - known == set()
    assert len(ours) > 10


def test_servers_ask_no_host_on_the_internet() -> None:
    image = environments()["Dockerfile"]
    unit = environments()["hexbeat-server.service"]
    for given in (image, unit):
        assert given["PREFECT_SERVER_UI_V2_ENABLED"] == "false"
        assert given["PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT"] == "false"
        assert given["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
        assert given["DO_NOT_TRACK"] == "1"


@pytest.mark.parametrize(("where", "image"), images().items())
def test_images_are_named_to_the_patch(where: str, image: str) -> None:
    name, _, tag = image.partition(":")
    assert re.match(r"\d+\.\d+(\.\d+)?\b", tag), where
    assert tag.count(".") >= 2 or name == "postgres"  # whose versions have two parts
