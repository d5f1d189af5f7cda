"""deploy/compose.yaml: valid, closed, and told what it lacks."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.processes import DEPLOY, compose
from transforms.feeds.archive.remote import PUBLIC_ARCHIVE


pytestmark = pytest.mark.system


FILE = DEPLOY / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
SECRETS = {"HEXBEAT_AUTH_STRING", "POSTGRES_PASSWORD", "PREFECT_SERVER_ENCRYPTION_KEY"}


def validate(file: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "check-jsonschema"
    words = [tool, "--builtin-schema", "vendor.compose-spec", file]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_it_is_a_compose_file() -> None:
    done = validate(FILE)
    assert done.returncode == 0, done.stdout


def test_a_misspelt_key_is_seen(tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text(FILE.read_text().replace("depends_on", "dependz_on"))
    done = validate(broken)
    assert done.returncode == 1
    assert "dependz_on" in done.stdout


def test_only_the_proxy_has_a_port_of_the_host() -> None:
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"]
    for name in ("server", "database"):
        assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    # hexbeat's own image says who runs it, and how to look after it
    assert service["image"].startswith("hexbeat:") or service["user"] != "0:0"
    assert name == "worker" or "healthcheck" in service


def test_each_waits_for_what_it_needs() -> None:
    waits = {
        name: list(service.get("depends_on", {})) for name, service in SERVICES.items()
    }
    assert waits == {
        "proxy": ["server"],
        "server": ["database"],
        "worker": ["server"],
        "database": [],
    }
    for service in SERVICES.values():
        for wait in service.get("depends_on", {}).values():
            assert wait == {"condition": "service_healthy"}


def _asked() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", FILE.read_text()))


def _offered() -> dict[str, str]:
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    return dict(pairs)


def test_the_example_holds_what_is_asked_and_no_secret() -> None:
    assert set(_offered()) == _asked()
    assert _asked() >= SECRETS
    assert all(not value for name, value in _offered().items() if name in SECRETS)


@pytest.mark.parametrize("name", sorted(SECRETS | {"HEXBEAT_HOST", "HEXBEAT_TLS_DIR"}))
def test_what_must_be_set_says_so(name: str) -> None:
    """Once is enough: compose reads the whole file before it starts anything."""
    assert re.search(
        rf"\$\{{{name}:\?set {name} in deploy/\.env[^}}]*\}}", FILE.read_text()
    )


def test_no_password_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|AUTH_STRING|KEY|CONNECTION_URL", name):
                assert "${" in value


def test_without_a_source_it_is_the_public_archive() -> None:
    assert SERVICES["worker"]["environment"]["HEXBEAT_SOURCE"] == (
        "${HEXBEAT_SOURCE:-" + PUBLIC_ARCHIVE + "}"
    )
