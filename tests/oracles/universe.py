"""Twin of the cells that are scored."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import h3
from pyproj import Transformer

from tests.oracles.incidents import Incident


def universe(incidents: Sequence[Incident], as_of: tuple[int, int]) -> set[str]:
    """All resolution-9 cells in resolution-7 cells with five incidents up to then.

    Those far from the force are left out.
    """
    by_cell = Counter(cell for cell, month, _ in incidents if month <= as_of)
    held: Counter[str] = Counter()
    for cell, number in by_cell.items():
        held[h3.cell_to_parent(cell, 7)] += number
    far = far_regions(by_cell)
    return {
        child
        for parent, number in held.items()
        if number >= 5 and h3.cell_to_parent(parent, 6) not in far
        for child in h3.cell_to_children(parent, 9)
    }


def far_regions(by_cell: Mapping[str, int]) -> set[str]:
    """The resolution-6 cells that lie far from where a force's incidents are."""
    total = sum(by_cell.values())
    region_of = {cell: h3.cell_to_parent(cell, 6) for cell in by_cell}
    numbers = defaultdict(list)
    for cell, number in by_cell.items():
        numbers[region_of[cell]].append(number)
    centre = {region: h3.cell_to_latlng(region) for region in numbers}
    far = set()
    for region, middle in centre.items():
        for radius_km, share_in_one_cell in ((20, 0.75), (150, 0.0)):
            around = [
                number
                for other, there in centre.items()
                if h3.great_circle_distance(middle, there) <= radius_km
                for number in numbers[other]
            ]
            few = sum(around) < 0.10 * total
            if few and max(around) >= share_in_one_cell * sum(around):
                far.add(region)
    left_out = sum(n for cell, n in by_cell.items() if region_of[cell] in far)
    return far if left_out <= 0.05 * total else set()


Ring = Sequence[tuple[float, float]]


def cells_in(rings: Sequence[Ring], resolution: int) -> set[str]:
    """The cells whose centres, to six decimals, are in one of those closed rings.

    Rings are metres of the National Grid, and less than 20 km across. A point is inside
    if a line from it to the east crosses the ring an odd number of times.
    """
    grid = Transformer.from_crs(27700, 4326, always_xy=True)
    back = Transformer.from_crs(4326, 27700, always_xy=True)
    found = set()
    for ring in rings:
        west, south = grid.transform(*ring[0])
        steps = {9: 60, 10: 160}[resolution]
        for cell in h3.grid_disk(h3.latlng_to_cell(south, west, resolution), steps):
            latitude, longitude = (round(at, 6) for at in h3.cell_to_latlng(cell))
            x, y = back.transform(longitude, latitude)
            crossed = 0
            for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (y1 > y) != (y2 > y):
                    crossed += x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            if crossed % 2:
                found.add(cell)
    return found
