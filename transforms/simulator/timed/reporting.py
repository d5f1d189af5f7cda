"""When the force reports an incident, and what it reports at first."""

from typing import TypeAlias

import numpy as np

from transforms.reference.arrays import Floats, Instants, Integers, Mask
from transforms.simulator.timed.clock import HOUR_US, on_the_clock


Codes: TypeAlias = list[tuple[int, str]]  # category and offence code

REPORTED_AFTER_HOURS = 9.0  # mean
REVISED_SHARE, REVISED_AFTER_DAYS = 0.03, 12.0
DELETED_SHARE, DELETED_AFTER_DAYS = 0.005, 20.0
MISPLACED_M = 40.0  # how far off a place is that is corrected later


def reported_days(
    known_us: Integers, rng: np.random.Generator
) -> tuple[Instants, Instants, Instants]:
    """The days on the clock on which it is recorded, corrected and deleted."""
    count = len(known_us)
    delay = rng.exponential(REPORTED_AFTER_HOURS * HOUR_US, count).astype(np.int64)
    reported = (known_us + delay).astype("datetime64[us]")
    recorded = on_the_clock(reported).astype("datetime64[D]")
    deleted = recorded + 1 + _some_days(DELETED_AFTER_DAYS, count, rng)
    deleted[rng.random(count) >= DELETED_SHARE] = np.datetime64("NaT")
    revised = recorded + 1 + _some_days(REVISED_AFTER_DAYS, count, rng)
    revised[rng.random(count) >= REVISED_SHARE] = np.datetime64("NaT")
    revised[~np.isnat(deleted)] = np.datetime64("NaT")
    return recorded, revised, deleted


def _some_days(mean_days: float, count: int, rng: np.random.Generator) -> Instants:
    days = rng.exponential(mean_days, count).astype(np.int64)
    return days.astype("timedelta64[D]")


def first_reported(
    points_m: Floats,
    code: Integers,
    category: Integers,
    codes: Codes,
    revised: Mask,
    rng: np.random.Generator,
) -> tuple[Integers, Floats]:
    """What is corrected later: another code where the category has one, or a place."""
    recoded = revised & (rng.random(len(code)) < 0.5)
    first = np.array([of for of, _ in codes])
    lowest = np.searchsorted(first, category)
    number = np.searchsorted(first, category, side="right") - lowest
    other = lowest + (code - lowest + 1) % number
    moved = rng.normal(0, MISPLACED_M, points_m.shape)
    astray = revised & (~recoded | (number == 1))
    return (
        np.where(recoded, other, code),
        np.where(astray[:, None], points_m + moved, points_m),
    )
