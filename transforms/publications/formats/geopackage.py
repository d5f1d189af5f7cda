"""`hotspots.gpkg`: for QGIS and ArcGIS, in the National Grid, with its style inside."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely

from transforms.groups import ALL_CRIME
from transforms.publications.edition import Edition
from transforms.publications.geoparquet import hexagons
from transforms.publications.qgis_style import STYLE_NAME, qml
from transforms.schemas import about, plain


LAYER = "hotspot_cells"
HOTSPOT_LAYER = "hotspots"
GRID = "EPSG:27700"
TOP_BANDS = ("top_1pct", "top_2pct", "top_5pct")
_CONTENT = (
    "All published cells of all-crime, and of every other crime group those in the top"
    " 5 % of their force. The style draws all-crime."
)
# Version 1.3: readers as old as GDAL 3.6 take it without a warning.
_VERSION = {"VERSION": "1.3"}
_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""
_STYLE = """
INSERT INTO layer_styles (
    f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
    styleQML, styleSLD, useAsDefault, description, owner, update_time
) VALUES ('', '', :layer, 'geom', :name, :qml, '', 1, :name, '', :stamp)
"""
_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles', :stamp)
"""


def write_geopackage(edition: Edition, path: Path) -> None:
    """Write the cells with their hexagons, what the columns mean, and the run's facts.

    Every time in it is the end of the as-of month, so that the bytes are the same.
    """
    stamp = f"{edition.as_of.last_day.isoformat()}T00:00:00.000Z"
    with _gdal_date(stamp):
        _write_cells(edition, path)
        _write_hotspots(edition, path)
        _write_table(path, "run_info", _run_info(edition))
        _write_table(path, "data_dictionary", _dictionary(edition))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(_STYLES)
        values = {"layer": LAYER, "name": STYLE_NAME, "qml": qml(), "stamp": stamp}
        file.execute(_STYLE, values)
        file.execute(_CONTENTS, {"stamp": stamp})


@contextmanager
def _gdal_date(stamp: str) -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def shown(edition: Edition) -> pa.Table:
    """The rows of the layer: a file of every group's every cell would be unusable."""
    rows = edition.cells
    top = pc.is_in(rows["score_band"].cast(pa.string()), pa.array(TOP_BANDS))
    return rows.filter(pc.or_(top, pc.equal(rows["crime_group"], ALL_CRIME)))


def _write_cells(edition: Edition, path: Path) -> None:
    rows = shown(edition)
    outlines = gpd.GeoSeries(hexagons(rows["h3_cell"].to_pylist()), crs="OGC:CRS84")
    rows = for_gdal(rows).append_column(
        "geom", pa.array(outlines.to_crs(GRID).to_wkb())
    )
    pyogrio.write_arrow(
        rows,
        path,
        layer=LAYER,
        driver="GPKG",
        geometry_name="geom",
        geometry_type="Polygon",
        crs=GRID,
        dataset_options=_VERSION,
        layer_options={
            "IDENTIFIER": LAYER,
            "DESCRIPTION": f"{_CONTENT} Run {edition.run_id}. {edition.attribution}.",
        },
    )


def _write_hotspots(edition: Edition, path: Path) -> None:
    """The hot spots of all groups, each the outline of its cells taken together."""
    rows = edition.hotspots
    listed = [cells.split(" ") for cells in rows["h3_cells"].to_pylist()]
    drawn = hexagons([cell for ids in listed for cell in ids])
    ends = np.cumsum([len(ids) for ids in listed], dtype=int)
    together = [shapely.union_all(some) for some in np.split(drawn, ends[:-1])]
    outlines = gpd.GeoSeries(together[: len(rows)], crs="OGC:CRS84").to_crs(GRID)
    parts, of_spot = shapely.get_parts(outlines.to_numpy(), return_index=True)
    multi = shapely.multipolygons(parts, indices=of_spot)
    pyogrio.write_arrow(
        for_gdal(rows).append_column("geom", pa.array(shapely.to_wkb(multi))),
        path,
        layer=HOTSPOT_LAYER,
        driver="GPKG",
        append=True,
        geometry_name="geom",
        geometry_type="MultiPolygon",
        crs=GRID,
        layer_options={
            "IDENTIFIER": HOTSPOT_LAYER,
            "DESCRIPTION": (
                "Neighbouring top cells of each crime group taken together."
                f" Run {edition.run_id}. {edition.attribution}."
            ),
        },
    )


def _write_table(path: Path, name: str, rows: pa.Table) -> None:
    pyogrio.write_arrow(rows, path, layer=name, driver="GPKG", append=True)


def for_gdal(table: pa.Table) -> pa.Table:
    """The table with plain text and 32-bit counts: what every GIS reads as they are."""
    fields = [plain(field) for field in table.schema]
    fields = [
        f.with_type(pa.int32()) if pa.types.is_integer(f.type) else f for f in fields
    ]
    return table.cast(pa.schema(fields))


def _run_info(edition: Edition) -> pa.Table:
    facts = {
        **edition.facts,
        "content": _CONTENT,
        "positions": "EPSG:27700 to about 2 m; h3_cell is exact",
        **{
            f"universe_cells of {f.force.id}": str(f.universe_cells)
            for f in edition.scored
        },
        **{
            f"months_12m of {f.force.id}": str(f.supplied(edition.as_of, 12))
            for f in edition.scored
        },
        **{
            f"no score of {f.force.id}": f.unscored
            for f in edition.forces
            if f.unscored
        },
    }
    return pa.table({"name": list(facts), "value": list(facts.values())})


def _dictionary(edition: Edition) -> pa.Table:
    schemas = {LAYER: edition.cell_schema, HOTSPOT_LAYER: edition.hotspot_schema}
    rows = [
        {
            "layer": layer,
            "column": field.name,
            "type": str(plain(field).type),
            "meaning": about(field)["description"],
            "empty_means": about(field).get("null"),
        }
        for layer, schema in schemas.items()
        for field in schema
    ]
    return pa.Table.from_pylist(rows)
