"""Limits on tasks by tag hold, and a server without any is asked for no slot."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from flows import task_limits
from tests.flows.servers import ROOT


# Two tasks at once, of which a limit lets one run at a time; the other has none.
_RUN = """
import threading, time
import httpx
from prefect import flow, get_client, task
from prefect.task_runners import ThreadPoolTaskRunner
import flows.tasks
sent = []
send = httpx.AsyncClient.send
async def noted(self, request, **how):
    sent.append(request.url.path)
    return await send(self, request, **how)
httpx.AsyncClient.send = noted
at_once, most, alone = 0, 0, threading.Lock()
@task(tags=["narrow-or-wide"])
def work():
    global at_once, most
    with alone:
        at_once += 1
        most = max(most, at_once)
    time.sleep(1.0)
    with alone:
        at_once -= 1
@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def both():
    for future in [work.submit(), work.submit()]:
        future.result()
both()
print(most, sum("increment-with-lease" in path for path in sent) > 0)
with get_client(sync_client=True) as client:
    client.create_concurrency_limit("narrow-or-wide", 1)
flows.task_limits.KNOWN_FOR_SECONDS = 0.0
most = 0
both()
print(most, sum("increment-with-lease" in path for path in sent) > 0)
with get_client(sync_client=True) as client:
    client.delete_concurrency_limit_by_tag("narrow-or-wide")
"""


@pytest.mark.system
def test_a_limit_holds_and_none_is_not_asked_for(prefect: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        env=prefect,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2", "False", "1", "True"]


class Server:
    """Which limits a server has, and how often it was asked."""

    def __init__(self, names: Sequence[str] | None) -> None:
        self.names, self.asked = names, 0

    @contextmanager
    def client(self, **_: bool) -> Iterator["Server"]:
        yield self

    def read_global_concurrency_limits(self, most: int) -> list[Any]:
        self.asked += 1
        if self.names is None:
            raise httpx.ReadError("gone")
        return [SimpleNamespace(name=name) for name in self.names[:most]]


@pytest.mark.parametrize(
    ("limits", "asked"),
    [
        ([], []),
        (["tag:score", "duckdb"], ["tag:score"]),
        (None, ["tag:score", "tag:hexbeat-run"]),  # no answer: as Prefect does
        ([str(n) for n in range(201)], ["tag:score", "tag:hexbeat-run"]),
    ],
)
def test_slots_are_asked_of_limits_that_exist(
    limits: list[str] | None, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, slots = Server(limits), list[list[str]]()

    @contextmanager
    def ask(names: list[str], occupy: int) -> Iterator[None]:
        slots.append(names)
        yield

    monkeypatch.setattr(task_limits, "get_client", server.client)
    monkeypatch.setattr(task_limits, "_ask_for_slots", ask)
    monkeypatch.setattr(task_limits, "_known", (float("-inf"), None))
    for _ in range(3):
        with task_limits._limited(["tag:score", "tag:hexbeat-run"], occupy=1):
            pass
    assert slots == [asked] * 3
    assert server.asked == 1
    monkeypatch.setattr(task_limits, "KNOWN_FOR_SECONDS", 0.0)
    with task_limits._limited([], occupy=1):
        pass
    assert server.asked == 2
