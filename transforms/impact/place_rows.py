"""How each place of a programme did, beside what such a place would have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.scores.table.intervals import negative_binomial_quantiles


_INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """How one place did."""

    place_id: str
    name: str | None
    periods: int  # months that count for it, or days
    observed: int
    expected: float  # given how the rest of the force did
    low: int
    high: int
    likely: float  # in as long a time again: the count, drawn to what was expected
    before: int | None  # incidents in as long a time up to the as-of
    left: date | None

    @property
    def word(self) -> str:
        """Within its interval, below or above."""
        if self.observed < self.low:
            return "below"
        return "above" if self.observed > self.high else "within"


def place_interval(
    place: Mapping[str, float], mean: float, steps: float
) -> tuple[int, int]:
    """What 95 of 100 such places would have: negative binomial about the mean.

    A step is a month, or 28 days of a force's own feed.
    """
    if not steps:
        return 0, 0
    size = place_size(place["rate_shape"], place["month_size"], steps)
    low, high = negative_binomial_quantiles(
        np.array([mean]), np.array([size]), _INTERVAL
    )
    return int(low[0]), int(high[0])


def place_likely(
    place: Mapping[str, float], mean: float, steps: float, observed: int
) -> float:
    """What a place with that count most likely has on average: no count stands alone.

    The mean of the rate given the count, by the same gamma and Poisson as the interval:
    a count of few incidents is drawn nearly all the way to what was expected.
    """
    if not steps:
        return 0.0
    size = place_size(place["rate_shape"], place["month_size"], steps)
    return drawn_to(mean, size, observed)


def drawn_to(mean: float, size: float, observed: float) -> float:
    """A count drawn to the mean of its like, whose rates have that size."""
    return mean * (observed + size) / (mean + size)


def place_size(rate_shape: float, month_size: float, steps: float) -> float:
    """Size of the negative binomial of a place's count over some months.

    The rate is one for all months, and each month varies about it by itself.
    """
    return 1 / (1 / rate_shape + 1 / (steps * month_size))
