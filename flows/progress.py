"""Who is told how far a run has come: nobody, unless a command listens."""

from typing import Protocol


class Listener(Protocol):
    """What a command offers to hear of."""

    def start(self, stage: str, steps: int) -> None:
        """A stage begins, of so many steps."""
        ...

    def step(self, stage: str, label: str) -> None:
        """One step of it is done."""
        ...


class _Silent:
    def start(self, stage: str, steps: int) -> None:
        pass

    def step(self, stage: str, label: str) -> None:
        pass


_listener: Listener = _Silent()


def listen(listener: Listener) -> None:
    """Tell this one from now on."""
    global _listener
    _listener = listener


def start(stage: str, steps: int) -> None:
    """Say that a stage begins."""
    _listener.start(stage, steps)


def step(stage: str, label: str) -> None:
    """Say that a step of it is done."""
    _listener.step(stage, label)
