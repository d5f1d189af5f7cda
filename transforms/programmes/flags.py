"""Warnings about a place, at the moment of choice."""

import numpy as np

from transforms.reference.arrays import Floats, Integers


LARGE_M2 = 150_000.0  # more than a patrol of 15 minutes can cover on foot
COLD_A_MONTH = 3.0
FULL_YEAR_MONTHS = 12

IN_WORDS = {
    "large": f"larger than {LARGE_M2 / 1e6:g} km², more than 15 minutes on foot cover",
    "cold": f"fewer than {COLD_A_MONTH:g} incidents expected a month",
    "contiguous": "in contact with another place: one place to any test",
    "thin": f"fewer than {FULL_YEAR_MONTHS} of the last 12 months were supplied",
}


def flags(
    area_m2: Floats, level_month: Floats, component: Integers, months_12m: Integers
) -> list[str]:
    """The warnings of each place, divided by spaces."""
    _, of_place, number = np.unique(component, return_inverse=True, return_counts=True)
    raised = {
        "large": area_m2 > LARGE_M2,
        "cold": level_month < COLD_A_MONTH,
        "contiguous": number[of_place] > 1,
        "thin": months_12m < FULL_YEAR_MONTHS,
    }
    return [
        " ".join(name for name, where in raised.items() if where[row])
        for row in range(len(area_m2))
    ]
