"""What every method answers: how much is expected of each cell, on what evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.cells import Floats


# Four decayed incidents tell as much about the rate as one independent incident would:
# incidents repeat, and rates drift. Fitted on real forces (docs/methods.md).
INFORMATION_PER_INCIDENT = 0.25


@dataclass(frozen=True)
class Expectation:
    """What is expected of each cell next month.

    `rate_shape` is the shape of the gamma distribution that the cell's true monthly
    rate is taken to have: mean squared by variance. `level` is what a month of no
    season would bring, where that is not the mean itself.
    """

    mean: Floats  # incidents
    rate_shape: Floats
    level: Floats | None = None

    @property
    def usual(self) -> Floats:
        """Incidents expected in a month of no season."""
        return self.mean if self.level is None else self.level


def resting_on(mean: Floats, information: Floats) -> Expectation:
    """An expectation that rests on so many incidents, the prior's weight included."""
    return Expectation(mean, INFORMATION_PER_INCIDENT * information)


def together(parts: Sequence[Expectation]) -> Expectation:
    """The expectation of several categories as one: means and variances add up."""
    if len(parts) == 1:
        return parts[0]
    mean = np.sum([part.mean for part in parts], axis=0)
    variance = np.sum([part.mean**2 / part.rate_shape for part in parts], axis=0)
    # Where nothing is expected there is no variance to tell: the evidence adds up.
    shape = np.sum([part.rate_shape for part in parts], axis=0)
    np.divide(mean**2, variance, out=shape, where=variance > 0)
    return Expectation(mean, shape, np.sum([part.usual for part in parts], axis=0))
