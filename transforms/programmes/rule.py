"""The rule that chooses a programme's places from scored cells, and its warnings.

A rule and not a hand: the same rule is applied to past months, to learn what lists
chosen so do when nothing starts.
"""

from dataclasses import dataclass

import numpy as np

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers


MOST_PLACES = 200
# The floor of West Midlands' programme: fewer in a year, and a patrol meets nothing.
LEAST_INCIDENTS_12M = 36


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How the places of a programme are chosen: the highest cells of a crime group.

    Of two cells nearer than `spacing` steps of the grid only the higher is taken; with
    1 neighbours may both be.
    """

    force: str
    group: str
    top: int
    spacing: int = 1
    least_incidents_12m: int = LEAST_INCIDENTS_12M
    without: tuple[str, ...] = ()  # cells that the user leaves out


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The scored cells of one force and crime group at an as-of, in any order."""

    cells: Cells
    score: Floats  # incidents expected next month
    level_month: Floats  # the same without the season
    n_12m: Integers


def choose(candidates: Candidates, rule: Rule) -> Integers:
    """The rows of the places that a rule takes, the highest first; ties by cell."""
    order = np.lexsort((candidates.cells, -candidates.score))
    enough = candidates.n_12m[order] >= rule.least_incidents_12m
    left_out = cells.from_text(rule.without)
    order = order[enough & ~np.isin(candidates.cells[order], left_out)]
    taken: list[int] = []
    blocked: set[int] = set()
    for row in order.tolist():
        cell = candidates.cells[row]
        if int(cell) in blocked:
            continue
        taken.append(row)
        if len(taken) == rule.top:
            break
        near = cells.disk(np.array([cell]), rule.spacing - 1)
        blocked.update(near.tolist())
    return np.array(taken, dtype=np.int64)
