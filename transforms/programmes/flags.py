"""Warnings about a place, at the moment of choice."""

import numpy as np

from transforms.reference.arrays import Floats, Integers
from transforms.reference.clocks import Clock


LARGE_M2 = 150_000.0  # more than a patrol of 15 minutes can cover on foot
COLD_A_MONTH = 3.0
COLD_A_MONTH_OF_DAYS = 1.0  # of the smaller cells of a force's own feed
FULL_YEAR_MONTHS = 12
NEARLY_A_YEAR_DAYS = 330

MOST_EXCLUDED = 0.5  # of the incidents: the forecast looks away from the rest

_NAMES = ("large", "cold", "contiguous", "thin", "excluded-venues")


def in_words(clock: Clock) -> dict[str, str]:
    """What each warning means."""
    cold, full_year = _limits(clock)
    year = clock.windows[clock.year]
    said = (
        f"larger than {LARGE_M2 / 1e6:g} km², more than 15 minutes on foot cover",
        f"fewer than {cold:g} incidents expected a month",
        "in contact with another place: one place to any test",
        f"fewer than {full_year} of the last {year} {clock.unit} were supplied",
        "most of its incidents are at excluded places, and in no forecast or count",
    )
    return dict(zip(_NAMES, said, strict=True))


def _limits(clock: Clock) -> tuple[float, int]:
    """Below how much a place is cold, and a year's history thin."""
    if clock.unit == "days":
        return COLD_A_MONTH_OF_DAYS, NEARLY_A_YEAR_DAYS
    return COLD_A_MONTH, FULL_YEAR_MONTHS


def flags(
    area_m2: Floats,
    level_month: Floats,
    component: Integers,
    supplied: Integers,
    excluded: Floats,
    clock: Clock,
) -> list[str]:
    """The warnings of each place, divided by spaces.

    `supplied` are periods of a year, `excluded` the share of a place's incidents that
    are at excluded places.
    """
    cold, full_year = _limits(clock)
    _, of_place, number = np.unique(component, return_inverse=True, return_counts=True)
    raised = {
        "large": area_m2 > LARGE_M2,
        "cold": level_month < cold,
        "contiguous": number[of_place] > 1,
        "thin": supplied < full_year,
        "excluded-venues": excluded > MOST_EXCLUDED,
    }
    return [
        " ".join(name for name, where in raised.items() if where[row])
        for row in range(len(area_m2))
    ]
