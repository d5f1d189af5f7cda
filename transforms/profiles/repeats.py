"""How often incidents come back to an address, beside what chance alone would bring.

An address counts once a day, so that one event that was recorded as three crimes is no
repeat.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from transforms.profiles.concentration import Chance, chance_of, thrown


_SEED = 0


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Addresses in an area, and days on which they had an incident, of 365 days."""

    addresses: int  # with an incident of any kind in three years
    with_incident: int  # of them, with one of the group in the year
    days: int  # days with an incident, added up over the addresses

    @property
    def repeats(self) -> int:
        """Days on which an address had an incident that had had one before."""
        return self.days - self.with_incident

    @property
    def share(self) -> float:
        """Repeats by all such days, 0 to 1."""
        return self.repeats / self.days if self.days else 0.0

    @property
    def chance(self) -> Chance:
        """What that share would be if each day fell on any of the addresses."""
        return chance_of_repeats(self.days, self.addresses)


def repeats_of(year: pa.Table, addresses: int) -> Repeats:
    """Of incidents of a year by point and day (record_points.sql)."""
    by_day = year.group_by(["longitude", "latitude", "period"]).aggregate([])
    hit = by_day.group_by(["longitude", "latitude"]).aggregate([])
    return Repeats(addresses=addresses, with_incident=len(hit), days=len(by_day))


@lru_cache(maxsize=1024)
def chance_of_repeats(days: int, addresses: int) -> Chance:
    """The share of repeats if all addresses were alike.

    Median and 95th percentile of 4,999 multinomial draws, always the same ones.
    """
    if not days or not addresses:
        return Chance(0.0, 0.0)
    rng = np.random.default_rng([_SEED, days, addresses])
    shares = [
        (days - (drawn > 0).sum(axis=1)) / days
        for drawn in thrown(rng, days, addresses)
    ]
    return chance_of(np.concatenate(shares))
