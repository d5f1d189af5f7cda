"""The user's own map files, each read without following it elsewhere.

GeoPackage, shapefile, FlatGeobuf and KML are read by GDAL, GeoJSON and GeoParquet
without it.
"""

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from transforms.errors import UsageError
from transforms.lake.checksums import file_sha256
from transforms.map_files.foreign import in_one_line, listed
from transforms.map_files.gdal_files import GDAL_FORMATS, opened, parts_of
from transforms.map_files.plain_files import GEOJSON, GEOPARQUET, read_plain
from transforms.map_files.tangles import refuse_tangled


SUFFIXES = (*GDAL_FORMATS, *GEOJSON, *GEOPARQUET)
_MOST_DEGREES = (180.0, 90.0) * 2
Box = tuple[float, float, float, float]
_Mark = tuple[int, int, int]


class MapFile:
    """One file, read as the format of its suffix, and hashed as it is read."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file")
        if path.suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"{path}: map files can be {', '.join(SUFFIXES)}; save it as a"
                " GeoPackage"
            )
        self.path = path
        self._suffix = path.suffix.lower()
        self._marks = self._now()

    @cached_property
    def sha256(self) -> str:
        """The hash of everything that is read of it, independent of its name."""
        sums = {ending: file_sha256(part) for ending, part in self._parts().items()}
        self._refuse_changed()
        if len(sums) == 1:
            return sums[self._suffix]
        listed_sums = " ".join(f"{ending} {sums[ending]}" for ending in sorted(sums))
        return sha256(listed_sums.encode()).hexdigest()

    @cached_property
    def layers(self) -> dict[str, str]:
        """Its layers that have shapes, and their kind; a single one has its name."""
        if self._suffix not in GDAL_FORMATS:
            return {self.path.stem: "Unknown"}
        with in_one_line(self.path), opened(self.path) as name:
            kinds = dict(pyogrio.list_layers(name).tolist())
        if not GDAL_FORMATS[self._suffix].layers:
            return {self.path.stem: str(kinds.popitem()[1])} if kinds else {}
        return {name: kind for name, kind in kinds.items() if kind is not None}

    def crs_of(self, layer: str) -> str | None:
        """The reference system of a layer, as its file gives it."""
        if self._suffix not in GDAL_FORMATS:
            return str(self._frame.crs) if self._frame.crs else None
        with in_one_line(self.path), opened(self.path) as name:
            crs = pyogrio.read_info(name, layer=self._as_gdal(layer))["crs"]
        return str(crs) if crs else None

    def read(self, layer: str, bbox: Box | None = None) -> gpd.GeoDataFrame:
        """A layer's shapes that touch a box of its own system, flat and valid."""
        frame = self._read(layer, bbox)
        self._refuse_changed()
        if frame.crs is None:
            self.refuse_without_crs(layer)
        frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
        shapes = shapely.force_2d(frame.geometry.to_numpy())
        broken = ~misplaced(frame) & ~shapely.is_valid(shapes)
        refuse_tangled(self.path, shapes[broken])
        shapes[broken] = shapely.make_valid(shapes[broken])
        return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, frame.crs))

    def refuse_without_crs(self, layer: str) -> NoReturn:
        """Refuse a layer without a reference system."""
        raise UsageError(
            f"{self.path}: layer {listed([layer])} does not say its coordinate"
            " reference system; save it with one, such as EPSG:27700"
        )

    def _read(self, layer: str, bbox: Box | None) -> gpd.GeoDataFrame:
        if self._suffix in GDAL_FORMATS:
            with in_one_line(self.path), opened(self.path) as name:
                return pyogrio.read_dataframe(
                    name, layer=self._as_gdal(layer), bbox=bbox
                )
        frame = self._frame
        return frame if bbox is None else frame[_touches(frame, bbox)]

    def _as_gdal(self, layer: str) -> str | int:
        return layer if GDAL_FORMATS[self._suffix].layers else 0

    @cached_property
    def _frame(self) -> gpd.GeoDataFrame:
        """All of a file that is read without GDAL."""
        with in_one_line(self.path), self.path.open("rb") as file:
            frame = read_plain(self._suffix, file)
        self._refuse_changed()
        return frame

    def _parts(self) -> dict[str, Path]:
        if self._suffix in GDAL_FORMATS:
            return parts_of(self.path)
        return {self._suffix: self.path}

    def _now(self) -> dict[str, _Mark]:
        stats = {ending: part.stat() for ending, part in self._parts().items()}
        return {e: (s.st_ino, s.st_size, s.st_mtime_ns) for e, s in stats.items()}

    def _refuse_changed(self) -> None:
        if self._now() != self._marks:
            raise UsageError(
                f"{self.path}: it was changed while it was read; run again"
            )


def only_layer(file: MapFile) -> str:
    """The one layer of a file; `UsageError` if it has none or several."""
    if len(file.layers) != 1:
        raise UsageError(
            f"{file.path}: it has {len(file.layers) or 'no'} layers"
            f" ({listed(list(file.layers))}); save the one you want as a separate file"
        )
    return next(iter(file.layers))


def misplaced(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> np.ndarray:
    """Which shapes have impossible coordinates: infinite, or beyond 180 or 90 degrees.

    The second only if their reference system is in degrees.
    """
    bounds = frame.bounds.to_numpy()
    wrong = ~np.isfinite(bounds).all(axis=1)
    if frame.crs is not None and frame.crs.is_geographic:
        wrong |= (np.abs(bounds) > _MOST_DEGREES).any(axis=1)
    return np.asarray(wrong)


def _touches(frame: gpd.GeoDataFrame, bbox: Box) -> np.ndarray:
    west, south, east, north = bbox
    b = frame.bounds
    return np.asarray(
        (b["minx"] <= east) & (b["maxx"] >= west) & (b["miny"] <= north)
        & (b["maxy"] >= south)
    )  # fmt: skip
