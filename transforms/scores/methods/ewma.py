"""Exponentially weighted counts: recent months count more; each cell by itself."""

from transforms.reference.clocks import Clock
from transforms.scores.methods.expectation import Expectation, from_evidence
from transforms.scores.view import View


NAME = "ewma"
VERSION = "2"
LABEL = "Exponentially weighted count, half-life 6 months"
UNITS = ("months", "days")
CALIBRATED = False
_WORDS = """The count of all stored {unit}, each weighted by half for every six months
of its age, divided by the same weights of the supplied {unit}."""

_HALF_LIFE_MONTHS = 6.0
_PRIOR_INCIDENTS = 0.5


def in_words(clock: Clock) -> str:
    """Its description for METHOD.md."""
    return _WORDS.format(unit=clock.unit)


def expect(view: View) -> dict[str, Expectation]:
    """The decayed count of each crime group, divided by its decayed exposure."""
    expected = {}
    for group in view.groups:
        memory = view.counting(group).memory(_HALF_LIFE_MONTHS)
        count = view.of(memory.sums, group.categories)
        mean = count / memory.exposure_terms
        expected[group.slug] = from_evidence(mean, count + _PRIOR_INCIDENTS)
    return expected
