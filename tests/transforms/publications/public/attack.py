"""Someone who wants to know: everything published, the rules, and a solver.

Knowledge is a system of linear facts about whole numbers. What it says of any sum is
the least and the most that the sum can be: the bounds of an integer programme.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


NONE_ABOVE = 500  # no count of a simulated cell and quarter is near it
Range = tuple[int, int]


class Knowledge:
    """What is known of some counts, none of them negative."""

    def __init__(self, counts: int) -> None:
        self.counts = counts
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self._switches = 0

    def fact(self, members: Iterable[int], low: float, high: float) -> None:
        """The members add up to no less than that and no more."""
        self._rows.append((dict.fromkeys(members, 1.0), low, high))

    def one_is_small(self, members: Iterable[int], minimum: int) -> None:
        """One of the members at least holds something, but less than the minimum."""
        switches = {}
        for member in members:
            switch = self.counts + self._switches
            self._switches += 1
            switches[switch] = 1.0
            # a switch that is on holds its count between 1 and the minimum less one
            self._rows.append(({member: 1.0, switch: -1.0}, 0, np.inf))
            most = NONE_ABOVE - minimum + 1.0
            self._rows.append(({member: 1.0, switch: most}, 0, NONE_ABOVE))
        self._rows.append((switches, 1, np.inf))

    def and_also(
        self, facts: Iterable[tuple[Iterable[int], float, float]]
    ) -> "Knowledge":
        """The same with more facts."""
        found = Knowledge(self.counts)
        found._rows, found._switches = list(self._rows), self._switches
        for members, low, high in facts:
            found.fact(members, low, high)
        return found

    def take(
        self, other: "Knowledge", split: Callable[[Iterable[int]], list[int]]
    ) -> None:
        """All that another knows of counts, of which this one has the parts."""
        first, moved = self.counts, self._switches
        for members, low, high in other._rows:
            weights = {
                part: weight
                for member, weight in members.items()
                for part in (
                    split([member])
                    if member < other.counts
                    else [first + moved + member - other.counts]
                )
            }
            self._rows.append((weights, low, high))
        self._switches += other._switches

    def bounds(self, members: Iterable[int]) -> Range | None:
        """The least and the most that the members add up to; None if nothing can be."""
        asked = np.zeros(self.counts + self._switches)
        asked[list(members)] = 1.0
        low = self._least(asked)
        high = None if low is None else self._least(-asked)
        return None if low is None or high is None else (low, -high)

    def _least(self, weights: np.ndarray) -> int | None:
        matrix = np.zeros((len(self._rows), len(weights)))
        for at, (members, _, _) in enumerate(self._rows):
            matrix[at, list(members)] = list(members.values())
        lows, highs = ([row[n] for row in self._rows] for n in (1, 2))
        most = np.full(len(weights), NONE_ABOVE)
        most[self.counts :] = 1
        found = milp(
            weights,
            constraints=LinearConstraint(matrix, lows, highs),
            bounds=Bounds(0, most),
            integrality=np.ones(len(weights)),
        )
        return None if found.x is None else round(found.fun)


def ways_to_hide(
    untold: Sequence[int], told: Sequence[int], minimum: int
) -> Iterator[dict[int, Range]]:
    """What `hidden` may have hidden, if that is what it hid: ranges by position.

    Positions are those of a table's coarse cells, in their order. Which of the hidden
    ones were added is not told; only the first few there are can be. A key -1 is of
    the sum of the small ones.
    """
    number = len(untold)
    before = [p for p in untold if not told or p < min(told)]
    small = (0, minimum - 1)
    enough = (minimum, (minimum - 1) * (number - 1))
    if enough[0] <= enough[1]:
        yield dict.fromkeys(untold, small) | {-1: enough}
    for added in (1, 2):
        for more in combinations(before if told else untold, added):
            left = number - added
            wanted = max(1, 3 - left)
            few = not told and added < wanted
            if left < 1 or (added != wanted and not few):
                continue
            ranges = {p: (minimum, NONE_ABOVE) if p in more else small for p in untold}
            most = (minimum - 1) * (left - 1)
            yield ranges | {-1: (0, minimum - 1)}
            yield ranges | {-1: (most + 1, NONE_ABOVE)}
    if not told:  # there was nothing left to add
        yield dict.fromkeys(untold, small) | {-1: (0, (minimum - 1) * number)}


def subtractions(
    figures: Iterable[tuple[int, Range]],
) -> Iterator[tuple[int, Range]]:
    """What is left of each figure less each other that is part of it.

    A figure is a set of counts, as the bits of a number, and the range of their sum.
    """
    distinct = sorted(set(figures))
    for whole, (low, high) in distinct:
        for part, (least, most) in distinct:
            if part & whole == part and part != whole:
                yield whole & ~part, (max(0, low - most), high - least)
