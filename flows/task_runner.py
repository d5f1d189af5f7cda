"""Where a flow's tasks run: in threads of this process, or on a Dask cluster."""

import operator
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.settings import Settings
from transforms.errors import UsageError
from transforms.publications.each import Each, here


Runner = TaskRunner[PrefectFuture[Any]]
Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel(where: str | None = None, for_stages: bool = False) -> Runner:
    """Many forces at once; where is decided as each run starts, not at import.

    `where` is "threads" or "dask://host:port"; default: HEXBEAT_TASK_RUNNER. Workers of
    a cluster need this version of hexbeat, and the same home. A flow whose stages have
    the tasks, or that uses `each_of`, has a runner `for_stages`: its own tasks run in
    threads.
    """
    return cast("Runner", Parallel(where, for_stages))


class Parallel(ThreadPoolTaskRunner[Any]):
    """A runner that chooses the one that runs the tasks."""

    def __init__(self, where: str | None, for_stages: bool) -> None:
        super().__init__()
        self.where = where
        self.for_stages = for_stages

    @property
    def place(self) -> str:
        """Where the forces' tasks run, or parts of them."""
        return self.where or Settings().task_runner

    def duplicate(self) -> Any:
        """The runner of one flow run: Prefect asks for it before each."""
        where = self.place
        if where == "threads" or self.for_stages:  # what is slow releases the GIL
            return ThreadPoolTaskRunner(max_workers=Settings().workers)
        try:
            from prefect_dask.task_runners import DaskTaskRunner
        except ImportError as error:
            raise UsageError("a Dask cluster needs hexbeat[dask]") from error
        return DaskTaskRunner(address=_address(where))


def each_of(where: str) -> Each:
    """What does one piece of work for each of many things, there.

    Tasks of a flow are too much for it: each is one of some hundred parts of a task.
    """
    return here if where == "threads" else partial(_on_cluster, _address(where))


def _address(where: str) -> str:
    return where.replace("dask://", "tcp://")


def _on_cluster(
    address: str, work: Callable[[Item], Result], items: Iterable[Item], /
) -> Iterator[Result]:
    """The results, one by one: a worker keeps each until it is asked for.

    The work, which may be large, goes to all workers once, so that it is not lost with
    one of them, and never by way of the scheduler. What a worker had begun when it
    ended, another begins again.
    """
    from distributed import Client

    how = {"set_as_default": False, "direct_to_workers": True}
    with Client(address, **how) as client:  # type: ignore[no-untyped-call]
        everywhere = client.scatter(work, broadcast=True, hash=False)
        futures = deque(
            client.submit(operator.call, everywhere, item, pure=False) for item in items
        )
        while futures:
            yield futures.popleft().result()
