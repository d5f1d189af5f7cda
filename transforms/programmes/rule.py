"""The rule that chooses places from scored cells.

A rule and not a hand: the same rule is applied to past months, to learn what lists
chosen so do when nothing starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    1 neighbours may both be. With `ranks` the places are hot spots instead: those that
    have these ranks in the force.
    """

    force: str
    group: str
    top: int
    spacing: int = 1
    least_incidents_12m: int = LEAST_INCIDENTS_12M
    without: tuple[str, ...] = ()  # cells that the user leaves out
    ranks: tuple[int, ...] = ()  # 1 is the hot spot where most is expected


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The scored cells of one force and crime group at an as-of, in any order."""

    cells: Cells
    score: Floats  # incidents expected next month
    level_month: Floats  # the same without the season
    n_12m: Integers
    hotspots: Sequence[str | None] = field(default=())  # of each cell; () if unknown


def choose(candidates: Candidates, rule: Rule) -> list[Integers]:
    """The rows of each place that a rule takes, the highest place first."""
    if rule.ranks:
        ranked = list(hotspots_by_rank(candidates).values())
        return [ranked[rank - 1] for rank in rule.ranks if rank <= len(ranked)]
    return [np.array([row]) for row in _highest(candidates, rule)]


def hotspots_by_rank(candidates: Candidates) -> dict[str, Integers]:
    """The rows of each hot spot: that where most is expected first, ties by id."""
    ids = np.array([one or "" for one in candidates.hotspots])
    names, of_row = np.unique(ids, return_inverse=True)
    expected = np.bincount(of_row, candidates.score, minlength=len(names))
    return {
        str(names[at]): np.flatnonzero(of_row == at)
        for at in np.lexsort((names, -expected))
        if names[at]
    }


def _highest(candidates: Candidates, rule: Rule) -> list[int]:
    """The rows of the highest cells that are far enough from each other."""
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
    return taken
