"""Observed by forecast, net of the rest of the force, beside what past lists did.

Their mean log ratio is the bias, and their spread beyond Poisson the variance factor:
Poisson errors alone are too narrow on crime that clusters.
"""

import math
from dataclasses import dataclass

from transforms.programmes.sums import Sums
from transforms.programmes.usual import Usual


@dataclass(frozen=True)
class Estimate:
    """How a programme did: the ratio to what was to be expected, and its interval."""

    ratio: float
    low: float
    high: float
    z: float
    as_low: int  # placebo lists that were as low
    p_fall: float
    without: float  # incidents at the places, had they done as such lists do
    prevented: float
    prevented_low: float
    prevented_high: float


def estimate(sums: Sums, usual: Usual) -> Estimate:
    """Compare a list's sums with what such lists do."""
    difference = sums.log_ratio - usual.bias
    error = math.sqrt(
        usual.variance_factor * sums.poisson_variance + usual.bias_error**2
    )
    low, ratio, high = (
        math.exp(difference + step * usual.quantile * error) for step in (-1, 0, 1)
    )
    without = sums.at_the_rest * math.exp(usual.bias)
    as_low = sum(log <= sums.log_ratio for log in usual.log_ratios)
    return Estimate(
        ratio=ratio,
        low=low,
        high=high,
        z=difference / error,
        as_low=as_low,
        p_fall=(1 + as_low) / (len(usual.log_ratios) + 1),
        without=without,
        prevented=without * (1 - ratio),
        prevented_low=without * (1 - high),
        prevented_high=without * (1 - low),
    )
