"""The same job wherever it runs: threads, a Dask cluster, a home in an object store.

Every data file's name carries the hash of its bytes, and a run's id that of everything
it rests on: equal names are equal rows.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.builders import kent_csv, months, release_zip
from tests.flows.commands import hexbeat
from tests.flows.servers import (
    ROOT,
    clean_environment,
    ended,
    forget_stores,
    free_port,
    hexbeat_up,
    prefect_server,
    started,
    triggered,
    until,
)
from tests.mirror import serving
from transforms.homes.home import open_home
from transforms.homes.runs.seal import latest_run
from transforms.reference.forces import FORCES as FORCES_KNOWN


pytestmark = pytest.mark.system

FORCES = ("kent", "surrey", "sussex")
Hashes = tuple[str | None, list[tuple[str, str]]]
SERVER = """
import sys, time
from moto.server import ThreadedMotoServer
ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(3600)
"""


def hashes(home: str) -> Hashes:
    """The run that is published, and the bytes of all incidents and scores."""
    opened = open_home(home)
    files = [
        (n, f.sha256) for n in ("incidents", "scores") for f in opened.lake.files(n)
    ]
    return latest_run(opened.publications), sorted(files)


def job(home: str, source: str, env: dict[str, str], *options: str) -> None:
    forces = [word for force in FORCES for word in ("--force", force)]
    words = ("run", *forces, "--home", home, "--source", source, *options)
    done = hexbeat(*words, env=env)
    assert done.returncode == 0, done.stderr


def street_file(force: str, month: str, count: int) -> bytes:
    name = FORCES_KNOWN[force].name
    return kent_csv(month, count, reported_by=name, falls_within=name)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("source")
    files = {
        (force, str(month)): street_file(force, str(month), 30 + 10 * number)
        for number, force in enumerate(FORCES)
        for month in months("2024-01", 4)
    }
    release_zip(folder, "2024-04", files)
    with serving(folder) as mirror:
        yield mirror.address


@pytest.fixture(scope="module")
def here(
    source: str, prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Hashes:
    """What the job leaves in a folder, in threads of one process."""
    home = str(tmp_path_factory.mktemp("here"))
    job(home, source, prefect)
    found = hashes(home)
    assert len(found[1]) == len(FORCES) * 6  # four months, two of them scored
    return found


def test_with_a_server_and_a_worker(here: Hashes, source: str, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    params = {"forces": list(FORCES), "home": home, "source": source}
    (tmp_path / "prefect").mkdir()
    with (
        prefect_server(tmp_path / "prefect") as env,
        hexbeat_up(tmp_path, env, tmp_path / "up.log"),
    ):
        api = env["PREFECT_API_URL"]
        run = ended(api, triggered(api, "refresh/refresh", params))
    assert run["state_name"] == "Completed"
    assert hashes(home) == here


def test_on_a_dask_cluster(
    here: Hashes, source: str, prefect: dict[str, str], tmp_path: Path
) -> None:
    """A scheduler and two workers, each a process of its own."""
    port = free_port()
    env = prefect | {"PYTHONPATH": str(ROOT)}
    listening = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    with ExitStack() as cluster:
        scheduler = [*dask_command("scheduler"), *listening]
        cluster.enter_context(started(scheduler, env, tmp_path / "scheduler.log"))
        for number in range(2):
            worker = [
                *dask_command("worker"),
                f"tcp://127.0.0.1:{port}",
                "--nthreads",
                "1",
                "--no-nanny",
            ]
            worker += ["--host", "127.0.0.1", "--no-dashboard"]
            log = tmp_path / f"worker-{number}.log"
            cluster.enter_context(started(worker, env, log))
        home = str(tmp_path / "home")
        job(home, source, env, "--task-runner", f"dask://127.0.0.1:{port}")
        for number in range(2):
            assert "Registered to" in (tmp_path / f"worker-{number}.log").read_text()
    assert hashes(home) == here


def dask_command(role: str) -> list[str]:
    return [sys.executable, "-m", f"distributed.cli.dask_{role}"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of an object store on loopback, which the environment leads to."""
    port = free_port()
    known = {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-c", SERVER, str(port)]
    with started(command, dict(os.environ), tmp_path / "store.log"):
        import boto3

        client = boto3.client("s3")
        until(30, lambda: _made(client))
        forget_stores()
        yield "s3://hexbeat"
        forget_stores()


def _made(client: object) -> bool:
    from botocore.exceptions import BotoCoreError

    try:
        client.create_bucket(Bucket="hexbeat")  # type: ignore[attr-defined]
    except BotoCoreError as error:
        raise OSError(str(error)) from error
    return True


def test_in_an_object_store(
    here: Hashes, source: str, store: str, prefect: dict[str, str], tmp_path: Path
) -> None:
    home = f"{store}/forces"
    alone = clean_environment() | {"HEXBEAT_STATE": str(tmp_path / "state")}
    job(home, source, prefect | alone)
    assert hashes(home) == here
    for word in ("status", "doctor"):
        done = hexbeat(word, "--home", home, env=alone)
        assert done.returncode == 0, done.stderr + done.stdout
    opened = open_home(home)
    # what an attempt that was cut off, with other settings, has left of a public tier
    public = opened.publications / "runs" / str(here[0]) / "public"
    for name in ("public_cells.csv", "of_old.csv"):
        (public / name).write_bytes(b"force,of,other,settings\n")
    # its transparency record has no answers, which is a gap
    for words, code in ((["publish", "--public"], 3), (["verify"], 0)):
        done = hexbeat(*words, "--home", home, env=prefect | alone)
        assert done.returncode == code, done.stderr + done.stdout
    pointer = json.loads((opened.publications / "public" / "latest.json").read_text())
    assert pointer["run_id"] == here[0]
    assert not (public / "of_old.csv").exists()
    assert b"other,settings" not in (public / "public_cells.csv").read_bytes()
    catalog = json.loads((opened.publications / "catalog.json").read_text())
    assert [run["run_id"] for run in catalog["runs"]] == [here[0]]


def test_a_store_that_is_not_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    done = hexbeat("status", "--home", "s3://hexbeat/forces", env=clean_environment())
    assert done.returncode == 1
    assert done.stderr.startswith("hexbeat: the object store: Could not connect")
    assert done.stderr.count("\n") == 1
