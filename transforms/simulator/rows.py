"""Rows of a street file, drawn from counts, and their provisional first version."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Integers, Mask
from transforms.reference.categories import CATEGORIES
from transforms.simulator.intensities import ASB
from transforms.simulator.places import Places


# Label and weight: most cases end without a suspect.
OUTCOMES: dict[str, float] = {
    "Investigation complete; no suspect identified": 38,
    "Unable to prosecute suspect": 36,
    "Under investigation": 8,
    "Court result unavailable": 6,
    "Status update unavailable": 3,
    "Local resolution": 3,
    "Action to be taken by another organisation": 2,
    "Awaiting court outcome": 1,
    "Further action is not in the public interest": 1,
    "Formal action is not in the public interest": 0.7,
    "Further investigation is not in the public interest": 0.5,
    "Offender given a caution": 0.5,
    "Suspect charged as part of another case": 0.3,
}
REPEATED_ID_SHARE = 0.002
REVISED_SHARE = 0.013
LATE_EVERY = 30


@dataclass(frozen=True)
class Rows:
    """One force's month. Point -1 has no place; ASB has neither id nor outcome."""

    point: Integers
    category: Integers
    outcome: Integers
    crime_id: NDArray[np.object_]

    def take(self, which: slice | Mask) -> "Rows":
        """Some of the rows."""
        return Rows(
            self.point[which],
            self.category[which],
            self.outcome[which],
            self.crime_id[which],
        )


def rows(counts: Integers, placeless_share: float, rng: np.random.Generator) -> Rows:
    """One row an incident, and as many rows without place as their share asks for."""
    located = np.repeat(np.arange(counts.size), counts.ravel())
    point, category = np.divmod(located, len(CATEGORIES))
    lost = rng.poisson(len(point) * placeless_share / (1 - placeless_share))
    category = np.append(category, rng.choice(category, lost))
    point = np.append(point, np.full(lost, -1))
    weight = np.array(list(OUTCOMES.values()))
    outcome = rng.choice(len(weight), len(point), p=weight / weight.sum())
    return Rows(point, category, outcome, _crime_ids(category, rng))


def carry(earlier: Rows, later: Rows) -> Rows:
    """One Crime ID of the month before turns up again."""
    old, new = np.flatnonzero(earlier.crime_id), np.flatnonzero(later.crime_id)
    if not len(old) or not len(new):
        return later
    crime_id = later.crime_id.copy()
    crime_id[new[-1]] = earlier.crime_id[old[0]]
    return replace(later, crime_id=crime_id)


def provisional(final: Rows, places: Places, rng: np.random.Generator) -> Rows:
    """What an earlier release had: some other outcomes, some neighbouring points."""
    other = (final.category != ASB) & (rng.random(len(final.point)) < REVISED_SHARE)
    step = rng.integers(1, len(OUTCOMES), len(final.point))
    moved = (final.point >= 0) & (rng.random(len(final.point)) < REVISED_SHARE)
    return replace(
        final,
        outcome=np.where(other, (final.outcome + step) % len(OUTCOMES), final.outcome),
        point=np.where(moved, places.nearest[final.point], final.point),
    )


def without_late(final: Rows) -> Rows:
    """A month as first supplied, before the force sent it again with more rows."""
    keep = np.arange(len(final.point)) % LATE_EVERY != 0
    return final.take(keep)


def _crime_ids(category: Integers, rng: np.random.Generator) -> NDArray[np.object_]:
    named = np.flatnonzero(category != ASB)
    text = rng.bytes(32 * len(named)).hex()
    fresh = [text[start : start + 64] for start in range(0, len(text), 64)]
    crime_id = np.full(len(category), "", dtype=object)
    crime_id[named] = fresh
    again = np.flatnonzero(rng.random(len(named)) < REPEATED_ID_SHARE)
    crime_id[named[again]] = crime_id[named[again - 1]]
    return crime_id
