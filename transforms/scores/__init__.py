"""Methods: ways to say how much crime to expect of a cell next month.

A method is a module, and one line here.
"""

from typing import Protocol

from transforms.groups import CrimeGroup
from transforms.scores import rolling_count, shared_prior
from transforms.scores.expectation import Expectation
from transforms.scores.view import View


class Method(Protocol):
    """What a method's module offers."""

    NAME: str
    VERSION: str
    LABEL: str

    def expect(self, group: CrimeGroup, view: View) -> Expectation:
        """What is expected of each cell of the view next month."""
        ...


METHODS: dict[str, Method] = {m.NAME: m for m in (shared_prior, rolling_count)}
DEFAULT_METHOD = shared_prior.NAME
