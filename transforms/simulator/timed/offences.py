"""What each category of crime is like in the made-up force, and when it occurs."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import exp


_QUIET = 0.2  # of the busiest hour: no hour is without crime
_HOURS = np.arange(7 * 24)
_FRIDAY_EVENING, _SUNDAY_EVENING = 4 * 24 + 18, 6 * 24 + 18


@dataclass(frozen=True)
class Week:
    """One busy time a day, and a weekend from six on Friday to six on Sunday."""

    peak_hour: float
    spread_hours: float
    weekend: float  # times as busy

    def activity(self) -> Floats:
        """Of each hour from Monday 00:00, times the mean hour: (168,)."""
        away = np.abs((_HOURS + 0.5 - self.peak_hour + 12) % 24 - 12)
        busy = _QUIET + (1 - _QUIET) * exp(-((away / self.spread_hours) ** 2) / 2)
        weekend = (_HOURS >= _FRIDAY_EVENING) & (_HOURS < _SUNDAY_EVENING)
        busy = np.where(weekend, busy * self.weekend, busy)
        return np.asarray(busy / busy.mean(), dtype=np.float64)


@dataclass(frozen=True)
class Offence:
    """How a category of crime arises, when and where; codes are the Home Office's.

    An incident brings `branching` further ones on average, each of them after a time
    that is exponential with mean `echo_days` and at a place that is Gaussian about its
    own, with standard deviation `echo_m` east and north.
    """

    share: float  # of all incidents, once the process has settled
    branching: float
    echo_days: float
    echo_m: float
    week: Week
    codes: Mapping[str, float]  # and how common each is, in parts
    _: KW_ONLY  # those above are the columns of the table below
    pull: float = 1.0  # the power of the shared risk of places
    own_shape: float = (
        2.0  # of a street's own gamma deviation: smaller goes its own way
    )
    span_hours: float = 0.0  # mean time that nobody was there, before and after
    domestic_share: float = 0.0
    under_18_share: float = 0.02
    sexual_codes: frozenset[str] = field(default_factory=frozenset)


_BUSINESS = Week(peak_hour=14, spread_hours=3.5, weekend=0.8)
_EVENING = Week(peak_hour=21, spread_hours=4, weekend=1.5)
_NIGHT = Week(peak_hour=1, spread_hours=3.5, weekend=1.1)

OFFENCES: dict[str, Offence] = {
    "anti-social-behaviour": Offence(0.14, 0.15, 4, 80, _EVENING, {"ASB": 1}),
    "bicycle-theft": Offence(
        0.02, 0.1, 6, 60, _BUSINESS, {"44": 1}, own_shape=0.5, pull=1.1
    ),
    "burglary": Offence(
        0.06, 0.4, 6, 80,
        Week(peak_hour=13, spread_hours=5, weekend=0.9),
        {"28E": 3, "30C": 1}, pull=0.6, own_shape=6.0, span_hours=4,
    ),
    "criminal-damage-and-arson": Offence(
        0.08, 0.12, 5, 100, _EVENING, {"56B": 1, "58A": 4, "58C": 6}, own_shape=3.0
    ),
    "drugs": Offence(0.03, 0.05, 3, 50, _EVENING, {"92D": 1, "92E": 3}),
    "other-theft": Offence(0.09, 0.08, 5, 60, _BUSINESS, {"49": 1}, pull=1.1),
    "possession-of-weapons": Offence(0.01, 0.05, 3, 60, _EVENING, {"10D": 1}),
    "public-order": Offence(0.09, 0.1, 3, 60, _EVENING, {"9A": 8, "62A": 1}, pull=1.1),
    "robbery": Offence(
        0.02, 0.2, 4, 150,
        Week(peak_hour=20, spread_hours=4, weekend=1.2),
        {"34A": 1, "34B": 5}, pull=1.4, under_18_share=0.2,
    ),
    "shoplifting": Offence(
        0.1, 0.2, 5, 30, _BUSINESS, {"46": 1}, pull=1.3, own_shape=0.1
    ),
    "theft-from-the-person": Offence(
        0.02, 0.1, 2, 60, _EVENING, {"39": 1}, pull=1.6, own_shape=0.5
    ),
    "vehicle-crime": Offence(
        0.08, 0.3, 5, 120, _NIGHT, {"45": 5, "48": 2}, pull=0.7, own_shape=4.0,
        span_hours=5,
    ),
    "violence-and-sexual-offences": Offence(
        0.26, 0.1, 3, 50,
        Week(peak_hour=22, spread_hours=4.5, weekend=1.6),
        {"8N": 6, "105A": 8, "5D": 1, "19C": 1, "20A": 1},
        domestic_share=0.35, under_18_share=0.08,
        sexual_codes=frozenset({"19C", "20A"}),
    ),
}  # fmt: skip
