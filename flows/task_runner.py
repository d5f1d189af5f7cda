"""Where a flow's tasks run: in threads of this process, or on a Dask cluster."""

from typing import Any, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.settings import Settings
from transforms.errors import UsageError


Runner = TaskRunner[PrefectFuture[Any]]


def parallel(where: str | None = None, for_stages: bool = False) -> Runner:
    """Many forces at once; where is decided as each run starts, not at import.

    `where` is "threads" or "dask://host:port"; default: HEXBEAT_TASK_RUNNER. Workers of
    a cluster need this version of hexbeat, and the same home. A flow whose stages have
    the tasks has a runner `for_stages`, which does not connect to the cluster.
    """
    return cast("Runner", Parallel(where, for_stages))


class Parallel(ThreadPoolTaskRunner[Any]):
    """A runner that chooses the one that runs the tasks."""

    def __init__(self, where: str | None, for_stages: bool) -> None:
        super().__init__()
        self.where = where
        self._for_stages = for_stages

    def duplicate(self) -> Any:
        """The runner of one flow run: Prefect asks for it before each."""
        settings = Settings()
        where = self.where or settings.task_runner
        if (
            where == "threads" or self._for_stages
        ):  # what is slow releases the interpreter
            return ThreadPoolTaskRunner(max_workers=settings.workers)
        try:
            from prefect_dask.task_runners import DaskTaskRunner
        except ImportError as error:
            raise UsageError("a Dask cluster needs hexbeat[dask]") from error
        return DaskTaskRunner(address=where.replace("dask://", "tcp://"))
