"""Days with patrol against days without, at the same places on the same weekdays.

A stratum is a place on a weekday. By intention to treat: a day counts as it was drawn,
whatever was done on it.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc

from transforms.reference.arrays import Floats, Integers, Mask
from transforms.reference.strata import Z_95, Strata
from transforms.trials.schedule import WEEK_DAYS


FEW_EVENTS = 5  # in an arm: below, no ratio by the bell curve
_ALPHA = 0.05


def strata_of(
    counts: Floats, assigned: Mask, weekday: Integers, kept: Mask | None = None
) -> Strata:
    """The strata of places (rows) by days (columns); only place-days that are kept."""
    use = np.ones(assigned.shape, dtype=bool) if kept is None else kept

    def summed(values: Floats, where: Mask) -> Floats:
        masked = np.where(where & use, values, 0.0)
        by_day = [masked[:, weekday == day].sum(axis=1) for day in range(WEEK_DAYS)]
        return np.concatenate(by_day)

    ones = np.ones(assigned.shape)
    return Strata(
        summed(counts, assigned),
        summed(ones, assigned),
        summed(counts, ~assigned),
        summed(ones, ~assigned),
    )


@dataclass(frozen=True, kw_only=True)
class Effect:
    """How days with patrol compare with days without."""

    ratio: float  # nan where there is none
    low: float
    high: float
    z: float  # log ratio by its error; nan where there is no ratio
    variance_factor: float
    events: int
    days: int
    control_events: int
    control_days: int
    is_exact: bool  # the interval: few events
    left_out_strata: int  # without days of both kinds


def effect(
    counts: Floats, assigned: Mask, weekday: Integers, kept: Mask | None = None
) -> Effect:
    """The ratio and its 95 % interval, widened by what events vary beyond chance."""
    strata = strata_of(counts, assigned, weekday, kept)
    use = strata.informative
    events, days = float(strata.events[use].sum()), float(strata.exposure[use].sum())
    control = float(strata.control_events[use].sum())
    control_days = float(strata.control_exposure[use].sum())
    few = min(events, control) < FEW_EVENTS
    factor = variance_factor(strata, counts, assigned, weekday, kept)
    ratio, z = strata.ratio, math.nan
    if few:
        low, high = exact_interval(int(events), days, int(control), control_days)
    else:
        error = math.sqrt(factor * strata.variance)
        z = math.log(ratio) / error
        low, high = (math.exp(math.log(ratio) + s * Z_95 * error) for s in (-1, 1))
    return Effect(
        ratio=ratio,
        low=low,
        high=high,
        z=z,
        variance_factor=factor,
        events=int(events),
        days=int(days),
        control_events=int(control),
        control_days=int(control_days),
        is_exact=few,
        left_out_strata=int((~use).sum()),
    )


def variance_factor(
    strata: Strata,
    counts: Floats,
    assigned: Mask,
    weekday: Integers,
    kept: Mask | None = None,
) -> float:
    """Pearson's X² of place-days within strata by its degrees of freedom; at least 1.

    Of strata with days of both kinds and any event.
    """
    ratio = strata.ratio
    if not ratio > 0:
        return 1.0
    both = strata.events + strata.control_events
    use = strata.informative & (both > 0)
    level = both / np.maximum(strata.control_exposure + ratio * strata.exposure, 1e-12)
    of_place = level.reshape(WEEK_DAYS, -1)[weekday].T
    used = use.reshape(WEEK_DAYS, -1)[weekday].T
    if kept is not None:
        used = used & kept
    expected = (of_place * np.where(assigned, ratio, 1.0))[used]
    off = counts[used] - expected
    freedom = int(used.sum()) - int(use.sum()) - 1
    if freedom < 1:
        return 1.0
    return max(1.0, float((off * off / expected).sum()) / freedom)


def exact_interval(
    events: int, days: float, control_events: int, control_days: float
) -> tuple[float, float]:
    """The 95 % interval of a ratio of few events, given how many there are in all.

    Clopper and Pearson's of the share with patrol, as a ratio of events a day. Without
    an event there is none: 0 to infinity.
    """
    both = events + control_events
    scale = control_days / days

    def odds(share: float) -> float:
        return scale * share / (1 - share) if share < 1 else math.inf

    low, high = 0.0, 1.0
    if events:
        low = _beta_quantile(_ALPHA / 2, events, both - events + 1)
    if control_events:
        high = _beta_quantile(1 - _ALPHA / 2, events + 1, both - events)
    return odds(low), odds(high)


def _beta_quantile(level: float, a: float, b: float) -> float:
    return float(brentq(lambda x: float(betainc(a, b, x)) - level, 0, 1, xtol=1e-14))


def not_after_patrol(assigned: Mask, days: int) -> Mask:
    """Place-days without those that have none drawn, but one in the days before.

    What a patrol leaves behind makes such days quieter, and the difference smaller.
    """
    after = np.zeros(assigned.shape, dtype=bool)
    for lag in range(1, days + 1):
        after[:, lag:] |= assigned[:, :-lag]
    return assigned | ~after
