"""Progress of a run, for the command that listens, if one does."""

from typing import Protocol


class Listener(Protocol):
    """What a command shows of the progress."""

    def start(self, stage: str, steps: int) -> None:
        """A stage begins that has so many steps."""
        ...

    def step(self, stage: str, label: str) -> None:
        """One step of it is done."""
        ...

    def wait(self, text: str) -> None:
        """The run waits for something."""
        ...


class _Silent:
    def start(self, stage: str, steps: int) -> None:
        pass

    def step(self, stage: str, label: str) -> None:
        pass

    def wait(self, text: str) -> None:
        pass


_listener: Listener = _Silent()


def listen(listener: Listener) -> None:
    """Report to this listener from now on."""
    global _listener
    _listener = listener


def start(stage: str, steps: int) -> None:
    """Report that a stage begins."""
    _listener.start(stage, steps)


def step(stage: str, label: str) -> None:
    """Report that a step of it is done."""
    _listener.step(stage, label)


def wait(text: str) -> None:
    """Report what the run waits for."""
    _listener.wait(text)
