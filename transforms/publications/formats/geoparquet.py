"""`hotspot_cells.parquet`: GeoParquet 1.1, for GIS and notebooks.

WKB with a bounding-box column, Snappy, no geometry types of newer Parquet: the form
that every reader tried can open. (gzip would be a fifth smaller, and take a third more
time in all.)
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from transforms.publications.edition.edition import Edition
from transforms.publications.formats.outlines import rings_of
from transforms.reference.arrays import Floats


_ROWS_PER_GROUP = 20_000
_CRS = "OGC:CRS84"
_GEOMETRY, _BBOX = "geometry", "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
# A hexagon, with its first corner repeated at the end: little-endian, one ring of
# seven.
_WKB = np.dtype(
    [
        ("order", "u1"),
        ("type", "<u4"),
        ("rings", "<u4"),
        ("points", "<u4"),
        ("ring", "<f8", (7, 2)),
    ]
)
_POLYGON = 3


def write_cells(edition: Edition, path: Path) -> None:
    """Write the newest scores with the hexagon of each cell."""
    write_hexagons(edition.cells, path)


def write_hexagons(rows: pa.Table, path: Path) -> None:
    """Write rows that have an `h3_cell`, with its hexagon.

    The same as GeoPandas writes, without a polygon in between.
    """
    rings, of_row = rings_of(rows["h3_cell"].to_pylist())
    corners = np.ascontiguousarray(rings.transpose(1, 2, 0))
    boxes = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    sides = [pa.array(side[of_row]) for side in boxes]
    table = rows.append_column(_GEOMETRY, _as_wkb(rings, of_row))
    table = table.append_column(_BBOX, pa.StructArray.from_arrays(sides, _SIDES))
    texts = [f.name for f in rows.schema if pa.types.is_string(f.type)]
    pq.write_table(
        table.replace_schema_metadata({"geo": _header(boxes)}),
        path,
        compression="snappy",
        use_dictionary=[name for name in texts if name != "h3_cell"],
        row_group_size=_ROWS_PER_GROUP,
    )


def _as_wkb(rings: Floats, of_row: np.ndarray) -> pa.Array:
    polygons = np.empty(len(of_row), dtype=_WKB)
    polygons["order"], polygons["type"] = 1, _POLYGON
    polygons["rings"], polygons["points"] = 1, 7
    polygons["ring"] = rings[of_row]
    offsets = np.arange(len(polygons) + 1, dtype=np.int32) * np.int32(_WKB.itemsize)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(polygons)]
    return pa.Array.from_buffers(pa.binary(), len(polygons), buffers)


def _header(boxes: Floats) -> str:
    """The GeoParquet metadata of the file."""
    low, high = boxes[:2], boxes[2:]
    bounds = [*low.min(axis=1), *high.max(axis=1)] if boxes.size else None
    column = {
        "encoding": "WKB",
        "crs": CRS(_CRS).to_json_dict(),
        "geometry_types": ["Polygon"] if boxes.size else [],
        "orientation": "counterclockwise",
        "covering": {"bbox": {side: [_BBOX, side] for side in _SIDES}},
    }
    geometry = {**column, "bbox": bounds} if bounds else column
    return json.dumps(
        {
            "primary_column": _GEOMETRY,
            "columns": {_GEOMETRY: geometry},
            "version": "1.1.0",
        }
    )
