"""The cells whose centres lie in the polygons of a map file.

As for the user's own areas: a cell is in if its published centre is, or is on a border.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from transforms.errors import UsageError
from transforms.map_files.layer_files import MapFile, misplaced
from transforms.map_files.polygons import crs_in_words, read_polygons
from transforms.reference import cells
from transforms.reference.arrays import Cells


_DEGREES = "OGC:CRS84"
_WIDE = 6  # cells of this resolution are looked at first


def cells_within(path: Path, resolution: int) -> Cells:
    """Those cells, sorted; `UsageError` where a part of the file cannot be meant."""
    polygons = read_polygons(MapFile(path)).geometry
    wrong = misplaced(polygons) | _outside_britain(polygons)
    if wrong.any():
        raise UsageError(
            f"{path}: {wrong.sum()} of its {len(wrong)} areas lie outside Great Britain"
            f" and its waters: are their coordinates in {crs_in_words(polygons.crs)}?"
        )
    near: Cells = _near(polygons, resolution)
    centres = gpd.GeoSeries.from_xy(*cells.published_centres(near), crs=_DEGREES)
    at, _ = polygons.sindex.query(centres.to_crs(polygons.crs), predicate="intersects")
    if not len(at):
        raise UsageError(
            f"{path}: its areas are too small: none contains the centre of a cell of"
            f" resolution {resolution}"
        )
    return np.asarray(near[np.unique(at)])


def _outside_britain(polygons: gpd.GeoSeries) -> np.ndarray:
    """Which polygons lie wholly where no incident can."""
    (south, north), (west, east) = cells.LATITUDE_BOUNDS, cells.LONGITUDE_BOUNDS
    bounds = polygons.to_crs(_DEGREES).bounds.to_numpy()
    inside = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.asarray(~inside | (bounds[:, 1] > north) | (bounds[:, 3] < south))


def _near(polygons: gpd.GeoSeries, resolution: int) -> Cells:
    """All cells whose centres can lie in a polygon, and others around them, sorted."""
    boxes = polygons.to_crs(_DEGREES).bounds.to_numpy()
    found = [cells.about_box(w, s, e, n, _WIDE) for w, s, e, n in boxes.tolist()]
    wide = np.unique(np.concatenate(found))
    outlines = gpd.GeoSeries(shapely.polygons(cells.boundaries(wide)), crs=_DEGREES)
    at, _ = polygons.sindex.query(outlines.to_crs(polygons.crs), predicate="intersects")
    # a cell may stick out of its parent
    return cells.children(cells.neighbourhood(wide[np.unique(at)]), resolution)
