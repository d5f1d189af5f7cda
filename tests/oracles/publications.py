"""Twins of what is published: the public tier, names and shares."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import h3

from tests.oracles.incidents import commonest
from tests.oracles.scores import band, ranked


def public_cells(
    counts: Mapping[str, int],
    listed: Sequence[str],
    minimum: int,
    base: int,
    finest: int,
) -> dict[str, int | None]:
    """What the public tier tells of each cell, None where it tells nothing.

    Counts are of cells finer than resolution 8, listed are those of resolution 7.
    """
    held = {
        parent: {
            child: sum(n for c, n in counts.items() if h3.cell_to_parent(c, 8) == child)
            for child in h3.cell_to_children(parent, 8)
        }
        for parent in listed
    }
    total = {parent: sum(children.values()) for parent, children in held.items()}
    untold = {parent for parent in listed if total[parent] < minimum}
    sum_of_small, most = sum(total[p] for p in untold), minimum - 1
    if untold and not minimum <= sum_of_small <= most * (len(untold) - 1):
        for more, parent in enumerate(sorted(set(listed) - untold)):
            if more == 0 or len(untold) < 3:
                untold.add(parent)
    told: dict[str, int | None] = dict.fromkeys(untold)
    for parent in set(listed) - untold:
        children = held[parent]
        if finest == 8 and all(n == 0 or n >= minimum for n in children.values()):
            told |= {child: _nearest(n, base) for child, n in children.items()}
        else:
            told[parent] = _nearest(total[parent], base)
    return told


def _nearest(count: int, base: int) -> int:
    """The multiple least far away, the larger of two."""
    multiples = range(0, count + base + 1, base)
    return min(multiples, key=lambda m: (abs(m - count), -m))


def public_bands(
    told: Mapping[str, int | None], scores: Mapping[str, float]
) -> dict[str, str | None]:
    """The band of each told cell by the sum of what is below it, those of 0 last."""
    sums = {
        cell: sum(
            score
            for below, score in scores.items()
            if h3.cell_to_parent(below, h3.get_resolution(cell)) == cell
        )
        if count
        else -1.0
        for cell, count in told.items()
        if count is not None
    }
    places = ranked(sums)
    return {c: band(places[c], len(sums)) if c in sums else None for c in told}


def spot_name(labels: Sequence[str | None], venues: Sequence[str]) -> str | None:
    """The commonest street; the commonest kind of venue where there is none."""
    streets = [label for label in labels if label not in venues]
    return commonest(streets) or commonest(labels)


def share_found(
    counts: Mapping[tuple[str, str], int],
    searched: Mapping[str, Sequence[str]],
    published: Sequence[str],
    minimum: int,
) -> int | None:
    """The share of a quarter's incidents found by its searches, to the nearest 5 %.

    `counts` are by scored cell and month, `published` the cells whose counts are.
    """

    def within(cell: str) -> list[str]:
        return [h3.cell_to_parent(cell, level) for level in (7, 8)]

    slots: dict[str, int] = {}
    for cell in (cell for found in searched.values() for cell in found):
        for above in within(cell):
            slots[above] = slots.get(above, 0) + 1
    in_part = {
        cell
        for cell in published
        if 0 < slots.get(cell, 0) < len(searched) * 7 ** (9 - h3.get_resolution(cell))
    }
    found = sum(n for (cell, month), n in counts.items() if cell in searched[month])
    near = {key: n for key, n in counts.items() if in_part & set(within(key[0]))}
    found_near = sum(n for (cell, month), n in near.items() if cell in searched[month])
    every = sum(counts.values())
    missed_near = sum(near.values()) - found_near
    if min(found_near, missed_near) < 2 * minimum or every < 20 * minimum:
        return None
    exact = Fraction(found, every)
    return min(range(0, 101, 5), key=lambda p: (abs(Fraction(p, 100) - exact), -p))


def page_totals(
    rows: Sequence[Mapping[str, Any]], half: int
) -> dict[tuple[str, str, str], tuple[int, int, int, int]]:
    """Published, within, areas and those withheld, by force, group and quarter."""
    found = {}
    for key in sorted({_key(row) for row in rows}):
        mine = [row for row in rows if _key(row) == key]
        told = [r["incidents_rounded"] for r in mine if r["suppressed"] is False]
        areas = {h3.cell_to_parent(row["h3_cell"], 7) for row in mine}
        off = half * sum(1 for count in told if count > 0)
        found[key] = sum(told), off, len(areas), len(mine) - len(told)
    return found


def page_trends(
    rows: Sequence[Mapping[str, Any]], half: int, most: int
) -> dict[tuple[str, str], tuple[list[str], dict[str, list[list[int]]]]]:
    """The newest quarters, and the areas that have a count in all of them."""
    found = {}
    for force, group in sorted({_key(row)[:2] for row in rows}):
        mine = [row for row in rows if _key(row)[:2] == (force, group)]
        quarters = sorted({row["period"] for row in mine})[-most:]
        sums: dict[str, list[list[int]]] = {}
        for area in sorted({h3.cell_to_parent(row["h3_cell"], 7) for row in mine}):
            parts = [
                [r for r in mine if r["period"] == q and _inside(r["h3_cell"], area)]
                for q in quarters
            ]
            if all(some and not any(r["suppressed"] for r in some) for some in parts):
                counts = [[r["incidents_rounded"] for r in some] for some in parts]
                sums[area] = [
                    [sum(some), half * len([n for n in some if n])] for some in counts
                ]
        found[force, group] = quarters, sums
    return found


def page_maps(
    rows: Sequence[Mapping[str, Any]], bands: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str, str], set[tuple[str, int, str]]]:
    """The cells that a map shows: those with a band, and with the count beside it."""
    counts = {(*_key(row), row["h3_cell"]): row["incidents_rounded"] for row in rows}
    found: dict[tuple[str, str, str], set[tuple[str, int, str]]] = {}
    for row in bands:
        shown = found.setdefault(_key(row), set())
        if row["score_band"] is not None:
            count = counts[(*_key(row), row["h3_cell"])]
            shown.add((row["h3_cell"], count, row["score_band"]))
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["force"], row["crime_group"], row["period"]


def _inside(cell: str, area: str) -> bool:
    return bool(h3.cell_to_parent(cell, 7) == area)


def published_spots(
    rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each hot spot of published cells, by force and group, the most expected first."""
    members = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["score_rank"]):
        if row["hotspot_id"] is not None:
            members[row["force"], row["crime_group"], row["hotspot_id"]].append(row)
    of_group = defaultdict(list)
    for (force, group, spot), cells in members.items():
        of_group[force, group].append(_taken_together(spot, cells, names))
    found = []
    for key in sorted(of_group):
        spots = sorted(of_group[key], key=lambda s: (-s["expected"], s["hotspot_id"]))
        found += [spot | {"hotspot_rank": at} for at, spot in enumerate(spots, 1)]
    return found


