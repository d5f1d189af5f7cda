"""Twins of the methods of days alone: of each crime group the mean of each cell."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

import h3

from transforms.reference.groups import GROUPS


Event = tuple[str, int, str]  # cell, day, category


_ring = cache(h3.grid_ring)
_parent = cache(h3.cell_to_parent)


def known(events: Sequence[Event], supplied: Sequence[int], as_of: int) -> list[Event]:
    """Those of supplied days up to the as-of day."""
    return [e for e in events if e[1] in supplied and e[1] <= as_of]


def kernel_density(
    events: Sequence[Event],
    supplied: Sequence[int],
    as_of: int,
    cells: Sequence[str],
) -> dict[str, dict[str, float]]:
    """All that is known, by a Gaussian of 0.8 cells, adding up to the mean day."""
    found = {}
    days = sum(day <= as_of for day in supplied)
    for slug, group in GROUPS.items():
        count = Counter(
            cell
            for cell, _, category in known(events, supplied, as_of)
            if category in group.categories and cell in cells
        )
        smooth = {cell: _smoothed(cell, count) for cell in cells}
        total, smoothed = sum(count.values()), sum(smooth.values())
        found[slug] = {
            cell: value * total / smoothed / days if smoothed else 0.0
            for cell, value in smooth.items()
        }
    return found


def _smoothed(cell: str, count: Mapping[str, int]) -> float:
    return sum(
        math.exp(-0.5 * (distance / 0.8) ** 2)
        * sum(count.get(near, 0) for near in _ring(cell, distance))
        for distance in (0, 1, 2)
    )


def learned_mixture(
    events: Sequence[Event],
    supplied: Sequence[int],
    as_of: int,
    cells: Sequence[str],
) -> dict[str, dict[str, float]]:
    """Each group's own mixture, with the weights that its last year makes likeliest."""
    inside = [event for event in events if event[0] in cells]
    lessons = [
        (then, known([e for e in inside if then < e[1] <= then + 28], supplied, as_of))
        for then in range(as_of - 28, as_of - 13 * 28 - 1, -28)
        if sum(day <= then for day in supplied) >= 28
    ]
    exposure = sum(_faded(as_of - day, 3.0) for day in supplied if day <= as_of)
    found = {}
    for slug, group in GROUPS.items():
        own, other = group.categories, group.others
        met = []
        for then, coming in lessons:
            before = known(inside, supplied, then)
            at = sorted({cell for cell, _, category in coming if category in own})
            given = _parts(before, then, own, other, cells, at)
            count = Counter(cell for cell, _, category in coming if category in own)
            met += [(given[cell], count[cell]) for cell in at]
        weights = _likeliest(met, 16 if other else 11)
        now = known(inside, supplied, as_of)
        given = _parts(now, as_of, own, other, cells, cells)
        mixed = {
            cell: math.fsum(w * p for w, p in zip(weights, given[cell], strict=True))
            for cell in cells
        }
        density = _corrected(mixed, [e for e in now if e[2] in own], as_of)
        total = sum(_faded(as_of - day, 3.0) for _, day, kind in now if kind in own)
        scale = total / exposure / sum(density.values())
        found[slug] = {cell: value * scale for cell, value in density.items()}
    return found


def _corrected(
    mixed: Mapping[str, float], own: Sequence[Event], as_of: int
) -> dict[str, float]:
    """Six incidents as expected, and the cell's own of the last year or so."""
    record = dict.fromkeys(mixed, 0.0)
    for cell, day, _ in own:
        record[cell] += _faded(as_of - day, 12.0)
    of_all = sum(record.values()) / math.fsum(mixed.values())
    return {
        cell: mix * (6 + record[cell]) / (6 + of_all * mix)
        for cell, mix in mixed.items()
    }


def _faded(age_days: int, half_life_months: float) -> float:
    return float(0.5 ** (age_days / (365.25 / 12) / half_life_months))


def _parts(
    before: Sequence[Event],
    as_of: int,
    own: Sequence[str],
    other: Sequence[str],
    cells: Sequence[str],
    at: Sequence[str],
) -> dict[str, list[float]]:
    """What each part gives to each of those cells."""
    given: dict[str, list[float]] = {cell: [] for cell in at}
    looked_at = [(own, math.inf), (own, 12.0), *([(other, math.inf)] if other else [])]
    for categories, half_life in looked_at:
        weight = defaultdict[str, float](float)
        area = {n: defaultdict[str, float](float) for n in (8, 7)}
        for cell, day, category in before:
            if category in categories:
                one = _faded(as_of - day, half_life)
                weight[cell] += one
                for resolution, of in area.items():
                    of[_parent(cell, resolution)] += one
        total = sum(weight.values()) or 1.0
        for cell in at:
            for distance, places in ((0, 1), (1, 6), (2, 12)):
                near = sum(weight[n] for n in _ring(cell, distance))
                given[cell].append(near / places / total)
            for resolution, children in ((8, 49), (7, 343)):
                within = area[resolution][_parent(cell, resolution)]
                given[cell].append(within / children / total)
    for cell in at:
        given[cell].append(1.0 / len(cells))
    return given


def _likeliest(met: Sequence[tuple[list[float], int]], parts: int) -> list[float]:
    weights = [1.0 / parts] * parts
    for _ in range(60):
        claimed = [1.0] * parts
        for given, number in met:
            mixed = sum(w * p for w, p in zip(weights, given, strict=True))
            for i in range(parts):
                claimed[i] += number * weights[i] * given[i] / mixed
        weights = [claim / sum(claimed) for claim in claimed]
    return weights
