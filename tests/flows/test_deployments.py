"""deploy/prefect.yaml: every key known, every entrypoint real, and runs scheduled."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml


ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "prefect.yaml"
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())["deployments"]

# Prefect drops keys that it does not know without a word. Where each may stand:
KNOWN = {
    "file": {"name", "prefect-version", "pull", "deployments", "definitions"},
    "deployment": {
        "name", "version", "description", "tags", "entrypoint", "parameters",
        "enforce_parameter_schema", "schedules", "concurrency_limit", "work_pool",
    },
    "schedule": {"cron", "timezone", "day_or", "active", "slug", "parameters"},
    "concurrency_limit": {"limit", "collision_strategy"},
    "work_pool": {"name", "work_queue_name", "job_variables"},
}  # fmt: skip


def unknown_keys(file: dict[str, Any]) -> list[str]:
    found = [("file", file)]
    for deployment in file["deployments"]:
        found.append(("deployment", deployment))
        found += [("schedule", schedule) for schedule in deployment["schedules"]]
        found += [(k, deployment[k]) for k in ("concurrency_limit", "work_pool")]
    return [
        f"{kind}: {key}" for kind, keys in found for key in keys.keys() - KNOWN[kind]
    ]


def test_no_key_is_unknown_to_prefect() -> None:
    assert unknown_keys(yaml.safe_load(FILE.read_text())) == []


def test_a_misspelt_key_is_seen() -> None:
    file = yaml.safe_load(FILE.read_text())
    file["deployments"][0]["concurency_limit"] = 1
    assert unknown_keys(file) == ["deployment: concurency_limit"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["name"])
def test_entrypoint_loads_and_takes_its_parameters(deployment: dict[str, Any]) -> None:
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(
        deployment["entrypoint"], use_placeholder_flow=False
    )
    flow.validate_parameters(deployment["parameters"])


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["name"])
def test_schedules_are_in_local_time(deployment: dict[str, Any]) -> None:
    from prefect.client.schemas.schedules import CronSchedule

    for schedule in deployment["schedules"]:
        built = CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
        assert built.timezone == "Europe/London"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def until(seconds: float, ready: Any) -> Any:
    """What `ready` answers, as soon as it answers anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if answer := ready():
                return answer
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"nothing within {seconds} s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a client of a real, empty server."""
    folder = tmp_path_factory.mktemp("prefect")
    port = str(free_port())
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": port,
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "DO_NOT_TRACK": "1",
        "HEXBEAT_APP_DIR": str(ROOT),
    }
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            env=env, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(180, lambda: ask(env["PREFECT_API_URL"] + "/health"))
        yield env
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prefect(env: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.prefect
def test_every_deployment_gets_runs_in_the_future(server: dict[str, str]) -> None:
    """Dependencies that do not fit each other show here: a server that starts and
    deploys may still never schedule anything."""
    api = server["PREFECT_API_URL"]
    prefect(server, "work-pool", "create", "hexbeat-process", "--type", "process")
    prefect(server, "deploy", "--prefect-file", str(FILE.relative_to(ROOT)), "--all")
    for deployment in ask(f"{api}/deployments/filter", {}):
        wanted = {"deployments": {"id": {"any_": [deployment["id"]]}}}
        runs = until(60, lambda wanted=wanted: ask(f"{api}/flow_runs/filter", wanted))
        assert {run["state_type"] for run in runs} == {"SCHEDULED"}
        assert deployment["enforce_parameter_schema"]
        assert deployment["global_concurrency_limit"]["limit"] == 1
        strategy = deployment["concurrency_options"]["collision_strategy"]
        assert strategy == "ENQUEUE"
    assert {each["name"] for each in ask(f"{api}/deployments/filter", {})} == {
        each["name"] for each in DEPLOYMENTS
    }
