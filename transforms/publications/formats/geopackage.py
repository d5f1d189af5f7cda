"""`hotspots.gpkg`: for QGIS and ArcGIS, in the National Grid, with its style inside."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio

from transforms.lake.schemas import about, plain
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import whole_or_top
from transforms.publications.formats import geopackage_extras as extras
from transforms.publications.formats.outlines import (
    distinct_hexagons,
    for_gdal,
    hotspot_outlines,
)
from transforms.publications.formats.qgis_style import (
    HOTSPOT_STYLE_NAME,
    STYLE_NAME,
    hotspots_qml,
    qml,
)
from transforms.publications.schemas import AREAS, RECONCILIATION
from transforms.publications.titles import title
from transforms.reference.national_grid import GRID


LAYER = "hotspot_cells"
HOTSPOT_LAYER = "hotspots"
# For software that reads no QGIS style, and would draw all groups over each other.
VIEWS = {
    "hotspots_all_crime": (HOTSPOT_LAYER, "Hot spots of all crime alone"),
    "hotspot_cells_all_crime": (LAYER, "Cells of all crime alone"),
}
_CONTENT = (
    "All published cells of all-crime, and of every other crime group those in the top"
    " 5 % of their force. The style draws all-crime"
)
_YEAR = {"months": "months_12m", "days": "days_365d"}
# Version 1.3: readers as old as GDAL 3.6 open it without a warning.
_VERSION = {"VERSION": "1.3"}


def write_geopackage(edition: Edition, path: Path) -> None:
    """Write the cells with their hexagons, what the columns mean, and the run's facts.

    Every time in it is the end of the as-of, so that the bytes are the same.
    """
    stamp = f"{edition.as_of.last_day.isoformat()}T00:00:00.000Z"
    with _gdal_date(stamp):
        _write_cells(edition, path)
        _write_hotspots(edition, path)
        if isinstance(edition, MonthEdition):
            _write_table(path, "reconciliation", for_gdal(edition.reconciliation))
            if len(edition.areas):
                _write_table(path, "areas", for_gdal(edition.areas))
        _write_table(path, "run_info", _run_info(edition))
        _write_table(path, "data_dictionary", _dictionary(edition))
    with closing(sqlite3.connect(path)) as file, file:
        schemas = _schemas(edition)
        extras.add_styles(file, _styles(edition, schemas), stamp)
        extras.add_aliases(file, schemas)
        if edition.clock.unit == "months":  # of days a style alone parts two horizons
            extras.add_views(file, VIEWS, stamp)


def _styles(
    edition: Edition, schemas: Mapping[str, pa.Schema]
) -> dict[str, tuple[str, str]]:
    """The name and text of each layer's style."""
    unit = edition.clock.unit
    cells, hotspots = (schemas[layer].names for layer in (LAYER, HOTSPOT_LAYER))
    return {
        LAYER: (STYLE_NAME, qml(unit, cells)),
        HOTSPOT_LAYER: (HOTSPOT_STYLE_NAME, hotspots_qml(unit, hotspots, edition.own)),
    }


@contextmanager
def _gdal_date(stamp: str) -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _run(edition: Edition) -> str:
    return f"Run {edition.run_id}. {edition.attribution}."


def _content(edition: Edition) -> str:
    days = " one day ahead; horizon_days says which rows look 7 days ahead"
    return f"{_CONTENT}{days if edition.clock.unit == 'days' else ''}."


def _write_cells(edition: Edition, path: Path) -> None:
    rows = whole_or_top(edition.cells)
    # a cell has a row for each group and horizon, and one outline
    drawn, of_row = distinct_hexagons(rows["h3_cell"].to_pylist())
    outlines = gpd.GeoSeries(drawn, crs="OGC:CRS84").to_crs(GRID).to_wkb()
    rows = for_gdal(rows).append_column("geom", pa.array(outlines).take(of_row))
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
            "DESCRIPTION": f"{_content(edition)} {_run(edition)}",
        },
    )


def _write_hotspots(edition: Edition, path: Path) -> None:
    """The hot spots of all groups, each the outline of its cells taken together."""
    rows = edition.hotspots
    drawn, of_row = hotspot_outlines(rows)
    outlines = gpd.GeoSeries(drawn, crs="OGC:CRS84").to_crs(GRID).to_wkb()
    pyogrio.write_arrow(
        for_gdal(rows).append_column("geom", pa.array(outlines).take(of_row)),
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


def _run_info(edition: Edition) -> pa.Table:
    facts = {
        **edition.facts,
        "content": _content(edition),
        "positions": "EPSG:27700 to about 3 m, in the south-west 5 m; h3_cell is exact",
        **{
            f"{name} of {force['force']}": str(force[name])
            for name in ("universe_cells", _YEAR[edition.clock.unit])
            for force in edition.force_facts
            if not force["unscored"]
        },
        **{
            f"no score of {force['force']}": force["unscored"]
            for force in edition.force_facts
            if force["unscored"]
        },
    }
    return pa.table({"name": list(facts), "value": list(facts.values())})


def _schemas(edition: Edition) -> dict[str, pa.Schema]:
    """The columns of each table with data."""
    schemas = {LAYER: edition.cells.schema, HOTSPOT_LAYER: edition.hotspots.schema}
    if isinstance(edition, MonthEdition):
        schemas["reconciliation"] = RECONCILIATION
        if len(edition.areas):
            schemas["areas"] = AREAS
    return schemas


def _dictionary(edition: Edition) -> pa.Table:
    rows = [
        {
            "layer": layer,
            "column": field.name,
            "alias": title(field.name),
            "type": str(plain(field).type),
            "meaning": about(field)["description"],
            "empty_means": about(field).get("null"),
        }
        for layer, schema in _schemas(edition).items()
        for field in schema
    ]
    return pa.Table.from_pylist(rows)
