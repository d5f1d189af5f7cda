"""What a user chose as places: the highest cells, hot spots by their ids, own polygons.

Cells are for patrol: fifteen minutes on foot cover one. Hot spots are for problem
solving. Of each choice it is known how past lists like it are made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from transforms.errors import UsageError
from transforms.programmes.parts import shares_of_cells
from transforms.programmes.points import GroupPoints
from transforms.programmes.rule import (
    MOST_PLACES,
    Candidates,
    Rule,
    choose,
    hotspots_by_rank,
)
from transforms.reference.arrays import Cells, Floats, Integers
from transforms.reference.clocks import Period


if TYPE_CHECKING:  # it imports GeoPandas
    from transforms.publications.layers.drawn import Drawn

CELL, JOINED, HOTSPOT, POLYGON = "cell", "joined", "hotspot", "polygon"
USE = "Cells are for patrol, hot spots for problem-oriented policing"


@dataclass(frozen=True, kw_only=True)
class HotSpots:
    """Hot spots of a publication, by their ids."""

    force: str
    group: str
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Polygons:
    """Polygons of the user's."""

    force: str
    group: str
    drawn: "Drawn"


Choice: TypeAlias = Rule | HotSpots | Polygons


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The places of a programme, the highest first, and what each is made of.

    A part is what lies in one scored cell.
    """

    unit: str  # cell, hotspot or polygon
    rule: Rule  # by which past lists like it are chosen
    grounds: Sequence[Cells]  # the H3 cells that each place is
    place: Integers  # of each part: its place
    row: Integers  # of each part: the row of its scored cell
    share: Floats  # of each part: of what its cell expects, 0 to 1
    names: Sequence[str] = ()  # of polygons

    def summed(self, values: Floats) -> Floats:
        """The sum of each place over its parts."""
        sums = np.bincount(self.place, values, minlength=len(self.grounds))
        return np.asarray(sums, dtype=np.float64)


def asked(
    force: str,
    group: str,
    top: int | None,
    hotspots: Sequence[str],
    places: str | None,
    **of_top: Any,
) -> Choice:
    """What is chosen; `UsageError` unless it is said in one way.

    `of_top` is what a rule may have besides: what is None or empty there was not given.
    """
    given = {name: value for name, value in of_top.items() if value not in (None, ())}
    if sum([top is not None, bool(hotspots), places is not None]) != 1:
        raise UsageError("choose places by one of --top, --hotspots and --places")
    if top is not None:
        return Rule(force=force, group=group, top=top, **given)
    if given:
        raise UsageError(
            "--spacing, --min-incidents, --join and --without are of --top: hot spots"
            " and polygons are taken as you name them"
        )
    if places is None:
        return HotSpots(force=force, group=group, ids=tuple(hotspots))
    from transforms.publications.layers.drawn import read_drawn

    return Polygons(force=force, group=group, drawn=read_drawn(places, MOST_PLACES))


def chosen(
    choice: Choice, scored: Candidates, points: GroupPoints, span: Sequence[Period]
) -> Chosen:
    """The places of a choice; `UsageError` where there are none.

    `points` and `span` say where in a cell the incidents of a polygon were.
    """
    match choice:
        case Rule():
            return _by_rule(choice, scored)
        case HotSpots():
            return _hotspots(choice, scored)
        case Polygons():
            return _polygons(choice, scored, points, span)


def _by_rule(rule: Rule, scored: Candidates) -> Chosen:
    places = choose(scored, rule)
    if not places:
        raise UsageError(
            f"no cell of {rule.force} has {rule.least_incidents_12m} incidents of"
            f" {rule.group} in 12 months: lower --min-incidents"
        )
    return _whole_cells(CELL, rule, scored, places)


def _hotspots(choice: HotSpots, scored: Candidates) -> Chosen:
    known = hotspots_by_rank(scored)
    for one in choice.ids:
        if one not in known:
            raise UsageError(
                f"{choice.force} has no hot spot {one!r} of {choice.group} in that"
                " publication; its hotspots.csv lists them"
            )
    ids = [one for one in known if one in choice.ids]
    rule = Rule(
        force=choice.force,
        group=choice.group,
        top=len(ids),
        least_incidents_12m=0,
        ranks=tuple(at + 1 for at, one in enumerate(known) if one in choice.ids),
    )
    return _whole_cells(HOTSPOT, rule, scored, [known[one] for one in ids])


def _whole_cells(
    unit: str, rule: Rule, scored: Candidates, places: Sequence[Integers]
) -> Chosen:
    rows = np.concatenate(places)
    return Chosen(
        unit=unit,
        rule=rule,
        grounds=[scored.cells[of_place] for of_place in places],
        place=np.repeat(np.arange(len(places)), [len(p) for p in places]),
        row=rows,
        share=np.ones(len(rows)),
    )


def _polygons(
    choice: Polygons, scored: Candidates, points: GroupPoints, span: Sequence[Period]
) -> Chosen:
    """Polygons by what is expected in them; past lists have as much in whole cells.

    How the user chose them is not known to us, and the same polygons in earlier months
    would be chosen by what came after those.
    """
    names, grounds = list(choice.drawn.places), list(choice.drawn.places.values())
    fine = np.concatenate(grounds)
    row, share = shares_of_cells(fine, scored.cells, points, span)
    place = np.repeat(np.arange(len(grounds)), [len(ground) for ground in grounds])
    inside = row >= 0
    parts, at = np.unique(
        np.stack([place[inside], row[inside]]), axis=1, return_inverse=True
    )
    found = Chosen(
        unit=POLYGON,
        rule=Rule(force=choice.force, group=choice.group, top=1, least_incidents_12m=0),
        grounds=grounds,
        place=parts[0],
        row=parts[1],
        share=np.asarray(
            np.bincount(at.ravel(), share[inside], minlength=parts.shape[1]),
            dtype=np.float64,
        ),
        names=names,
    )
    expected = found.summed(found.share * scored.level_month[found.row])
    for name, level in zip(names, expected.tolist(), strict=True):
        if not level:
            raise UsageError(
                f"{name}: nothing is expected there: no incident of {choice.group} in"
                f" 36 months, or no cell of {choice.force} that is scored"
            )
    highest = np.cumsum(np.sort(scored.level_month)[::-1])
    like = min(int(np.searchsorted(highest, expected.sum())) + 1, MOST_PLACES)
    return replace(
        _in_order(found, np.lexsort((np.arange(len(names)), -expected))),
        rule=replace(found.rule, top=like),
    )


def _in_order(found: Chosen, order: Integers) -> Chosen:
    """The same places in another order."""
    new = np.argsort(order, kind="stable")
    return replace(
        found,
        grounds=[found.grounds[at] for at in order],
        place=new[found.place],
        names=[found.names[at] for at in order],
    )
