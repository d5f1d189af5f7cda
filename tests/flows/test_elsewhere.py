"""The same job wherever it runs: threads, a Dask cluster, a home in an object store.

Every data file's name carries the hash of its bytes, and a run's id that of everything
it rests on: equal names are equal rows.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from flows.task_runner import each_of
from tests.builders import kent_csv, months, release_zip
from tests.flows.cluster import dask_cluster, object_store
from tests.flows.commands import hexbeat
from tests.flows.servers import (
    clean_environment,
    ended,
    free_port,
    hexbeat_up,
    prefect_server,
    triggered,
)
from tests.mirror import serving
from tests.transforms.operations.sealed import DATABASE, LISTS
from transforms.homes.home import open_home
from transforms.homes.runs.seal import TIER, latest_run
from transforms.reference.forces import FORCES as FORCES_KNOWN


pytestmark = pytest.mark.system

FORCES = ("kent", "surrey", "sussex")
Hashes = tuple[str | None, list[tuple[str, str]], list[tuple[str, str]]]


def hashes(home: str) -> Hashes:
    """The run that is published, and the bytes of all incidents, scores and files."""
    opened = open_home(home)
    files = [
        (n, f.sha256) for n in ("incidents", "scores") for f in opened.lake.files(n)
    ]
    run = latest_run(opened.publications)
    tier = opened.publications / "runs" / str(run) / TIER
    published = [
        (f.name, sha256(f.read_bytes()).hexdigest())
        for f in tier.iterdir()
        if f.name not in (DATABASE, *LISTS)
    ]
    return run, sorted(files), sorted(published)


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


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of an object store on loopback, which the environment leads to."""
    with object_store(tmp_path) as store:
        for name, value in store.env.items():
            monkeypatch.setenv(name, value)
        yield store.address


def test_on_a_dask_cluster(
    here: Hashes, source: str, store: str, prefect: dict[str, str], tmp_path: Path
) -> None:
    """The command and two workers have a store in common, and no disk."""
    env = clean_environment() | prefect | {"HEXBEAT_STATE": str(tmp_path / "state")}
    home = f"{store}/forces"
    with dask_cluster(tmp_path, env) as cluster:
        job(home, source, dict(cluster.env), "--task-runner", cluster.address)
        for folder in cluster.folders.values():
            assert "'score " in folder.with_suffix(".log").read_text()
            assert not [*folder.rglob("*.parquet")]
    assert hashes(home) == here


def test_what_a_worker_had_begun_when_it_was_killed_another_does(
    prefect: dict[str, str], tmp_path: Path
) -> None:
    with dask_cluster(tmp_path, prefect) as cluster:
        done = each_of(cluster.address)(partial(_done_once_killed, tmp_path), range(6))
        assert list(done) == [n * n for n in range(6)]
        ended = [p for p in cluster.processes.values() if p.poll() is not None]
    assert [p.returncode for p in ended] == [-signal.SIGKILL]


def _done_once_killed(folder: Path, number: int) -> int:
    """The square of a number; the first to be asked for the third kills its process."""
    if number == 3:
        with suppress(FileExistsError):
            (folder / "killed").touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
    return number * number


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
