"""What `make image` tries of the deploy files: every container of ours, as written."""

import json
from pathlib import Path

import pytest

from tests.deploy.processes import compose, pods
from tests.image.services import (
    Image,
    Probe,
    Service,
    compose_services,
    dask_environment,
    filled,
    kubernetes_services,
)
from tests.image.trial import SETTINGS


pytestmark = pytest.mark.system
IMAGE = Image({"HEXBEAT_HOME": "/data"}, ("tini", "--"), "/app", Probe("health check"))
SECRETS = {**SETTINGS, "DATABASE_URL": "postgresql+asyncpg://…"}


def services() -> dict[str, Service]:
    found = [
        *compose_services(IMAGE, SETTINGS),
        *kubernetes_services(IMAGE, SECRETS, dask_environment()),
    ]
    return {service.name: service for service in found}


def test_every_container_of_the_image_is_tried() -> None:
    ours = {
        f"compose {name}"
        for name, each in compose()["services"].items()
        if each["image"].startswith("hexbeat:")
    }
    assert services().keys() == ours | {f"kubernetes {name}" for name, _ in pods()}
    assert all(
        container["image"].startswith("hexbeat:")
        for _, pod in pods()
        for container in pod["containers"]
    )


def test_every_probe_is_asked() -> None:
    for name, pod in pods():
        asked = [key for each in pod["containers"] for key in each if "Probe" in key]
        assert len(services()[f"kubernetes {name}"].probes) == len(asked)
    assert all(services()[f"compose {name}"].probes for name in ("server", "worker"))


def test_nothing_is_left_to_fill_in() -> None:
    for service in services().values():
        for value in service.environment.values():
            assert "$" not in value
    password = SETTINGS["POSTGRES_PASSWORD"]
    server = services()["compose server"].environment
    assert (
        f":{password}@database:5432" in server["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    )
    server = services()["kubernetes hexbeat-server"].environment
    assert server["PREFECT_SERVER_UI_API_URL"] == "https://hexbeat.invalid/api"


def test_commands_and_mounts_are_those_of_the_files() -> None:
    found = services()
    assert found["compose worker"].words == ("tini", "--", "up")
    assert found["compose worker"].volumes["home"] == "/data"
    assert found["kubernetes hexbeat-worker"].volumes == {"hexbeat-home": "/data"}
    assert found["kubernetes hexbeat-worker"].environment["HEXBEAT_TASK_RUNNER"] == (
        "dask://hexbeat-dask:8786"
    )
    prefect = found["kubernetes hexbeat-server"].tmpfs["/var/lib/prefect"]
    assert prefect == "mode=1777,size=16M"


def test_a_name_is_filled_in_as_compose_does() -> None:
    text = "a ${SET} ${SET:?set it} ${SET:-other} ${EMPTY:-other}${EMPTY:-}"
    assert filled(text, {"SET": "b", "EMPTY": ""}) == "a b b b other"
    with pytest.raises(KeyError, match="EMPTY"):
        filled("${EMPTY:?set it}", {"EMPTY": ""})


def test_what_buildah_says_of_an_image_is_read(tmp_path: Path) -> None:
    check = {"Test": ["CMD", "hexbeat", "doctor"], "Timeout": 60_000_000_000}
    config = {
        "Env": ["PATH=/opt/hexbeat/bin:/bin", "A=b=c"],
        "Entrypoint": ["tini", "--", "hexbeat"],
        "WorkingDir": "/app",
        "Healthcheck": check,
    }
    file = tmp_path / "image.json"
    file.write_text(json.dumps({"Docker": {"config": config}}))
    image = Image.of(file)
    assert image.environment == {"PATH": "/opt/hexbeat/bin:/bin", "A": "b=c"}
    assert image.health_check == Probe(
        "health check", ("hexbeat", "doctor"), timeout_s=60
    )
