"""What lists chosen by a rule do with nothing starting: their bias and their spread.

A list of high places regresses to the mean, and crime varies by more than chance. Both
are learned from past lists that nobody patrolled for the programme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from transforms.programmes.past import Past, apart
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.strata import Z_95
from transforms.reference.student import student_95


# 95 % confidence and 80 % power: 1.960 + 0.842.
Z_POWER = 2.802
_Z_80 = 0.842
# Of the force itself; or of several forces, which differ.
AT_LEAST_OWN = 8
AT_LEAST_OF_ALL = 12
AT_LEAST_FORCES = 3
# Lists of each week overlap, and those that do are alike: without so many that share no
# day, their spread is too small.
AT_LEAST_APART = 3
_SHOWN = {
    "months": {3: "3 months", 6: "6 months"},
    "days": {91: "13 weeks", 182: "26 weeks"},
}


@dataclass(frozen=True)
class Usual:
    """What lists chosen so do with nothing starting."""

    log_ratios: tuple[float, ...]
    bias: float  # their mean
    spread: float  # their standard deviation
    variance_factor: float  # times the Poisson variance, at least 1
    bias_error: float = 0.0  # of the bias, where it is learned from few lists
    quantile: float = Z_95  # half an interval of 95 %, in standard errors

    @property
    def smallest_fall(self) -> float:
        """The smallest fall that a look can be expected to show, as a share."""
        error = math.sqrt(self.spread**2 + self.bias_error**2)
        return 1 - math.exp(-(self.quantile + _Z_80) * error)


def usual_of(past: Sequence[Past], force: str) -> Usual | None:
    """What past lists did, or None where they are too few to tell."""
    if not are_enough([one.force for one in past], force) or _overlap(past):
        return None
    logs = [one.sums.log_ratio for one in past]
    bias = fmean(logs)
    factor = fmean(
        (log - bias) ** 2 / one.sums.poisson_variance
        for log, one in zip(logs, past, strict=True)
    )
    usual = Usual(tuple(logs), bias, stdev(logs), max(1.0, factor))
    if not past[0].of_days:
        return usual
    # Lists of weeks overlap and are of one force: they tell as much as those apart.
    independent = len(apart(past))
    return replace(
        usual,
        bias_error=usual.spread / math.sqrt(independent),
        quantile=student_95(independent - 1),
    )


def _overlap(past: Sequence[Past]) -> bool:
    """Whether lists of weeks are too few that share no day."""
    return any(one.of_days for one in past) and len(apart(past)) < AT_LEAST_APART


def are_enough(forces: Sequence[str], force: str) -> bool:
    """Whether past lists, of those forces, are enough to learn from for one of them."""
    return forces.count(force) >= AT_LEAST_OWN or (
        len(forces) >= AT_LEAST_OF_ALL and len(set(forces)) >= AT_LEAST_FORCES
    )


def power_line(
    past: Sequence[Past], force: str, places: int, clock: Clock = MONTHS
) -> str:
    """What such a programme can show, at the moment of choice: by its own past."""
    parts = []
    for length, said in _SHOWN[clock.unit].items():
        usual = usual_of([one for one in past if one.length == length], force)
        if usual:
            parts.append(f"{said} a fall of {100 * usual.smallest_fall:.0f} %")
    if not parts:
        return (
            "Not enough quiet past to tell what such a programme can show:"
            f" {needed_lists(clock)}."
        )
    return (
        f"With {places} places chosen so, {' and '.join(parts)} or more can be shown."
        " Other evaluations found falls of 7 to 16 %."
    )


def needed_lists(clock: Clock) -> str:
    """How many past lists are needed to tell anything; a force's feed is alone."""
    if clock.unit == "days":
        return (
            f"{AT_LEAST_OWN} past lists are needed, {AT_LEAST_APART} of them without a"
            " common day"
        )
    return (
        f"{AT_LEAST_OWN} past lists of its own are needed, or {AT_LEAST_OF_ALL} of"
        f" {AT_LEAST_FORCES} forces"
    )
