"""What GDAL does not write into a GeoPackage: styles, aliases, views of one group."""

import sqlite3
from collections.abc import Mapping

import pyarrow as pa

from transforms.lake.schemas import about
from transforms.publications.titles import title
from transforms.reference.groups import ALL_CRIME


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
# As the schema extension of GeoPackage 1.3 has it.
_COLUMNS = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
    description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)
"""
_CONSTRAINTS = """
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
    min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
    description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
)
"""
_EXTENSIONS = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)
"""
_EXTENSION = """
INSERT INTO gpkg_extensions VALUES (
    ?, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec131/#extension_schema',
    'read-write'
)
"""
_VIEW_CONTENTS = """
INSERT INTO gpkg_contents
SELECT :view, data_type, :view, :words || '. ' || description, :stamp, min_x, min_y,
    max_x, max_y, srs_id
FROM gpkg_contents WHERE table_name = :layer
"""
_VIEW_GEOMETRY = """
INSERT INTO gpkg_geometry_columns
SELECT :view, column_name, geometry_type_name, srs_id, z, m
FROM gpkg_geometry_columns WHERE table_name = :layer
"""


def add_styles(
    file: sqlite3.Connection, styles: Mapping[str, tuple[str, str]], stamp: str
) -> None:
    """The default style of each layer, by name and text, where QGIS looks for it."""
    file.execute(_STYLES)
    for layer, (name, qml) in styles.items():
        values = {"layer": layer, "name": name, "qml": qml, "stamp": stamp}
        file.execute(_STYLE, values)
    file.execute(_CONTENTS, {"stamp": stamp})


def add_aliases(file: sqlite3.Connection, schemas: Mapping[str, pa.Schema]) -> None:
    """A plain heading and the meaning of each column (extension gpkg_schema)."""
    for statement in (_COLUMNS, _CONSTRAINTS, _EXTENSIONS):
        file.execute(statement)
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        file.execute(_EXTENSION, (name,))
    for layer, schema in schemas.items():
        file.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            [
                (layer, f.name, title(f.name), title(f.name), about(f)["description"])
                for f in schema
            ],
        )


def add_views(
    file: sqlite3.Connection, views: Mapping[str, tuple[str, str]], stamp: str
) -> None:
    """Layers that are all-crime of another one: each by that one's name, and words."""
    for view, (layer, words) in views.items():
        chosen = f"SELECT * FROM {layer} WHERE crime_group = '{ALL_CRIME}'"  # noqa: S608
        file.execute(f"CREATE VIEW {view} AS {chosen}")
        values = {"view": view, "layer": layer, "words": words, "stamp": stamp}
        file.execute(_VIEW_CONTENTS, values)
        file.execute(_VIEW_GEOMETRY, values)