def _taken_together(
    spot: str, cells: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> dict[str, Any]:
    """The first cell's facts, and the sums of what is known of all, in their order."""

    sums = ("n_1m", "n_12m", "n_prev_12m", "expected_12m", "harm_12m", "harm_score")
    chances = [cell["p_top1"] for cell in cells if cell["p_top1"] is not None]
    return {
        **cells[0],
        **{name: _total(cells, name) for name in sums},
        "name": names.get(spot),
        "expected": _total(cells, "score"),
        "area_m2": _total(cells, "cell_area_m2"),
        "p_top1": max(chances, default=None),
        "cells": len(cells),
        "top_cell": cells[0]["h3_cell"],
        "h3_cells": " ".join(cell["h3_cell"] for cell in cells),
    }


def areas_added_up(
    within: Iterable[tuple[str, str, str]],
    cells: Iterable[Mapping[str, Any]],
    spots: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """A row for each layer, area, force and group with a cell; pairs name the cells."""
    members = defaultdict(list)
    for row in sorted(cells, key=lambda row: row["score_rank"]):
        for layer, area, cell in within:
            if cell == row["h3_cell"]:
                key = layer, area, row["force"], row["crime_group"]
                members[key].append(row)
    spot_of = {spot["hotspot_id"]: spot for spot in spots}
    found = []
    for key in sorted(members):
        inside = {row["hotspot_id"] for row in members[key]} - {None}
        reached = sorted(
            (spot_of[spot] for spot in inside), key=lambda spot: spot["hotspot_rank"]
        )
        highest = reached[0] if reached else {}
        found.append(
            {
                **members[key][0],
                "layer": key[0],
                "area": key[1],
                "cells": len(members[key]),
                "top_cell": members[key][0]["h3_cell"],
                "area_m2": _total(members[key], "cell_area_m2"),
                "expected": _total(members[key], "score"),
                **{n: _total(members[key], n) for n in ("n_3m", "n_12m", "n_prev_12m")},
                "hotspots": len(reached),
                "hotspot_rank": highest.get("hotspot_rank"),
                "hotspot_id": highest.get("hotspot_id"),
                "hotspot_name": highest.get("name"),
            }
        )
    return found


def _total(rows: Sequence[Mapping[str, Any]], name: str) -> float | None:
    """The sum of what is known, in their order."""
    known = [row[name] for row in rows if row[name] is not None]
    return reduce(add, known) if known else None


# Its cell, and the published score, interval and rank in its force and group
Forecast = tuple[int, float, float, float, int]


def judged_cells(
    published: Sequence[Forecast], happened: Mapping[int, int], limits: Sequence[int]
) -> tuple[int | float, ...]:
    """What a month brought to one group: `limits` are 0.5, 1, 2 and 5 % of the cells.

    All incidents; those of the highest cells, by limit; the expected ones of 1 %; the
    highest 5 %, and those of them whose count is inside the interval.
    """
    ranked_cells = sorted(published, key=lambda forecast: forecast[-1])
    first = [[f for f in ranked_cells if f[-1] <= limit] for limit in limits]
    return (
        sum(happened.values()),
        *(sum(happened.get(f[0], 0) for f in cells) for cells in first),
        round(reduce(add, [f[1] for f in first[1]], 0.0), 6),
        len(first[3]),
        sum(f[2] <= happened.get(f[0], 0) <= f[3] for f in first[3]),
    )


def became(
    row: Mapping[str, Any],
    cells: set[str],
    far: set[str],
    is_excluded: Callable[[Mapping[str, Any]], bool],
) -> str:
    """What became of an incident: the first reason that holds.

    `cells` are those of the universe, `far` the resolution-6 cells far from the force.
    """
    cell = row["h3_r9"] and f"{row['h3_r9']:x}"
    if cell is None:
        return "without_place"
    if not row["in_area"]:
        return "outside_area"
    if is_excluded(row):
        return "excluded"
    if cell in cells:
        return "counted"
    if h3.cell_to_parent(cell, 6) in far:
        return "far_from_force"
    return "outside_universe"


def group_months(
    rows: Iterable[tuple[int, str, str, int]],
    groups: Mapping[str, Sequence[str]],
    first: str,
    last: str,
) -> list[tuple[str, int, str, int]]:
    """Incidents of each group, cell and month.

    Rows are cell, month, category, and how many incidents of these there are.
    """
    counted: dict[tuple[str, int, str], int] = defaultdict(int)
    for cell, month, category, incidents in rows:
        for group, categories in groups.items():
            if first <= month <= last and category in categories:
                counted[group, cell, month] += incidents
    return [(*key, number) for key, number in sorted(counted.items())]
