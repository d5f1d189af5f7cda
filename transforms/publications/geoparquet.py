"""`hotspot_cells.parquet`: GeoParquet 1.1, for GIS and notebooks.

WKB with a bounding-box column, gzip, no geometry types of newer Parquet: the form that
every reader tried can open.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from transforms import cells
from transforms.publications.edition import Edition


CELLS_FILE = "hotspot_cells.parquet"
_ROWS_PER_GROUP = 20_000


def write_cells(edition: Edition, path: Path) -> None:
    """Write the newest scores with the hexagon of each cell."""
    write_hexagons(edition.cells, path)


def write_hexagons(rows: pa.Table, path: Path) -> None:
    """Write rows that have an `h3_cell`, with its hexagon."""
    frame = gpd.GeoDataFrame(
        rows.to_pandas(types_mapper=pd.ArrowDtype),
        geometry=hexagons(rows["h3_cell"].to_pylist()),
        crs="OGC:CRS84",
    )
    frame.to_parquet(
        path,
        index=False,
        schema_version="1.1.0",
        write_covering_bbox=True,
        compression="gzip",
        row_group_size=_ROWS_PER_GROUP,
    )


def hexagons(ids: list[str]) -> np.ndarray:
    """The polygon of each cell, counter-clockwise; each distinct cell drawn once."""
    distinct, of_row = np.unique(cells.from_text(ids), return_inverse=True)
    if not len(distinct):
        return np.array([], dtype=object)
    polygons = shapely.polygons(cells.boundaries(distinct))
    return np.asarray(polygons[of_row])
