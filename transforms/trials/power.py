"""What a trial can show, before anybody patrols: formulas.

With 95 % confidence; a fall that can be shown is one that 80 % of such trials show.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr

from transforms.programmes.usual import Z_POWER
from transforms.reference import portable_math
from transforms.reference.arrays import Floats


USUAL_FALL = 0.16  # Braga and Weisburd 2022: the mean of 60 tests
Z_TWO_SIDED = 1.959964
FEW_EVENTS = 200  # below, counts are too small for a bell curve
_TAIL = 0.025


def shown_share(fall: float, error: float) -> float:
    """The share of trials that show a fall; `error` is that of the log ratio."""
    return float(ndtr(-math.log(1 - fall) / error - Z_TWO_SIDED))


def smallest_fall(error: float) -> float:
    """The fall that 80 % of trials show, by the error of the log ratio."""
    return 1 - math.exp(-Z_POWER * error)


def parallel_smallest_fall(events: float, variance_factor: float) -> float:
    """The same for halves compared before and after, `events` in each of four counts.

    The fall itself takes events away, so it is solved for: -ln r = 2.802 ·
    √(φ(3/n + 1/(n r))).
    """

    def missing(ratio: float) -> float:
        variance = variance_factor * (3 / events + 1 / (events * ratio))
        return -math.log(ratio) - Z_POWER * math.sqrt(variance)

    grid = [1 - step / 1000 for step in range(1, 1000)]
    enough = next((ratio for ratio in grid if missing(ratio) >= 0), None)
    if enough is None:
        return 1.0
    return 1 - float(brentq(missing, enough, enough + 0.001))


def crossover_error(
    fall: float, rate: float, place_days: float, share: float, variance_factor: float
) -> float:
    """The error of the log ratio of a crossover.

    `rate` is incidents a place and day without patrol, `share` that of the place-days
    with patrol.
    """
    parts = 1 / ((1 - fall) * share) + 1 / (1 - share)
    return math.sqrt(variance_factor * parts / (rate * place_days))


def crossover_days(
    fall: float, rate: float, places: int, share: float, variance_factor: float
) -> float:
    """The days after which 80 % of crossovers show a fall."""
    error = crossover_error(fall, rate, places, share, variance_factor)
    return (Z_POWER * error / math.log(1 - fall)) ** 2


def crossover_smallest_fall(
    rate: float, place_days: float, share: float, variance_factor: float
) -> float:
    """The fall that 80 % of crossovers show; 1 where none can be shown."""

    def missing(fall: float) -> float:
        error = crossover_error(fall, rate, place_days, share, variance_factor)
        return -math.log(1 - fall) - Z_POWER * error

    if missing(0.99) < 0:
        return 1.0
    # with almost all gone the error grows again: the first crossing is meant
    grid = [step / 100 for step in range(1, 100)]
    enough = next(fall for fall in grid if missing(fall) >= 0)
    return float(brentq(missing, max(enough - 0.01, 1e-6), enough))


def crossover_power(
    fall: float, rate: float, place_days: float, share: float, variance_factor: float
) -> float:
    """The share of crossovers that show a fall.

    Below 200 expected incidents exactly, given how many there are (times the variance
    factor they say as much as fewer would).
    """
    ratio = 1 - fall
    mean = rate * place_days * (share * ratio + 1 - share) / variance_factor
    if mean >= FEW_EVENTS:
        error = crossover_error(fall, rate, place_days, share, variance_factor)
        return shown_share(fall, error)
    return _exact_power(mean, ratio, share)


def _exact_power(mean: float, ratio: float, share: float) -> float:
    """Events are Poisson, and each is on a patrolled day with a known probability."""
    patrolled = share * ratio / (share * ratio + 1 - share)
    most = int(mean + 8 * math.sqrt(mean) + 10)
    power = 0.0
    for events in range(most + 1):
        probability = math.exp(events * math.log(mean) - mean - math.lgamma(events + 1))
        power += probability * _rejected(events, share, patrolled)
    return power


def _rejected(events: int, share: float, patrolled: float) -> float:
    """How often so many events reject that patrol makes no difference."""
    none = _binomial(events, share)
    low = np.cumsum(none) <= _TAIL
    high = np.cumsum(none[::-1])[::-1] <= _TAIL
    return float(_binomial(events, patrolled)[low | high].sum())


def _binomial(events: int, probability: float) -> Floats:
    """The probabilities of 0 to `events`."""
    number = np.arange(events + 1)
    ways = gammaln(events + 1) - gammaln(number + 1) - gammaln(events - number + 1)
    return portable_math.exp(
        ways
        + number * math.log(probability)
        + (events - number) * math.log1p(-probability)
    )


def halves_error(errors: Sequence[float]) -> float:
    """The error of a parallel trial by past lists: root mean square of theirs."""
    return math.sqrt(sum(error * error for error in errors) / len(errors))
