"""Formulas that evaluators know, each on counts before and after.

They take incidents as independent, and the places as not chosen for their count. Of hot
spots neither holds: an Estimate learns both from past lists.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from transforms.impact.wdd import Change
from transforms.reference import portable_math
from transforms.reference.arrays import Floats
from transforms.reference.strata import Z_95


_TAIL_SDS = 10  # counts farther from their mean have no weight in an e-test
_SAME = 1e-9  # statistics this close, relatively, are the same one


@dataclass(frozen=True)
class Ratio:
    """A rate ratio, with its 95 % interval."""

    value: float
    error: float  # of its log

    @property
    def z(self) -> float:
        """Its log in standard errors."""
        return math.log(self.value) / self.error

    @property
    def interval(self) -> tuple[float, float]:
        """95 %."""
        log = math.log(self.value)
        return math.exp(log - Z_95 * self.error), math.exp(log + Z_95 * self.error)


def rirr(
    treated: Change, control: Change, variance_factor: float = 1.0
) -> Ratio | None:
    """Relative incident rate ratio: after by before, by the same at control places.

    Below 1 is a fall; Braga and Weisburd 2022 print its inverse. None without any
    incident in one of the four counts.
    """
    counts = treated.before, treated.after, control.before, control.after
    if not all(counts):
        return None
    variance = variance_factor * sum(1 / count for count in counts)
    return Ratio(treated.ratio / control.ratio, math.sqrt(variance))


def poisson_z(change: Change, variance_factor: float = 1.0) -> float:
    """The change of two counts in standard errors, by the roots of the counts.

    The root of a Poisson count varies by a quarter: √2(√after - √before) for times of
    equal length.
    """
    difference = math.sqrt(change.after) - math.sqrt(change.expected)
    variance = variance_factor * (1 + 1 / change.time) / 4
    return difference / math.sqrt(variance)


def common_poisson_z(change: Change) -> float:
    """The same as it is mostly printed, 2(√after - √before).

    It takes the count before as known without error: its standard deviation is 1.4.
    """
    return 2 * (math.sqrt(change.after) - math.sqrt(change.expected))


def e_test(change: Change) -> float:
    """Two-sided p that both counts come from one rate, by the score statistic.

    Krishnamoorthy and Thomson 2004: over all pairs of counts at the pooled rate, the
    probability of those whose rates differ as much.
    """
    times = change.time, 1.0
    rate = (change.before + change.after) / sum(times)
    if not rate:
        return 1.0
    before, after = (_near(rate * time) for time in times)
    seen = _score(np.array([change.before]), np.array([change.after]), change.time)
    scores = _score(before[:, None], after[None, :], change.time)
    chances = (
        _poisson(before, rate * change.time)[:, None] * _poisson(after, rate)[None, :]
    )
    return float(min(1.0, chances[scores >= seen[0] * (1 - _SAME)].sum()))


def _near(mean: float) -> Floats:
    """The counts that a Poisson mean may bring."""
    away = _TAIL_SDS * math.sqrt(mean) + 2 * _TAIL_SDS
    return np.arange(max(0, int(mean - away)), int(mean + away) + 1, dtype=np.float64)


def _score(before: Floats, after: Floats, time: float) -> Floats:
    """How far apart the two rates are, in standard errors at the pooled rate."""
    pooled = (before + after) / time
    with np.errstate(invalid="ignore"):
        score = np.abs(before / time - after) / np.sqrt(pooled)
    return np.where(pooled > 0, score, 0.0)


def _poisson(counts: Floats, mean: float) -> Floats:
    return portable_math.exp(counts * math.log(mean) - mean - gammaln(counts + 1))


@dataclass(frozen=True)
class Displaced:
    """Weighted displacement quotient (Bowers and Johnson 2003), and its net effect."""

    quotient: float | None  # None where the places did not fall more than control ones
    net_effect: float  # incidents fewer at and around the places than control ones say


def displaced(places: Change, around: Change, control: Change) -> Displaced | None:
    """Whether crime moved next door, as a share of what the places gained.

    Above 0 the surroundings fell too, below -1 more moved there than was prevented.
    None where control places had no incident.
    """
    if not (control.before and control.after):
        return None
    here = places.after / control.after - places.expected / control.expected
    next_door = around.after / control.after - around.expected / control.expected
    net = control.ratio * (places.expected + around.expected)
    return Displaced(
        quotient=next_door / here if here < 0 else None,
        net_effect=net - places.after - around.after,
    )
