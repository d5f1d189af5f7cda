"""Made-up map files: a small country in the layout of OS Open Zoomstack, and areas."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely


GRID = "EPSG:27700"
Row = Mapping[str, Any]  # a shape under `geometry`, and its columns


def map_file(
    path: Path, layers: Mapping[str, Sequence[Row]], crs: str | None = GRID
) -> Path:
    """A GeoPackage of those layers, or another file of one, by its suffix."""
    for name, rows in layers.items():
        frame = gpd.GeoDataFrame([dict(row) for row in rows], crs=crs)
        # one layer would be put over another in a file that knows but one
        with warnings.catch_warnings():
            if crs is None:  # which is what pyogrio warns of
                warnings.simplefilter("ignore", UserWarning)
            pyogrio.write_dataframe(frame, path, layer=name, append=path.exists())
    return path


def areas_file(path: Path, areas: Mapping[str, Any], crs: str = GRID) -> Path:
    """One layer of labelled polygons."""
    rows = [{"geometry": shape, "label": label} for label, shape in areas.items()]
    return map_file(path, {"areas": rows}, crs)


def country(x: float, y: float, width_m: float, seed: int = 1) -> dict[str, list[Row]]:
    """Every kind of layer in a square about that point of the National Grid."""
    chance = np.random.default_rng(seed)
    west, south = x - width_m / 2, y - width_m / 2

    def somewhere() -> tuple[float, float]:
        right, up = chance.uniform(0, width_m, 2)
        return west + right, south + up

    def blobs(number: int) -> list[Row]:
        sizes = chance.uniform(width_m / 60, width_m / 20, number)
        return [{"geometry": shapely.Point(somewhere()).buffer(size)} for size in sizes]

    def ways(number: int) -> list[Row]:
        along = np.linspace(west, west + width_m, 300)
        return [
            {
                "geometry": shapely.LineString(
                    np.c_[along, somewhere()[1] + chance.normal(0, 30, 300).cumsum()]
                )
            }
            for _ in range(number)
        ]

    def places(kind: str, *names: str) -> list[Row]:
        return [
            {"geometry": shapely.Point(somewhere()), "name1": name, "type": kind}
            for name in names
        ]

    half = shapely.box(west, south, x, south + width_m)
    return {
        "land": [{"geometry": shapely.box(west, south, west + width_m, y + width_m)}],
        "sea": [{"geometry": half}],
        "woodland": blobs(20),
        "greenspace": blobs(10),
        "surfacewater": blobs(10),
        "waterlines": ways(4),
        "rail": ways(2),
        "roads_regional": ways(6),
        "roads_national": ways(3),
        "local_buildings": blobs(5),
        "names": [
            {"geometry": shapely.Point(x, y), "name1": "Middleton", "type": "City"},
            *places("Town", "Eastwick", "Westwick"),
            *places("Village", *(f"Ham {number}" for number in range(30))),
            *places("Woodland", "Deep Wood"),
        ],
    }
