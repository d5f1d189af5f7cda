"""Where the numbers of a briefing's map stand, so that none covers another."""

import math
from collections.abc import Sequence
from itertools import combinations


Point = tuple[float, float]
_STEPS = 200
_CROWD = 3
# The part of the map's longer side that an inset enlarges.
_INSET_SHARE = 0.12


def crowd(points: Sequence[Point], side: float) -> tuple[Point, float] | None:
    """The middle and width of the square with most points; None if it has few.

    `side` is the longer side of the map. Of equals, the square about the first point.
    """
    width = _INSET_SHARE * side
    found: list[Point] = []
    for middle in points:
        near = [p for p in points if _within(p, middle, width)]
        if len(near) > len(found):
            found = near
    if len(found) < _CROWD:
        return None
    x, y = (
        (min(p[axis] for p in found) + max(p[axis] for p in found)) / 2
        for axis in (0, 1)
    )
    return (x, y), width


def _within(point: Point, middle: Point, width: float) -> bool:
    return all(
        abs(one - other) <= width / 2 for one, other in zip(point, middle, strict=True)
    )


def apart(points: Sequence[Point], width: float) -> list[Point]:
    """The points, moved as little as it takes for all to be that far apart."""
    moved = [list(point) for point in points]
    for _ in range(_STEPS):
        pushed = [_push(moved, a, b, width) for a, b in _pairs(len(moved))]
        if not any(pushed):
            break
    return [(x, y) for x, y in moved]


def _pairs(n: int) -> list[tuple[int, int]]:
    return list(combinations(range(n), 2))


def _push(moved: list[list[float]], a: int, b: int, width: float) -> bool:
    """Move two points apart in equal parts, if they are too near."""
    right, up = (moved[b][axis] - moved[a][axis] for axis in (0, 1))
    distance = math.hypot(right, up)
    if distance >= width:
        return False
    if distance < width / 1000:  # on each other: their numbers decide the way
        right, up, distance = math.cos(a + b), math.sin(a + b), 1.0
        short = width
    else:
        short = width - distance
    for axis, part in ((0, right), (1, up)):
        step = part / distance * short * 0.51
        moved[a][axis] -= step
        moved[b][axis] += step
    return True
