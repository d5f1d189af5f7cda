"""What many machines share: an object store, and a Dask cluster without a common disk.

Each worker is a process with a working folder, a temporary folder and a Prefect home of
its own, all empty: what it knows of a home comes from the store.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from tests.flows.servers import ROOT, forget_stores, free_port, started, until


BUCKET = "hexbeat"
_STORE = """
import sys, time
from moto.server import ThreadedMotoServer
ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(1e6)
"""
_START_SECONDS = 180
# On a busy machine a worker imports for longer than Dask waits for its answer.
_PATIENT = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "300s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "600s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "900s",
}


@dataclass(frozen=True)
class Store:
    """A server of objects with one bucket."""

    address: str  # of the bucket
    env: Mapping[str, str]  # which leads to it
    process: Popen[bytes]


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers, ready."""

    address: str  # as --task-runner takes it
    env: Mapping[str, str]  # that of its clients
    processes: Mapping[str, Popen[bytes]]
    folders: Mapping[str, Path]  # of the workers: each has its log beside it


@contextmanager
def object_store(folder: Path) -> Iterator[Store]:
    """An empty store on loopback."""
    port = free_port()
    env = {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
    }
    command = [sys.executable, "-c", _STORE, str(port)]
    with started(command, env, folder / "store.log") as process:
        until(_START_SECONDS, lambda: _made(env))
        forget_stores()
        yield Store(f"s3://{BUCKET}", env, process)
        forget_stores()


def _made(env: Mapping[str, str]) -> bool:
    import boto3
    from botocore.exceptions import BotoCoreError

    client = boto3.client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    try:
        client.create_bucket(Bucket=BUCKET)
    except BotoCoreError as error:
        raise OSError(str(error)) from error
    return True


@contextmanager
def dask_cluster(
    folder: Path, env: Mapping[str, str], workers: int = 2
) -> Iterator[Cluster]:
    """A scheduler and workers of one thread, each a process of its own."""
    port = free_port()
    listening = ["--host", "127.0.0.1", "--no-dashboard"]
    known = {**env, **_PATIENT, "PYTHONPATH": str(ROOT)}
    processes: dict[str, Popen[bytes]] = {}
    folders = {f"worker {n}": folder / f"worker-{n}" for n in range(1, workers + 1)}
    with ExitStack() as running:
        command = [*_dask("scheduler"), *listening, "--port", str(port)]
        log = folder / "scheduler.log"
        processes["scheduler"] = running.enter_context(started(command, known, log))
        for name, own in folders.items():
            command = [*_dask("worker"), f"tcp://127.0.0.1:{port}", *listening]
            command += ["--nthreads", "1", "--no-nanny", "--local-directory", str(own)]
            log = own.with_suffix(".log")
            started_one = started(command, _alone(known, own), log, own)
            processes[name] = running.enter_context(started_one)
        for own in folders.values():
            until(_START_SECONDS, lambda own=own: _is_known(own.with_suffix(".log")))
        yield Cluster(f"dask://127.0.0.1:{port}", known, processes, folders)


def _dask(role: str) -> list[str]:
    return [sys.executable, "-m", f"distributed.cli.dask_{role}"]


def _alone(env: Mapping[str, str], own: Path) -> dict[str, str]:
    """The environment of a machine that shares no folder with another."""
    places = {name: own / name.lower() for name in ("HOME", "TMPDIR", "PREFECT_HOME")}
    for place in places.values():
        place.mkdir(parents=True)
    return {**env, **{name: str(place) for name, place in places.items()}}


def _is_known(log: Path) -> bool:
    return "Registered to" in log.read_text()
