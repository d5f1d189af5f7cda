"""Work done in a process of its own, which can be killed, or be of a broken build."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.faults.broken import BROKEN


# A server that has imported everything and used nothing: a child starts at once.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.faults.journey", "tests.faults.held", "tests.faults.patrolled"]
)
_PATIENCE_SECONDS = 120  # a broken build may go round for ever
LONG_SECONDS = 1200


@dataclass(frozen=True)
class Child:
    """A process at work."""

    process: ForkServerProcess
    pipe: Connection

    def kill(self) -> bool:
        """Kill -9; whether it was still at work."""
        at_work = self.process.is_alive()
        self.process.kill()
        self.process.join()
        return at_work and self.process.exitcode == -9

    def ended(self) -> bool:
        """Wait for its end; whether it was killed."""
        self.process.join(_PATIENCE_SECONDS)
        return self.process.exitcode == -9

    def result(self, patience_seconds: float = _PATIENCE_SECONDS) -> Any:
        """What its work came to; `RuntimeError` where it came to nothing."""
        try:
            if not self.pipe.poll(patience_seconds):
                raise RuntimeError("it hangs")
            done, value = self.pipe.recv()
        except EOFError as error:
            raise RuntimeError("it died") from error
        finally:
            self.process.join(1)
            self.kill()
        if not done:
            raise RuntimeError(value)
        return value


def begun(broken: str | None, work: Callable[..., Any], *args: Any) -> Child:
    """A child that is about to do that work."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(
        target=_do, args=(theirs, broken, work, args), daemon=True
    )
    process.start()
    theirs.close()
    ours.recv()  # it has started
    return Child(process, ours)


def done(broken: str | None, work: Callable[..., Any], *args: Any) -> Any:
    """What that work comes to in a child."""
    return begun(broken, work, *args).result()


def _do(
    pipe: Connection,
    broken: str | None,
    work: Callable[..., Any],
    args: tuple[Any, ...],
) -> None:
    if broken:
        BROKEN[broken].apply()
    pipe.send("ready")
    try:
        pipe.send((True, work(*args)))
    except BaseException as error:
        pipe.send((False, f"{type(error).__name__}: {error}"))
