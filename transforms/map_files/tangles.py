"""How often invalid polygons cross themselves, which is the cost of repairing them.

A repair cuts every line where it meets another and sorts the pieces: with thousands of
such places that takes minutes, however few corners there are.
"""

from pathlib import Path

import numpy as np
import shapely

from transforms.errors import UsageError


MOST_PLACES = 5_000  # of a file: about ten seconds of repair
_PAIRS_AT_ONCE = 2_000_000


def refuse_tangled(path: Path, shapes: np.ndarray) -> None:
    """Refuse a file whose invalid shapes would take too long to repair."""
    places = 0
    for shape in shapes:
        places += _places(shape, MOST_PLACES - places)
        if places > MOST_PLACES:
            raise UsageError(
                f"{path}: its shapes cross or cover themselves in over"
                f" {MOST_PLACES:,} places; repair them (QGIS: Fix geometries) and save"
                " it again"
            )


def _places(shape: shapely.Geometry, most: int) -> int:
    """The number of places where its lines cross, or a part is inside another.

    Stops counting above `most`.
    """
    parts = shapely.get_parts(shapely.get_parts([shape]))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings = shapely.get_rings(parts)
    if not len(rings):
        return 0
    sides = _sides(rings)
    # each side meets itself and its two neighbours, and each pair is counted twice
    meet = _pairs(shapely.STRtree(sides), sides, 3, 2 * most) // 2
    # each ring contains its own first point, and a shell those of its holes
    firsts = shapely.STRtree(shapely.get_point(rings, 0))
    within = _pairs(firsts, shapely.polygons(rings), 1, most + len(rings))
    return meet + max(0, within - (len(rings) - len(parts)))


def _sides(rings: np.ndarray) -> np.ndarray:
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    kept = (of_ring[1:] == of_ring[:-1]) & (corners[1:] != corners[:-1]).any(axis=1)
    ends = np.stack([corners[:-1][kept], corners[1:][kept]], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _pairs(tree: shapely.STRtree, shapes: np.ndarray, own: int, most: int) -> int:
    """How many pairs of a shape and a shape in the tree touch, without its own."""
    count, step = 0, max(1, _PAIRS_AT_ONCE // max(1, len(tree)))
    for start in range(0, len(shapes), step):
        some = shapes[start : start + step]
        pairs = tree.query(some, predicate="intersects")
        count += max(0, pairs.shape[1] - own * len(some))
        if count > most:
            break
    return count
