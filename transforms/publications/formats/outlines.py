"""Rows of cells with their outlines, as GIS software reads them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from transforms.lake.schemas import plain
from transforms.reference import cells
from transforms.reference.arrays import Floats


_DEGREE_DECIMALS = 6


def hexagons(ids: list[str]) -> np.ndarray:
    """The polygon of each cell, counter-clockwise; each distinct cell drawn once."""
    drawn, of_row = distinct_hexagons(ids)
    return np.asarray(drawn[of_row])


def distinct_hexagons(ids: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The polygon of each distinct cell, and which of them is each row's."""
    rings, of_row = rings_of(ids)
    return shapely.polygons(rings) if len(rings) else rings[:, 0, 0], of_row


def rings_of(ids: list[str]) -> tuple[Floats, np.ndarray]:
    """The ring of each distinct cell, and which of them is each row's."""
    distinct, of_row = np.unique(cells.from_text(ids), return_inverse=True)
    return cells.boundaries(distinct), of_row


def for_gdal(table: pa.Table) -> pa.Table:
    """The table with plain text and 32-bit counts: what every GIS reads as they are."""
    fields = [plain(field) for field in table.schema]
    fields = [
        f.with_type(pa.int32()) if pa.types.is_integer(f.type) else f for f in fields
    ]
    return table.cast(pa.schema(fields))


def write_geojson(
    path: Path, layer: str, rows: pa.Table, description: str, **options: str
) -> None:
    """Write rows with the outlines of their cells (RFC 7946); options are GDAL's."""
    outlines = pa.array(shapely.to_wkb(hexagons(rows["h3_cell"].to_pylist())))
    pyogrio.write_arrow(
        for_gdal(rows).append_column("geometry", outlines.cast(pa.binary())),
        path,
        layer=layer,
        driver="GeoJSON",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="OGC:CRS84",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": str(_DEGREE_DECIMALS),
            "DESCRIPTION": description,
            **options,
        },
    )
