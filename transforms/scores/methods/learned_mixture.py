"""The default score of days: a mixture of densities with learned weights.

A group's next incident may be where its own incidents were, all of them or those of the
last year or so, in the cell, next to it or in the wider area; where other crime was; or
anywhere. How likely each is, the force's own last year says, by likelihood. Counts,
decayed counts and kernel densities are special mixtures, so that the method becomes
what the crime of each group is like. A mixture says too little of the busiest cells, so
each cell's own record corrects it. docs/methods.md says how it was chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Clock
from transforms.reference.groups import CrimeGroup
from transforms.scores.methods.expectation import Expectation
from transforms.scores.methods.mixture_parts import Past, part_count
from transforms.scores.methods.shared_prior import scaled
from transforms.scores.view import View


NAME = "learned_mixture"
VERSION = "2"
LABEL = "Mixture of densities with learned weights"
UNITS = ("days",)
CALIBRATED = True
_WORDS = """A group's next incident is expected where its own incidents were (in the
cell, one and two cells away, and in the wider areas of about 1 and 2.5 km; of all
{unit} in hand, and with half the weight for each year of age), where other crime was in
the same places, or anywhere. How much each of these counts is learned for each group
from the force's own past: at thirteen {unit}, four weeks apart, the weights are those
that make what came in the next four weeks most likely. Then each cell's own record of
the last year or so is compared with what the mixture puts there: six incidents are
added to both, and the score is multiplied by their ratio. Incidents expected in the
whole force are those of the supplied {unit}, with half the weight for each three months
of age, so a missing {period} makes a score less certain, not lower. Each group has a
mixture of its own: groups are not sums of categories."""

LEVEL_HALF_LIFE_MONTHS = 3.0
# Incidents, as expected, that are added to a cell's own before they correct a density.
PRIOR_RECORD = 6.0
# As-ofs a step apart, and what came in the step after each.
LESSONS = 13
FIT_STEPS = 60
# Each part begins with one incident, so that few incidents rule none out.
PRIOR_INCIDENTS = 1.0
# Evidence about a cell where nothing is expected.
_LEAST_INCIDENTS = 0.5


def in_words(clock: Clock) -> str:
    """Its description for METHOD.md."""
    return _WORDS.format(unit=clock.unit, period=clock.period)


def expect(view: View) -> dict[str, Expectation]:
    """Expected incidents of each group in the next term in each cell of the view."""
    densities = view.once(NAME, lambda: _densities(view))
    level = view.memory(LEVEL_HALF_LIFE_MONTHS)
    expected = {}
    for group in view.groups:
        density = densities[group.slug]
        total = float(view.of(level.sums, group.categories).sum())
        mean = scaled(density, total / level.exposure_terms)
        evidence = mean * level.exposure_terms + _LEAST_INCIDENTS
        expected[group.slug] = Expectation(mean, evidence)
    return expected


def _densities(view: View) -> dict[str, Floats]:
    """Of each group, where its incidents are: in the proportions of what is expected.

    Whatever the term: a view of another one has the same.
    """
    lessons = list(_lessons(view))
    now = Past(view, view.as_of, np.arange(len(view.cells)))
    found = {}
    for group in view.groups:
        weights = _weights(group, lessons)
        mixed = np.einsum("cp,p->c", now.densities(group), weights)
        found[group.slug] = corrected(mixed, now.record(group))
    return found


@dataclass(frozen=True)
class Lesson:
    """What came after an earlier as-of, and what was known then of those cells."""

    past: Past
    came: Floats  # categories x cells where anything came, incidents

    def met(self, group: CrimeGroup) -> tuple[Floats, Floats]:
        """Densities in the cells where the group's incidents came; how many did."""
        number = self.past.view.of(self.came, group.categories)
        return self.past.densities(group)[number > 0], number[number > 0]


def _lessons(view: View) -> Iterator[Lesson]:
    """Of the last year or so; an as-of with under a step's past teaches nothing."""
    step = view.clock.step
    for back in range(1, LESSONS + 1):
        if (view.ages >= step * back).sum() < step:
            return
        came_then = (view.ages >= step * (back - 1)) & (view.ages < step * back)
        came = view.weighing(came_then[:, None].astype(float))[:, :, 0]
        at = np.flatnonzero(came.any(axis=0))
        yield Lesson(Past(view, view.as_of + -step * back, at), came[:, at])


def _weights(group: CrimeGroup, lessons: Sequence[Lesson]) -> Floats:
    none = np.empty((0, part_count(group)))
    met = [lesson.met(group) for lesson in lessons]
    densities = np.concatenate([none, *(d for d, _ in met)])
    return likeliest_weights(densities, np.concatenate([[], *(n for _, n in met)]))


def corrected(density: Floats, record: Floats) -> Floats:
    """A density once each cell's own record is known: in proportion, (cells,) all.

    Gamma-Poisson: the mean of a rate whose gamma prior has the density's mean and the
    shape `PRIOR_RECORD`. The density knows the record too, but adds it up alike
    everywhere.
    """
    foreseen = scaled(density, record.sum())
    return density * (PRIOR_RECORD + record) / (PRIOR_RECORD + foreseen)


def likeliest_weights(densities: Floats, number: Floats) -> Floats:
    """The weights of the parts that make incidents most likely; they add up to 1.

    `densities` is (cells, parts) and `number` (cells,): what each part gave to a cell
    and how many incidents came there. Expectation maximisation: no step size, no
    negative weight (Dempster, Laird and Rubin 1977, JRSS B 39).
    """
    parts = densities.shape[1]
    weights = np.full(parts, 1.0 / parts)
    for _ in range(FIT_STEPS):
        share = densities * weights
        each = number / np.maximum(share.sum(axis=1), np.finfo(float).tiny)
        weights = np.einsum("cp,c->p", share, each) + PRIOR_INCIDENTS
        weights = weights / weights.sum()
    return weights
