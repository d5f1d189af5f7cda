"""What happened at a list of places and in the rest of its force, beside a forecast."""

import math
from dataclasses import dataclass

from transforms.reference.arrays import Floats, Integers, Mask


@dataclass(frozen=True)
class Sums:
    """Incidents at the places of a list and in the rest of the force.

    Observed in some months, and expected in as many by the forecast.
    """

    observed: float
    expected: float
    rest_observed: float
    rest_expected: float

    @property
    def corrected(self) -> "Sums":
        """With half an incident more on both sides, if either had none."""
        if self.observed and self.rest_observed:
            return self
        return Sums(
            self.observed + 0.5,
            self.expected,
            self.rest_observed + 0.5,
            self.rest_expected,
        )

    @property
    def log_ratio(self) -> float:
        """Observed by expected at the places, by the same of the rest, as a log."""
        of = self.corrected
        places = of.observed / of.expected
        return math.log(places / (of.rest_observed / of.rest_expected))

    @property
    def poisson_variance(self) -> float:
        """The variance of the log ratio, if incidents were independent."""
        of = self.corrected
        return 1 / of.observed + 1 / of.rest_observed

    @property
    def at_the_rest(self) -> float:
        """What to expect at the places, given how the rest of the force did."""
        return self.expected * self.rest_observed / self.rest_expected


def sums_of(at_places: Mask, observed: Integers, expected: Floats) -> Sums:
    """What happened at places and in the rest, and what was expected of both."""
    return Sums(
        float(observed[at_places].sum()),
        float(expected[at_places].sum()),
        float(observed[~at_places].sum()),
        float(expected[~at_places].sum()),
    )
