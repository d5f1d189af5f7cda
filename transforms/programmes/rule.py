"""The rule that chooses places from scored cells.

A rule and not a hand: the same rule is applied to past months, to learn what lists
chosen so do when nothing starts.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers


MOST_PLACES = 200
# The floor of West Midlands' programme: fewer in a year, and a patrol meets nothing.
LEAST_INCIDENTS_12M = 36
# Of the cells of a force's own feed, a seventh as large: one a month.
LEAST_INCIDENTS_365D = 12
JOINS_OF_HIGHEST = 0.02  # of the cells by score: lower ones join no place
MOST_JOINED_M2 = 45_000.0
MOST_JOINED = 3


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
    join: int = 1  # cells that a place may have: touching ones, of the highest 2 %


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The scored cells of one force and crime group at an as-of, in any order."""

    cells: Cells
    score: Floats  # incidents expected next month
    level_month: Floats  # the same without the season
    n_12m: Integers
    hotspots: Sequence[str | None] = field(default=())  # of each cell; () if unknown
    universe_cells: int = 0  # of which these have any incident or expectation


def choose(candidates: Candidates, rule: Rule) -> list[Integers]:
    """The rows of each place that a rule takes, the highest place first."""
    if rule.ranks:
        ranked = list(hotspots_by_rank(candidates).values())
        return [ranked[rank - 1] for rank in rule.ranks if rank <= len(ranked)]
    return _highest(candidates, rule)


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


def _highest(candidates: Candidates, rule: Rule) -> list[Integers]:
    """The rows of the highest places that are far enough from each other."""
    order = np.lexsort((candidates.cells, -candidates.score))
    enough = candidates.n_12m[order] >= rule.least_incidents_12m
    left_out = cells.from_text(rule.without)
    order = order[enough & ~np.isin(candidates.cells[order], left_out)]
    taken: list[Integers] = []
    blocked: set[int] = set()
    may_join = _may_join(candidates, rule)
    for row in order.tolist():
        if int(candidates.cells[row]) in blocked:
            continue
        place = _joined(candidates, row, may_join, blocked, rule.join)
        taken.append(place)
        if len(taken) == rule.top:
            break
        near = cells.disk(candidates.cells[place], rule.spacing - 1)
        blocked.update(near.tolist())
    return sorted(taken, key=lambda place: -float(candidates.score[place].sum()))


def _may_join(candidates: Candidates, rule: Rule) -> dict[int, int]:
    """The rows of the cells that may join a higher one, by cell."""
    if rule.join == 1:
        return {}
    order = np.lexsort((candidates.cells, -candidates.score))
    number = max(candidates.universe_cells, len(order))
    highest = order[: math.ceil(JOINS_OF_HIGHEST * number)]
    left_out = cells.from_text(rule.without)
    return {
        int(candidates.cells[row]): int(row)
        for row in highest
        if candidates.cells[row] not in left_out
    }


def _joined(
    candidates: Candidates,
    row: int,
    may_join: Mapping[int, int],
    blocked: Collection[int],
    join: int,
) -> Integers:
    """A cell with the highest that touch it, as far as a place may grow."""
    around = cells.disk(candidates.cells[[row]], 1).tolist()
    touching = [
        may_join[cell]
        for cell in around
        if cell in may_join and cell not in blocked and may_join[cell] != row
    ]
    touching.sort(key=lambda at: (-candidates.score[at], candidates.cells[at]))
    place = np.array([row])
    for at in touching[: join - 1]:
        larger = np.append(place, at)
        if cells.areas_m2(candidates.cells[larger]).sum() <= MOST_JOINED_M2:
            place = larger
    return place
