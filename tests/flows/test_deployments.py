"""deploy/prefect.yaml: read strictly, and run by a real server and worker."""

import copy
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.events.actions import ChangeFlowRunState

from flows.server.automations import _zombies
from tests.builders import kent_csv, months, release_zip
from tests.deployments import FILE, faults
from tests.flows.servers import (
    ROOT,
    ask,
    deployment,
    end,
    ended,
    hexbeat_up,
    prefect_server,
    refused,
    triggered,
    until,
)
from transforms.homes.home import open_home


DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())["deployments"]
BY_NAME = {each["name"]: each for each in DEPLOYMENTS}


def broken(change: dict[str, Any]) -> list[str]:
    """The faults of the file with that change to its first deployment.

    A key that is None there is taken out.
    """
    file = copy.deepcopy(yaml.safe_load(FILE.read_text()))
    changed = file["deployments"][0] | change
    file["deployments"][0] = {k: v for k, v in changed.items() if v is not None}
    return list(faults(file))


def at(cron: str, slug: str = "often") -> dict[str, str]:
    return {"cron": cron, "timezone": "Europe/London", "slug": slug}


@pytest.mark.parametrize("cron", ["30 0,2-4 * * *", "0 */2 * * *", "30 11 1 1 *"])
def test_other_hours_and_days_are_let_through(cron: str) -> None:
    schedules = [at(cron), at("30 21 * * *", slug="evening")]
    assert broken({"schedules": schedules}) == []


def test_a_feed_that_is_down_in_the_morning_is_asked_again_before_noon() -> None:
    [refresh] = [
        each
        for each in yaml.safe_load(FILE.read_text())["deployments"]
        if each["name"] == "refresh"
    ]
    crons = [s["cron"] for s in refresh["schedules"] if s["active"]]
    hours = sorted(int(cron.split()[1]) for cron in crons)
    assert len(hours) > 1
    assert hours[0] < hours[1] < 12


