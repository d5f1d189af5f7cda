"""Exponentially weighted counts: recent months count more, nothing is borrowed."""

from transforms.groups import GROUPS
from transforms.scores.expectation import Expectation, resting_on
from transforms.scores.view import View


NAME = "ewma"
VERSION = "1"
LABEL = "Exponentially weighted count, half-life 6 months"
IN_WORDS = """The count of all months held, each weighted by half for every six months
of its age, divided by the same weights of the supplied months."""

_HALF_LIFE_MONTHS = 6.0
_PRIOR_INCIDENTS = 0.5


def expect(seen: View) -> dict[str, Expectation]:
    """The decayed count of each crime group by its decayed exposure."""
    memory = seen.memory(_HALF_LIFE_MONTHS)
    found = {}
    for group in GROUPS.values():
        count = seen.of(memory.sums, group.categories)
        mean = count / memory.exposure_terms
        found[group.slug] = resting_on(mean, count + _PRIOR_INCIDENTS)
    return found
