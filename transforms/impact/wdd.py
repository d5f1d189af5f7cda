"""Weighted displacement difference: incidents before and after, here and elsewhere.

Wheeler and Ratcliffe 2018. Only for places that a lot has put in one half or the other:
any others regress to the mean, each in its own way.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.reference.strata import Z_95


@dataclass(frozen=True)
class Change:
    """Incidents before and after."""

    before: float
    after: float

    @property
    def difference(self) -> float:
        """How many more after."""
        return self.after - self.before


@dataclass(frozen=True)
class Difference:
    """How many incidents more there were than without, with the error by chance."""

    incidents: float
    error: float

    @property
    def z(self) -> float:
        """In standard errors."""
        return self.incidents / self.error

    @property
    def interval(self) -> tuple[float, float]:
        """95 %."""
        return (
            self.incidents - Z_95 * self.error,
            self.incidents + Z_95 * self.error,
        )


def wdd(
    treated: Sequence[Change], control: Sequence[Change], variance_factor: float = 1.0
) -> Difference:
    """The change at treated places, and around them, less that at control ones."""
    total = sum(one.difference for one in treated) - sum(
        one.difference for one in control
    )
    variance = sum(one.before + one.after for one in (*treated, *control))
    return Difference(total, math.sqrt(variance_factor * variance))
