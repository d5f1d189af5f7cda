"""Methods: ways to say how much crime to expect of a cell next month.

A method is a module (or anything that offers the same), and one line here.
"""

from typing import Protocol

from transforms.scores import ewma, point_exposure, shared_prior
from transforms.scores.expectation import Expectation
from transforms.scores.rolling_count import ROLLING_COUNTS
from transforms.scores.view import View


class Method(Protocol):
    """What a method offers."""

    @property
    def NAME(self) -> str:  # noqa: N802
        """How it is asked for."""
        ...

    @property
    def VERSION(self) -> str:  # noqa: N802
        """Changes whenever its numbers do."""
        ...

    @property
    def LABEL(self) -> str:  # noqa: N802
        """How people call it."""
        ...

    @property
    def IN_WORDS(self) -> str:  # noqa: N802
        """What it does, for those who use its scores: part of METHOD.md."""
        ...

    def expect(self, seen: View) -> dict[str, Expectation]:
        """What is expected of each cell of the view next month, by crime group."""
        ...


_METHODS: tuple[Method, ...] = (point_exposure, shared_prior, ewma, *ROLLING_COUNTS)
METHODS: dict[str, Method] = {m.NAME: m for m in _METHODS}
DEFAULT_METHOD = point_exposure.NAME