def test_the_file_has_no_fault() -> None:
    assert broken({}) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"concurency_limit": 1}, "unknown key 'concurency_limit'"),
        ({"entrypoint": "flows.refresh.refreshed"}, "entrypoint does not load"),
        ({"parameters": {"params": {"all_forcs": True}}}, "all_forcs"),
        ({"parameters": {"params": {"method": "best"}}}, "unknown; there are"),
        ({"enforce_parameter_schema": False}, "enforce_parameter_schema"),
        ({"concurrency_limit": {"limt": 1}}, "unknown key 'limt'"),
        ({"schedules": [{"cron": "30 6 * * *"}]}, "Europe/London"),
        ({"schedules": [at("30 1 * * *")]}, "between 01:00 and 02:00"),
        ({"schedules": [at("30 0-2 * * *")]}, "between 01:00 and 02:00"),
        ({"schedules": [at("30 */1 * * *")]}, "between 01:00 and 02:00"),
        ({"schedules": [at("61 6 * * *")]}, "schedule:"),
        ({"schedules": [at("30 6 * * *", slug="")]}, "has no slug"),
        ({"schedules": [at("30 6 * * *"), at("30 7 * * *")]}, "the slug 'often'"),
        ({"schedules": None}, "schedules is missing"),
        ({"concurrency_limit": None}, "concurrency_limit is missing"),
        (
            {"name": "freshness", "entrypoint": BY_NAME["freshness"]["entrypoint"]},
            "last wins",
        ),
    ],
)
def test_a_slip_of_the_pen_is_told(change: dict[str, Any], fault: str) -> None:
    assert any(fault in line for line in broken(change)), broken(change)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of clients of a real server that knows the deployments."""
    folder = tmp_path_factory.mktemp("prefect")
    with prefect_server(folder) as env:
        register(env)
        yield env


def register(env: dict[str, str]) -> None:
    words = [sys.executable, "-m", "flows.server.registration"]
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def patch(url: str, body: object) -> bool:
    """Change something; a busy SQLite answers 503, which is an error of the system."""
    request = urllib.request.Request(  # noqa: S310
        url,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        return True


@pytest.mark.system
def test_every_schedule_gets_runs_in_the_future(server: dict[str, str]) -> None:
    """Dependencies that do not fit each other show here: a server that starts and
    deploys may still never schedule anything."""
    api = server["PREFECT_API_URL"]
    held = {each["name"]: each for each in ask(f"{api}/deployments/filter", {})}
    assert held.keys() == {each["name"] for each in DEPLOYMENTS}
    for each in DEPLOYMENTS:
        wanted = {"deployments": {"id": {"any_": [held[each["name"]]["id"]]}}}
        assert held[each["name"]]["enforce_parameter_schema"]
        assert held[each["name"]]["global_concurrency_limit"]["limit"] == 1
        if any(schedule["active"] for schedule in each["schedules"]):
            runs = until(60, lambda w=wanted: ask(f"{api}/flow_runs/filter", w))
            assert {run["state_type"] for run in runs} == {"SCHEDULED"}


@pytest.mark.system
def test_what_people_changed_stays_when_up_starts_again(server: dict[str, str]) -> None:
    api = server["PREFECT_API_URL"]
    each = deployment(api, "publish/publish-public")
    url, [schedule] = f"{api}/deployments/{each['id']}", each["schedules"]
    params = {"params": {"public": True, "home": "/srv/kent"}}
    often = {"cron": "*/15 * * * *", "timezone": "UTC"}
    change = {"parameters": params, "paused": True, "concurrency_limit": 3}
    until(30, partial(patch, url, change))
    wanted = {"active": True, "schedule": often}
    until(30, partial(patch, f"{url}/schedules/{schedule['id']}", wanted))
    register(server)
    again = deployment(api, "publish/publish-public")
    [schedule] = again["schedules"]
    assert (again["parameters"], again["paused"]) == (params, True)
    assert again["global_concurrency_limit"]["limit"] == 3
    assert again["concurrency_options"] == each["concurrency_options"]
    assert (schedule["active"], schedule["slug"]) == (True, "monthly")
    assert schedule["schedule"] == often | {"day_or": True}


@pytest.mark.system
def test_a_limit_that_people_took_away_or_changed_stays(
    server: dict[str, str],
) -> None:
    api = server["PREFECT_API_URL"]
    changes: dict[str, dict[str, Any]] = {
        "maintenance/maintenance": {"concurrency_limit": None},
        "backtest/backtest": {"concurrency_limit": 2, "concurrency_options": None},
        "dosage/dosage": {"concurrency_options": {"collision_strategy": "CANCEL_NEW"}},
    }

    def limits() -> list[tuple[int, str] | None]:
        return [_limits(deployment(api, name)) for name in changes]

    before = limits()
    for name, change in changes.items():
        url = f"{api}/deployments/{deployment(api, name)['id']}"
        until(30, partial(patch, url, change))
    changed = limits()
    assert all(now != then for now, then in zip(changed, before, strict=True))
    register(server)
    assert limits() == changed


def _limits(each: dict[str, Any]) -> tuple[int, str] | None:
    """The number of runs, and what happens to one more."""
    limit, options = each["global_concurrency_limit"], each["concurrency_options"]
    strategy = (options or {"collision_strategy": "ENQUEUE"})["collision_strategy"]
    return (limit["limit"], strategy) if limit else None


@pytest.mark.system
def test_automations_are_made_once(server: dict[str, str]) -> None:
    found = ask(f"{server['PREFECT_API_URL']}/automations/filter", {})
    assert [each["name"] for each in found] == ["hexbeat: runs that have died"]


@pytest.mark.system
def test_a_run_that_has_ended_is_found_dead_no_more(server: dict[str, str]) -> None:
    """The automation can be late; what it does to a run is what is done here."""
    api = server["PREFECT_API_URL"]
    [action] = _zombies().actions
    assert isinstance(action, ChangeFlowRunState)
    crashed = {"type": "CRASHED", "message": action.message}
    for state, then in (("RUNNING", "CRASHED"), ("COMPLETED", "COMPLETED")):
        run = triggered(api, "maintenance/maintenance", {})
        url = f"{api}/flow_runs/{run}"
        for each in ({"type": state}, crashed):
            ask(f"{url}/set_state", {"state": each, "force": action.force})
        assert ask(url)["state_type"] == then


@pytest.mark.system
def test_a_bad_parameter_is_refused_before_anything_runs(
    server: dict[str, str],
) -> None:
    api = server["PREFECT_API_URL"]
    for name, params in (
        ("refresh/refresh", {"forces": ["Kent"]}),
        ("refresh/refresh", {"source": "https://me:canary@mirror.example/"}),
        ("refresh/refresh", {"source": "https://mirror.example/?token=canary"}),
        ("refresh/refresh", {"home": "s3://KEY:canary@bucket/home"}),
        ("backfill/backfill", {"start": "2024-13", "end": "2024-12"}),
        ("freshness/freshness", {"stale_after_months": 0}),
    ):
        url = f"{api}/deployments/{deployment(api, name)['id']}/create_flow_run"
        status, text = refused(url, {"parameters": {"params": params}})
        assert status == 409
        assert "Validation failed" in text


@pytest.mark.system
def test_a_worker_that_was_away_catches_up_in_one_run(
    server: dict[str, str], tmp_path: Path
) -> None:
    """Two mornings went by with no worker; releases came out in both."""
    api, home, source = (
        server["PREFECT_API_URL"],
        tmp_path / "home",
        tmp_path / "source",
    )
    source.mkdir()
    span = [str(month) for month in months("2024-01", 4)]
    for release, held in (("2024-04", span[:3]), ("2024-05", span)):
        files = {("kent", month): kent_csv(month, 40) for month in held}
        release_zip(source, release, files)
    params = {"all_forces": True, "home": str(home), "source": str(source)}
    late = [
        triggered(api, "refresh/refresh", params, state=_scheduled(hours_ago))
        for hours_ago in (48, 24)
    ]
    with hexbeat_up(home, server, tmp_path / "up.log") as worker:
        first = min((ended(api, run) for run in late), key=lambda run: run["end_time"])
        other = next(ended(api, run) for run in late if run != first["id"])
        again = ended(api, triggered(api, "refresh/refresh", params))
        fresh = ended(api, triggered(api, "freshness/freshness", {"home": str(home)}))
        # A run has ended before its process has: the last events are still on their
        # way, and ending the worker would end them too.
        landed = events(api, "hexbeat.partition.landed")
        stale = events(api, "hexbeat.feed.stale")
        assert end(worker) == 0
    assert [month for _, month in held_months(home)] == span
    assert first["state_name"] == "Completed"
    assert re.fullmatch(
        "4 files read; 2024-04-\\w+ published", first["state"]["message"]
    )
    assert first["name"].endswith(f"..newest: {first['state']['message']}")
    assert other["state"]["message"] == again["state"]["message"] == "nothing to do"
    assert fresh["state_name"] == "Failed"
    assert fresh["name"].startswith("freshness: 1 of 2 forces: kent is stopped")
    assert (
        "kent is stopped: its newest supplied month is 2024-04"
        in fresh["state"]["message"]
    )
    assert landed == [f"hexbeat.partition.{month}.kent" for month in span]
    assert stale == ["hexbeat.feed.kent"]
    keys = {a["key"] for a in ask(f"{api}/artifacts/latest/filter", {})}
    assert {"coverage", "freshness", "run-summary", "ingest"} <= keys


def _scheduled(hours_ago: int) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": at.isoformat()}}


def held_months(home: Path) -> list[tuple[str, str]]:
    files = open_home(home).lake.files("incidents")
    return [(f.partition["force"], f.partition["month"]) for f in files]


def events(api: str, name: str) -> list[str]:
    """The resources of all events of a name, oldest first; they come with delay."""
    wanted = {"filter": {"event": {"name": [name]}}, "limit": 50}

    def look() -> list[str]:
        found = ask(f"{api}/events/filter", wanted)["events"]
        return [event["resource"]["prefect.resource.id"] for event in found]

    until(90, look)
    time.sleep(1)
    return sorted(look())
