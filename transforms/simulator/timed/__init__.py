"""A made-up force's own feed: where and when to the minute, with the truth known.

The public feed's simulator knows months and snap points; here incidents have instants
and doorsteps, and bring further incidents near them in space and time.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import exp, power
from transforms.simulator.timed.cascade import SPELL_DAYS, cascade
from transforms.simulator.timed.clock import midnight_hour, week_hours
from transforms.simulator.timed.drops import write_drops
from transforms.simulator.timed.ground import Ground, lay_out
from transforms.simulator.timed.offences import OFFENCES, Offence
from transforms.simulator.timed.records import record
from transforms.simulator.timed.truth import TimedTruth


__all__ = ["TimedTruth", "simulate_timed", "write_drops"]

INCIDENTS_A_DAY = 60_000 / 365  # at size 1
SPOT_SWING = 0.8  # standard deviation of a hot spot's log level
SPOT_MEMORY = 0.75  # correlation of its levels from one spell to the next


def simulate_timed(
    seed: int,
    start_day: date,
    days: int,
    size: float = 1.0,
    *,
    offences: Mapping[str, Offence] = OFFENCES,
    spot_swing: float = SPOT_SWING,
) -> TimedTruth:
    """Those days of the clock in Great Britain; a year at size 1 has 60,000 incidents.

    The same seed gives the same feed. With `spot_swing` 0 hot spots stay as they are:
    where they wax and wane, crimes are close in space and time without echoes too.
    """
    rng = np.random.default_rng([seed, 0])
    ground = lay_out(size, rng)
    levels = _spot_levels(days, len(ground.spots_m), spot_swing, rng)
    first_hour = midnight_hour(start_day)
    hours = np.arange(first_hour, midnight_hour(start_day + timedelta(days)))
    week_hour = week_hours(hours)
    background, found = {}, {}
    for number, (slug, offence) in enumerate(offences.items(), 1):
        own = np.random.default_rng([seed, number])
        background[slug] = _background(offence, ground, size, own)
        activity = offence.week.activity()[week_hour]
        found[slug] = cascade(offence, activity, background[slug], levels, ground, own)
    incidents = record(found, offences, ground, first_hour, rng)
    return TimedTruth(
        incidents=incidents,
        start_day=start_day,
        days=days,
        offences=offences,
        ground=ground,
        background_a_day=background,
        spot_levels=levels,
    )


def _background(
    offence: Offence, ground: Ground, size: float, rng: np.random.Generator
) -> Floats:
    """What the ground alone brings to each doorstep on a mean day."""
    own = rng.gamma(offence.own_shape, size=len(ground.street_names))
    weight = power(ground.risk, offence.pull) * own[ground.street]
    total = INCIDENTS_A_DAY * size * offence.share * (1 - offence.branching)
    return np.asarray(weight / weight.sum() * total, dtype=np.float64)


def _spot_levels(
    days: int, spots: int, swing: float, rng: np.random.Generator
) -> Floats:
    """How hot each spot is in each spell, 1 on average; the last column is of none."""
    step = rng.normal(0, swing, (-(-days // SPELL_DAYS), spots))
    for before, after in pairwise(step):
        after *= np.sqrt(1 - SPOT_MEMORY**2)
        after += SPOT_MEMORY * before
    levels = exp(step - swing**2 / 2)
    return np.column_stack([levels, np.ones(len(levels))])
