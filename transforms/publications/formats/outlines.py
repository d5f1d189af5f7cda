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


def hotspot_outlines(rows: pa.Table) -> tuple[np.ndarray, pa.Array]:
    """The outline of each distinct hot spot, and which of them is each row's.

    An outline is that of its cells taken together, in degrees.
    """
    # a hot spot of days is listed at both horizons
    distinct = rows["h3_cells"].combine_chunks().dictionary_encode()
    listed = [cells.split(" ") for cells in distinct.dictionary.to_pylist()]
    drawn = hexagons([cell for ids in listed for cell in ids])
    ends = np.cumsum([len(ids) for ids in listed], dtype=int)
    together = [shapely.union_all(some) for some in np.split(drawn, ends[:-1])]
    parts, of_spot = shapely.get_parts(together[: len(listed)], return_index=True)
    return shapely.multipolygons(parts, indices=of_spot), distinct.indices


def as_text(shapes: np.ndarray) -> list[str]:
    """Shapes as WKT, in degrees to a tenth of a metre."""
    texts = shapely.to_wkt(shapes, rounding_precision=_DEGREE_DECIMALS, trim=False)
    return [str(text) for text in texts]


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
    drawn = hexagons(rows["h3_cell"].to_pylist())
    write_shapes(path, layer, rows, drawn, DESCRIPTION=description, **options)


def write_shapes(
    path: Path, layer: str, rows: pa.Table, shapes: np.ndarray, **options: str
) -> None:
    """Write rows with those shapes, all of one kind, in degrees."""
    outlines = pa.array(shapely.to_wkb(shapes))
    pyogrio.write_arrow(
        for_gdal(rows).append_column("geometry", outlines.cast(pa.binary())),
        path,
        layer=layer,
        driver="GeoJSON",
        geometry_name="geometry",
        geometry_type=shapes[0].geom_type if len(shapes) else "Unknown",
        crs="OGC:CRS84",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": str(_DEGREE_DECIMALS),
            **options,
        },
    )
