"""Twins of programmes: choosing places one by one, and judging a list by hand."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import fmean

import h3
import shapely
from pyproj import Transformer

from transforms.programmes.rule import Rule


def chosen_cells(rows: Sequence[tuple[str, float, int]], rule: Rule) -> list[str]:
    """The cells that a rule takes of (cell, score, incidents in 12 months)."""
    taken: list[str] = []
    for cell, _, number in sorted(rows, key=lambda row: (-row[1], row[0])):
        near = any(h3.grid_distance(cell, other) < rule.spacing for other in taken)
        enough = number >= rule.least_incidents_12m
        if enough and not near and cell not in rule.without and len(taken) < rule.top:
            taken.append(cell)
    return taken


def contacts(places: Sequence[str]) -> list[int]:
    """A number for each place, one for all that are joined over two steps or fewer."""
    joined = {(a, b) for a in places for b in places if h3.grid_distance(a, b) <= 2}
    for via in places:
        joined |= {
            (a, b)
            for a in places
            for b in places
            if (a, via) in joined and (via, b) in joined
        }
    first = [next(a for a in places if (a, b) in joined) for b in places]
    order = list(dict.fromkeys(first))
    return [order.index(place) + 1 for place in first]


def list_sums(
    places: Sequence[str],
    levels: Mapping[str, float],
    incidents: Sequence[tuple[str, str]],
    months: Sequence[str],
) -> tuple[float, float, float, float]:
    """Observed and expected at places and in the rest, of (cell, month) incidents."""
    observed = {True: 0.0, False: 0.0}
    expected = {True: 0.0, False: 0.0}
    for cell, level in levels.items():
        expected[cell in places] += level * len(months)
    for cell, month in incidents:
        if cell in levels and month in months:
            observed[cell in places] += 1
    return observed[True], expected[True], observed[False], expected[False]


def log_ratio(sums: tuple[float, float, float, float]) -> float:
    """ln of observed by expected at the places, by the same of the rest."""
    observed, expected, rest_observed, rest_expected = sums
    if observed == 0 or rest_observed == 0:
        observed, rest_observed = observed + 0.5, rest_observed + 0.5
    return math.log(observed / expected) - math.log(rest_observed / rest_expected)


def bias_and_factor(
    lists: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float]:
    """Mean log ratio of past lists, and how many times Poisson's their variance is."""
    logs = [log_ratio(sums) for sums in lists]
    bias = fmean(logs)
    parts = []
    for sums, log in zip(lists, logs, strict=True):
        more = 0.5 if sums[0] == 0 or sums[2] == 0 else 0.0
        parts.append((log - bias) ** 2 / (1 / (sums[0] + more) + 1 / (sums[2] + more)))
    return bias, max(1.0, fmean(parts))


def lists_without_a_common_day(spans: Sequence[tuple[int, int]]) -> int:
    """How many (as-of, length) share no day, if each is taken that can be, in order."""
    seen: set[int] = set()
    taken = 0
    for as_of, length in sorted(spans):
        days = set(range(as_of + 1, as_of + length + 1))
        if not seen & days:
            seen |= days
            taken += 1
    return taken


def share_within(width: float, freedom: int, steps: int = 20_000) -> float:
    """How much of Student's t lies within a width of 0: its density, added up."""
    height = math.gamma((freedom + 1) / 2) / (
        math.sqrt(freedom * math.pi) * math.gamma(freedom / 2)
    )
    step = 2 * width / steps
    middles = (-width + (at + 0.5) * step for at in range(steps))
    return sum(
        height * (1 + t * t / freedom) ** (-(freedom + 1) / 2) * step for t in middles
    )


def ranked_hotspots(rows: Sequence[tuple[str | None, float]]) -> list[str]:
    """The hot spots of (hot spot, score) of cells, that of most expected first."""
    expected: dict[str, float] = {}
    for spot, score in rows:
        if spot is not None:
            expected[spot] = expected.get(spot, 0.0) + score
    return sorted(expected, key=lambda spot: (-expected[spot], spot))


def cells_in(shape: shapely.Geometry, resolution: int) -> set[str]:
    """The cells whose centre a shape in metres of the National Grid contains."""
    to_degrees = Transformer.from_crs("EPSG:27700", "OGC:CRS84", always_xy=True)
    to_metres = Transformer.from_crs("OGC:CRS84", "EPSG:27700", always_xy=True)
    x, y = shape.centroid.coords[0]
    longitude, latitude = to_degrees.transform(x, y)
    middle = h3.latlng_to_cell(latitude, longitude, resolution)
    found = set()
    for cell in h3.grid_disk(middle, 12):
        latitude, longitude = h3.cell_to_latlng(cell)
        if shape.contains(shapely.Point(to_metres.transform(longitude, latitude))):
            found.add(cell)
    return found


def level_of_parts(
    parts: Collection[str], levels: Mapping[str, float], past: Sequence[str]
) -> float:
    """What is expected in parts of cells: as past incidents (their parts) lay."""
    total = 0.0
    for cell, level in levels.items():
        children = set(h3.cell_to_children(cell, 11))
        inside = sum(part in children and part in parts for part in past)
        whole = sum(part in children for part in past)
        share = inside / whole if whole else len(children & set(parts)) / 49
        total += level * share if children & set(parts) else 0.0
    return total


def joined_places(rows: Sequence[tuple[str, float, int]], rule: Rule) -> list[set[str]]:
    """Places of (cell, score, incidents in 12 months), with the cells that join them.

    A cell takes the highest of the top 2 % that touch it, up to 45,000 square metres.
    """
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    score = {cell: value for cell, value, _ in rows}
    top = [cell for cell, _, _ in ranked[: math.ceil(0.02 * len(ranked))]]
    places: list[set[str]] = []
    for cell, _, number in ranked:
        if len(places) == rule.top:
            break
        taken = [other for place in places for other in place]
        if number < rule.least_incidents_12m or any(
            h3.grid_distance(cell, other) < rule.spacing for other in taken
        ):
            continue
        place, tried = {cell}, 0
        for other in top:
            near = any(h3.grid_distance(other, o) < rule.spacing for o in taken)
            touches = h3.grid_distance(other, cell) == 1
            if near or not touches or tried == rule.join - 1:
                continue
            tried += 1
            area = sum(h3.cell_area(one, unit="m^2") for one in place | {other})
            if area <= 45_000:
                place.add(other)
        places.append(place)
    return sorted(places, key=lambda place: -sum(score[cell] for cell in place))


def monthly_size(cells: Iterable[Sequence[int]]) -> float:
    """How busy cells' months vary beyond chance: 2 to 20, or 5 if it cannot be told."""
    busy = [
        months for months in cells if len(months) >= 3 and sum(months) >= len(months)
    ]
    if len(busy) < 20:
        return 5.0
    squares = beyond = 0.0
    for months in busy:
        mean = sum(months) / len(months)
        variance = sum((x - mean) ** 2 for x in months) / (len(months) - 1)
        squares += mean**2
        beyond += variance - mean
    return min(max(squares / beyond, 2.0), 20.0) if beyond > 0 else 20.0
