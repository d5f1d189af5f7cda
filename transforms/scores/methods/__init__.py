"""Methods: ways to compute how much crime to expect in a cell in the next term.

A method is a module (or an object with the same members), and one line here. It names
the clocks that it works with: months, days or both.
"""

from typing import Protocol

from transforms.reference.clocks import Clock
from transforms.scores.methods import (
    ewma,
    kernel_density,
    learned_mixture,
    point_exposure,
    shared_prior,
)
from transforms.scores.methods.expectation import Expectation
from transforms.scores.methods.rolling_count import ROLLING_COUNTS
from transforms.scores.view import View


class Method(Protocol):
    """What a method offers."""

    @property
    def NAME(self) -> str:  # noqa: N802
        """Its name in commands, tables and files."""
        ...

    @property
    def VERSION(self) -> str:  # noqa: N802
        """Changes whenever its numbers do."""
        ...

    @property
    def LABEL(self) -> str:  # noqa: N802
        """Its name for readers."""
        ...

    @property
    def UNITS(self) -> tuple[str, ...]:  # noqa: N802
        """The units of the clocks that it works with: months, days."""
        ...

    @property
    def CALIBRATED(self) -> bool:  # noqa: N802
        """Whether backtests report how well its expectations match what happens."""
        ...

    def in_words(self, clock: Clock) -> str:
        """A description for METHOD.md, for those who use its scores."""
        ...

    def expect(self, view: View) -> dict[str, Expectation]:
        """The incidents expected in each cell next term, by crime group."""
        ...


_METHODS: tuple[Method, ...] = (
    point_exposure,
    shared_prior,
    learned_mixture,
    ewma,
    kernel_density,
    *ROLLING_COUNTS,
)
METHODS: dict[str, Method] = {m.NAME: m for m in _METHODS}
DEFAULT_METHOD = point_exposure.NAME
DEFAULT_DAY_METHOD = learned_mixture.NAME


def methods_for(clock: Clock) -> dict[str, Method]:
    """The methods that work with a clock, by name."""
    return {name: m for name, m in METHODS.items() if clock.unit in m.UNITS}
