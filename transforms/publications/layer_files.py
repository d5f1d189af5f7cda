"""Map files of the user's own, read by GDAL; one line for what cannot be used."""

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from transforms.checksums import file_sha256
from transforms.errors import UsageError


# Formats that are one file; of others the parts have one stem, as a shapefile's labels
# lie beside its shapes.
_OF_ONE_FILE = frozenset({".gpkg", ".geojson", ".json", ".fgb", ".kml", ".gml"})


def bytes_sha256(path: Path) -> str:
    """The hash of everything that is read of a file, whatever it is called."""
    if path.suffix.lower() in _OF_ONE_FILE:
        return file_sha256(path)
    parts = path.parent.glob(f"{glob.escape(path.stem)}.*")
    sums = sorted((part.suffix.lower(), file_sha256(part)) for part in parts)
    return sha256(" ".join(" ".join(s) for s in sums).encode()).hexdigest()


def layers_in(path: Path) -> dict[str, str]:
    """The layers of a map file that have shapes, and of what kind those are."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    with _told(path):
        listed = pyogrio.list_layers(path)
    return {name: kind for name, kind in listed.tolist() if kind is not None}


def read_layer(
    path: Path, layer: str, bbox: tuple[float, ...] | None = None
) -> gpd.GeoDataFrame:
    """A layer's shapes that touch a box of its own reference system, flat and valid."""
    with _told(path):
        frame = pyogrio.read_dataframe(path, layer=layer, bbox=bbox)
    if frame.crs is None:
        raise UsageError(
            f"{path}: layer {layer} does not say its coordinate reference system;"
            " save it with one, such as EPSG:27700"
        )
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    shapes = shapely.make_valid(shapely.force_2d(frame.geometry.to_numpy()))
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, frame.crs))


def crs_of(path: Path, layer: str) -> str | None:
    """The reference system of a layer, as its file tells it."""
    with _told(path):
        crs = pyogrio.read_info(path, layer=layer)["crs"]
    return str(crs) if crs else None


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """The polygons of the one layer that has any, with its columns."""
    layers = layers_in(path)
    named = [n for n, kind in layers.items() if "Polygon" in kind] or list(layers)
    if len(named) > 1:
        raise UsageError(
            f"{path}: it has several layers ({', '.join(named)}); save the one that is"
            " meant as a file of its own"
        )
    frame = read_layer(path, named[0]) if named else gpd.GeoDataFrame()
    kept = frame[_are_polygons(frame)] if named else frame
    if kept.empty:
        raise UsageError(f"{path}: there are no polygons in it")
    return kept.reset_index(drop=True)


def _are_polygons(frame: gpd.GeoDataFrame) -> np.ndarray:
    kinds = shapely.get_type_id(frame.geometry.to_numpy())
    wanted = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    # a mended shape may have kept a stray line beside its polygons
    wanted.append(shapely.GeometryType.GEOMETRYCOLLECTION)
    return np.asarray(
        np.isin(kinds, wanted) & (shapely.area(frame.geometry.to_numpy()) > 0)
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """GDAL's many errors as one of ours."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        said = (
            str(error).splitlines()[0].removeprefix(f"'{path}' ") if str(error) else ""
        )
        raise UsageError(f"{path}: GDAL cannot read it ({said.rstrip('.')})") from error
