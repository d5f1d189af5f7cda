"""Several feeds under one `hexbeat up`: the documented steps, run as they are written.

Only a port is added, since another `up` may run on this machine.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.servers import (
    CLI,
    ROOT,
    ask,
    clean_environment,
    deployment,
    end,
    ended,
    free_port,
    started,
    until,
    with_database,
)
from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    SQL_MAPPING,
    as_csv,
    csv_row,
    fill_database,
)
from tests.transforms.records.made_homes import truth
from transforms.records.homes import open_force_home
from transforms.records.tables import stored_records


pytestmark = pytest.mark.system

PAGE = (ROOT / "docs" / "force-feed.md").read_text(encoding="utf-8")
MARK = "<!-- run by tests/flows/test_unattended.py -->"
FEEDS = ("kent", "surrey")


def steps() -> tuple[str, str]:
    """What the page has one type, in the first terminal and in the second."""
    first, second = re.findall(rf"{MARK}\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return first, second


def commands(folder: Path) -> dict[str, str]:
    """An environment in whose PATH the commands of this checkout are."""
    (folder / "bin").mkdir()
    for name, words in (
        ("hexbeat", f"{CLI[0]} -c '{CLI[2]}'"),
        ("prefect", f"{sys.executable} -m prefect"),
    ):
        path = folder / "bin" / name
        path.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        path.chmod(0o700)
    env = clean_environment()
    known = f"{folder / 'bin'}{os.pathsep}{env['PATH']}"
    return env | {"PATH": known, "PYTHONPATH": str(ROOT)}


def sources(folder: Path) -> None:
    """What Kent and Surrey offer, and what it takes to read it."""
    (folder / "kent-drops").mkdir()
    drop = folder / "kent-drops" / "2026-10-02.csv"
    drop.write_bytes(as_csv([csv_row(truth("k1")), csv_row(truth("k2"))]))
    (folder / "kent-drops" / "2026-10-02.csv.done").touch()
    (folder / "kent.toml").write_text(CSV_MAPPING)
    url = f"sqlite:///{folder / 'canary.db'}"
    fill_database(url, [truth("s1")])
    (folder / "surrey-credentials.toml").write_text(f'database_url = "{url}"\n')
    mapping = SQL_MAPPING.replace('"kent"', '"surrey"')
    (folder / "surrey.toml").write_text(mapping)


def references(home: Path) -> set[str]:
    opened = open_force_home(home)
    rows = stored_records(opened.lake, opened.force).reveal()
    return set(rows["reference"].to_pylist())


def test_the_documented_steps_serve_two_feeds_with_keys_of_their_own(
    tmp_path: Path,
) -> None:
    sources(tmp_path)
    with_database(tmp_path / "hexbeat-home" / "prefect")
    env, (first, second) = commands(tmp_path), steps()
    up = first.rstrip() + f" --port {free_port()}"
    script = f"cd '{tmp_path}' && set -e\n" + up.replace(
        "hexbeat up", "exec hexbeat up"
    )
    log = tmp_path / "up.log"
    kept = tmp_path / "hexbeat-home" / "prefect"
    with started(["bash", "-c", script], env, log) as process:
        until(180, lambda: "hexbeat: ready" in log.read_text() or process.poll())
        assert process.poll() is None, log.read_text()
        api, password = (kept / "address").read_text(), (kept / "password").read_text()
        password = password.strip()
        done = subprocess.run(
            ["bash", "-ec", second], env=env, cwd=tmp_path, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        runs = {}
        for force in FEEDS:
            made = deployment(api, f"force-feed/{force}", password)
            assert made["schedules"][0]["active"]
            asked = {
                "deployments": {"id": {"any_": [made["id"]]}},
                "flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}},
            }
            [run] = until(
                60, lambda a=asked: ask(f"{api}/flow_runs/filter", a, password)
            )
            runs[force] = ended(api, run["id"], password=password)
        keys = {a["key"] for a in ask(f"{api}/artifacts/latest/filter", {}, password)}
        assert end(process) == 0
    for force in FEEDS:
        # its one day is too few to score, and the name says so
        assert runs[force]["name"].startswith(f"force-feed {force}: 1 gap: {force} ")
        assert {f"run-summary-{force}", f"force-feed-quarantine-{force}"} <= keys
    assert references(tmp_path / "kent-home") == {"k1", "k2"}
    assert references(tmp_path / "surrey-home") == {"s1"}
    told = log.read_bytes() + (kept / "runs.db").read_bytes()
    assert b"canary" not in told + (kept / "server.log").read_bytes()
