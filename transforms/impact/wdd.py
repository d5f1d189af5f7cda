"""Weighted displacement difference: incidents before and after, here and elsewhere.

Wheeler and Ratcliffe 2018, with the weights for unequal times and areas and the sum of
harm of Wheeler's `ptools`. It shows an effect only of places that a lot has put in one
half or the other: any others regress to the mean, each in its own way.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.reference.strata import Z_95


@dataclass(frozen=True)
class Change:
    """Incidents before and after, and what they were counted in."""

    before: float
    after: float
    time: float = 1.0  # how long before was, by how long after was
    area: float = 1.0  # by that of the places that it is compared with
    harm: float = 1.0  # that an incident weighs

    @property
    def expected(self) -> float:
        """Incidents after, had they come as often as before."""
        return self.before / self.time

    @property
    def ratio(self) -> float:
        """Incidents after by those expected."""
        return self.after / self.expected

    @property
    def difference(self) -> float:
        """How much more after, for the area of the places."""
        return (self.after - self.expected) * self.harm / self.area

    @property
    def variance(self) -> float:
        """Its variance, if incidents are independent."""
        counts = self.after + self.before / self.time**2
        return counts * (self.harm / self.area) ** 2


@dataclass(frozen=True)
class Difference:
    """How many incidents more there were than without, with the error by chance."""

    incidents: float
    error: float

    @property
    def value(self) -> float:
        """The difference, as other estimates call theirs."""
        return self.incidents

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
    variance = sum(one.variance for one in (*treated, *control))
    return Difference(total, math.sqrt(variance_factor * variance))
