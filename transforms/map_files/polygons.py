"""The polygons of a map file, and messages about those that cannot be placed."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from transforms.errors import UsageError
from transforms.map_files.foreign import listed
from transforms.map_files.layer_files import MapFile


def read_polygons(file: MapFile) -> gpd.GeoDataFrame:
    """The polygons of the one layer that has any, with its columns.

    Includes those with impossible coordinates: see `misplaced`.
    """
    named = [n for n, kind in file.layers.items() if "Polygon" in kind]
    named = named or list(file.layers)
    if len(named) > 1:
        raise UsageError(
            f"{file.path}: it has several layers ({listed(named)}); save the one"
            " you want as a separate file"
        )
    frame = file.read(named[0]) if named else gpd.GeoDataFrame()
    kept = frame[_are_polygons(frame)] if named else frame
    if kept.empty:
        raise UsageError(f"{file.path}: it contains no polygons")
    return kept.reset_index(drop=True)


def _are_polygons(frame: gpd.GeoDataFrame) -> np.ndarray:
    kinds = shapely.get_type_id(frame.geometry.to_numpy())
    wanted = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    # a repaired shape may also contain a stray line
    wanted.append(shapely.GeometryType.GEOMETRYCOLLECTION)
    # not `> 0`: the area of infinite coordinates is NaN
    flat = shapely.area(frame.geometry.to_numpy()) == 0
    return np.asarray(np.isin(kinds, wanted) & ~flat)


def unreached_in_words(number: int, crs: CRS) -> str:
    """The message about a layer that contains no cell."""
    areas = "its one area" if number == 1 else f"any of its {number:,} areas"
    return (
        f"no published cell is in {areas}: is it a map of these forces, and are its"
        f" coordinates in {crs_in_words(crs)}?"
    )


def misplaced_in_words(number: int, crs: CRS) -> list[str]:
    """The message about shapes that cannot be placed; empty if there are none."""
    if not number:
        return []
    shapes = "1 shape is" if number == 1 else f"{number:,} shapes are"
    degrees = ", which is in degrees" if crs.is_geographic else ""
    why = (
        f"{shapes} left out: the coordinates cannot be in {crs_in_words(crs)}{degrees}"
    )
    return [f"{why}; save the file with their reference system, such as EPSG:27700"]


def crs_in_words(crs: CRS) -> str:
    """The code of a reference system, or its name where it has none."""
    return ":".join(crs.to_authority() or ()) or str(crs.name)
