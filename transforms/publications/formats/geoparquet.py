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
import shapely
from pyproj import CRS

from transforms import cells
from transforms.publications.edition import Edition


CELLS_FILE = "hotspot_cells.parquet"
_ROWS_PER_GROUP = 20_000
_CRS = "OGC:CRS84"
_GEOMETRY, _BBOX = "geometry", "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
# Of a hexagon, its first corner again at the end: little-endian, one ring of seven.
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
    rings, of_row = _rings(rows["h3_cell"].to_pylist())
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


def hexagons(ids: list[str]) -> np.ndarray:
    """The polygon of each cell, counter-clockwise; each distinct cell drawn once."""
    rings, of_row = _rings(ids)
    return np.asarray(shapely.polygons(rings)[of_row]) if len(rings) else rings[:, 0, 0]


def _rings(ids: list[str]) -> tuple[cells.Floats, np.ndarray]:
    """The ring of each distinct cell, and which of them is each row's."""
    distinct, of_row = np.unique(cells.from_text(ids), return_inverse=True)
    return cells.boundaries(distinct), of_row


def _as_wkb(rings: cells.Floats, of_row: np.ndarray) -> pa.Array:
    made = np.empty(len(of_row), dtype=_WKB)
    made["order"], made["type"], made["rings"], made["points"] = 1, _POLYGON, 1, 7
    made["ring"] = rings[of_row]
    offsets = np.arange(len(made) + 1, dtype=np.int32) * np.int32(_WKB.itemsize)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(made)]
    return pa.Array.from_buffers(pa.binary(), len(made), buffers)


def _header(boxes: cells.Floats) -> str:
    """What GeoParquet says of the file."""
    low, high = boxes[:2], boxes[2:]
    bounds = [*low.min(axis=1), *high.max(axis=1)] if boxes.size else None
    column = {
        "encoding": "WKB",
        "crs": CRS(_CRS).to_json_dict(),
        "geometry_types": ["Polygon"] if boxes.size else [],
        "orientation": "counterclockwise",
        "covering": {"bbox": {side: [_BBOX, side] for side in _SIDES}},
    }
    said = {**column, "bbox": bounds} if bounds else column
    return json.dumps(
        {"primary_column": _GEOMETRY, "columns": {_GEOMETRY: said}, "version": "1.1.0"}
    )
