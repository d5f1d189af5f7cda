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
    months: int  # that count for it
    observed: int
    expected: float  # given how the rest of the force did
    low: int
    high: int
    before: int | None  # incidents in as many months up to the as-of
    left: date | None

    @property
    def word(self) -> str:
        """Within its interval, below or above."""
        if self.observed < self.low:
            return "below"
        return "above" if self.observed > self.high else "within"


def place_interval(
    place: Mapping[str, float], mean: float, months: int
) -> tuple[int, int]:
    """What 95 of 100 such places would have: negative binomial about the mean."""
    if not months:
        return 0, 0
    size = place_size(place["rate_shape"], place["month_size"], months)
    low, high = negative_binomial_quantiles(
        np.array([mean]), np.array([size]), _INTERVAL
    )
    return int(low[0]), int(high[0])


def place_size(rate_shape: float, month_size: float, months: int) -> float:
    """Size of the negative binomial of a place's count over some months.

    The rate is one for all months, and each month varies about it by itself.
    """
    return 1 / (1 / rate_shape + 1 / (months * month_size))
