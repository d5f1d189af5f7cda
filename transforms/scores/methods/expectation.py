"""The result of every method: incidents expected in each cell, and on what evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.reference.arrays import Floats


# Four decayed incidents say as much about the rate as one independent incident would,
# because incidents repeat and rates drift. Fitted on real forces (docs/methods.md).
INFORMATION_PER_INCIDENT = 0.25


@dataclass(frozen=True)
class Expectation:
    """The incidents expected in each cell next month.

    `rate_shape` is the shape of the gamma distribution assumed for the cell's true
    monthly rate: mean squared over variance. `level` is the mean without seasonality,
    where that is different. Each has a value for each cell, or a row for each group.
    """

    mean: Floats  # incidents
    rate_shape: Floats
    level: Floats | None = None

    @property
    def usual(self) -> Floats:
        """Incidents expected in a month, ignoring seasonality."""
        return self.mean if self.level is None else self.level

    @property
    def information(self) -> Floats:
        """Incidents that the expectation rests on, including the prior's weight."""
        return self.rate_shape / INFORMATION_PER_INCIDENT


def from_evidence(mean: Floats, information: Floats) -> Expectation:
    """An expectation based on that many incidents, including the prior's weight."""
    return Expectation(mean, INFORMATION_PER_INCIDENT * information)


def side_by_side(parts: Sequence[Expectation]) -> Expectation:
    """The expectations of several groups as one: a row for each."""
    level = [part.usual for part in parts]
    return Expectation(
        np.array([part.mean for part in parts]),
        np.array([part.rate_shape for part in parts]),
        None if all(part.level is None for part in parts) else np.array(level),
    )


def together(parts: Sequence[Expectation]) -> Expectation:
    """The expectation of several categories as one: means and variances add up."""
    if len(parts) == 1:
        return parts[0]
    mean = np.sum([part.mean for part in parts], axis=0)
    variance = np.sum([part.mean**2 / part.rate_shape for part in parts], axis=0)
    # Where nothing is expected the variance is 0; add up the evidence instead.
    shape = np.sum([part.rate_shape for part in parts], axis=0)
    np.divide(mean**2, variance, out=shape, where=variance > 0)
    return Expectation(mean, shape, np.sum([part.usual for part in parts], axis=0))
