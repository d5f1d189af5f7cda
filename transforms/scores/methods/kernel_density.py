"""Kernel density of all days in hand: a rival of the daily score.

A Gaussian about the middle of each cell. On the exact places of Portland's crime it
ranks as well as one about the places themselves (docs/methods.md).
"""

import math

import numpy as np

from transforms.reference.clocks import Clock
from transforms.scores.methods.expectation import Expectation, from_evidence
from transforms.scores.methods.shared_prior import scaled
from transforms.scores.view import View


NAME = "kernel_density"
VERSION = "1"
LABEL = "Kernel density, all stored days"
UNITS = ("days",)
CALIBRATED = False
_WORDS = """The count of all supplied {unit}, each incident spread over the cells around
its own by a Gaussian of about 100 m, divided by the number of those {unit}."""

# About 100 m: cells of resolution 10 are some 125 m apart.
_BANDWIDTH_CELLS = 0.8
RING_WEIGHTS = tuple(math.exp(-0.5 * (d / _BANDWIDTH_CELLS) ** 2) for d in (1.0, 2.0))
_PRIOR_INCIDENTS = 0.5


def in_words(clock: Clock) -> str:
    """Its description for METHOD.md."""
    return _WORDS.format(unit=clock.unit)


def expect(view: View) -> dict[str, Expectation]:
    """The smoothed count of each crime group, divided by its exposure."""
    memory = view.memory(math.inf)
    smoothed = memory.sums.copy()
    for weight, ring in zip(RING_WEIGHTS, memory.rings, strict=True):
        smoothed += weight * ring
    expected = {}
    for group in view.groups:
        count = view.of(memory.sums, group.categories)
        total = count.sum() / memory.exposure_terms
        mean = scaled(view.of(smoothed, group.categories), total)
        expected[group.slug] = from_evidence(
            np.asarray(mean), mean * memory.exposure_terms + _PRIOR_INCIDENTS
        )
    return expected
