"""`datapackage.json`: what each file is, for machines (Frictionless, version 1)."""

from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from transforms.publications.edition import Edition
from transforms.publications.formulas import SAFE_PATTERN
from transforms.publications.star_columns import STAR, STAR_KEYS
from transforms.schemas import (
    ACCURACY_SUMMARY,
    CALIBRATION,
    CONCENTRATION,
    EXCLUDED,
    PUBLIC_BANDS,
    PUBLIC_CELLS,
    PUBLISHED_COVERAGE,
    PUBLISHED_HISTORY,
    about,
    plain,
)
from transforms.seal import SCHEMA_VERSION


NAME = "datapackage.json"
_MEDIA_TYPES = {
    "csv": "text/csv",
    "duckdb": "application/octet-stream",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "gpx": "application/gpx+xml",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BINARY = ("duckdb", "gpkg", "parquet", "pdf", "png", "xlsx")
_TABLES = {
    "concentration.csv": CONCENTRATION,
    "exclusions.csv": EXCLUDED,
    "accuracy.csv": ACCURACY_SUMMARY,
    "calibration.csv": CALIBRATION,
    "accuracy_history.csv": PUBLISHED_HISTORY,
    "coverage.csv": PUBLISHED_COVERAGE,
    "public_cells.csv": PUBLIC_CELLS,
    "public_bands.csv": PUBLIC_BANDS,
    **STAR,
}
_KEYS = {
    "hotspot_cells.csv": ["h3_cell", "force", "crime_group"],
    "hotspots.csv": ["hotspot_id"],
    "concentration.csv": ["force", "crime_group"],
    "exclusions.csv": ["force", "exclusion"],
    "accuracy.csv": ["crime_group", "method", "horizon_months", "area_share"],
    "calibration.csv": ["crime_group", "method", "kind", "part"],
    "accuracy_history.csv": ["run_id", "force", "crime_group"],
    "coverage.csv": ["force", "month"],
    "public_cells.csv": ["force", "period", "crime_group", "h3_cell"],
    "public_bands.csv": ["force", "crime_group", "h3_cell"],
    **STAR_KEYS,
}
_PATTERNS = {
    "h3_cell": "^8[0-9a-f]{14}$",
    "as_of": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "month": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "period": "^[0-9]{4}-Q[1-4]$",
    "raw_sha256": "^[0-9a-f]{64}$",
}
# Words of others', which a spreadsheet must not run.
_TEXTS = ("place_label", "name")
# By the name that stands in a feed's attribution; made-up data has none.
_LICENCES = {
    "Open Government Licence v3.0": {
        "name": "OGL-UK-3.0",
        "title": "Open Government Licence v3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    },
}


def describe(edition: Edition, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The package of those files: each has `path`, `bytes` and `sha256`."""
    said = f"{edition.excluded_in_words}. What the numbers mean: METHOD.md."
    title = f"Hot spots of recorded crime, counts to the end of {edition.as_of}"
    tables = _TABLES | {
        "hotspot_cells.csv": edition.cell_schema,
        "hotspots.csv": edition.hotspot_schema,
    }
    texts = {*_TEXTS, *edition.layers.names}
    resources = [_resource(file, tables, texts) for file in files]
    return _package(edition, resources, edition.run_id, title, said)


def describe_public(
    edition: Edition, files: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The package of the public tier's files, which rests on no other tier's."""
    said = "How it is made, and what is not told: transparency.md."
    title = f"Recorded crime by quarter and place, as of {edition.as_of}"
    resources = [_resource(file, _TABLES, {*_TEXTS}) for file in files]
    return _package(edition, resources, f"{edition.run_id}-public", title, said)


def _package(
    edition: Edition,
    resources: Sequence[dict[str, Any]],
    name: str,
    title: str,
    said: str,
) -> dict[str, Any]:
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": f"hexbeat-{name}",
        "id": name,
        "title": title,
        "description": f"{edition.attribution}. {said}",
        "version": version("hexbeat"),
        "schema_version": SCHEMA_VERSION,
        "sources": [{"title": edition.attribution}],
        "licenses": [
            licence
            for known, licence in _LICENCES.items()
            if known in edition.attribution
        ],
        "resources": resources,
    }
    return {key: value for key, value in package.items() if value}


def _resource(
    file: dict[str, Any], tables: Mapping[str, pa.Schema], texts: Collection[str]
) -> dict[str, Any]:
    path = file["path"]
    kind = path.rpartition(".")[2]
    described: dict[str, Any] = {
        "name": path.lower().replace(".", "-").replace("_", "-"),
        "path": path,
        "format": kind,
        "mediatype": _MEDIA_TYPES[kind],
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }
    if kind not in _BINARY:
        described["encoding"] = "utf-8"
    if path not in tables:
        # `type` is how newer readers are told that there is no table to check
        return {**described, "profile": "data-resource", "type": "file"}
    return {
        **described,
        "profile": "tabular-data-resource",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'},
        "schema": {
            "fields": [_field(field, texts) for field in tables[path]],
            "missingValues": [""],
            "primaryKey": _KEYS[path],
        },
    }


def _field(field: pa.Field, texts: Collection[str]) -> dict[str, Any]:
    says = about(field)
    empty = f". Empty: {says['null']}" if "null" in says else ""
    constraints: dict[str, Any] = {}
    if not field.nullable:
        constraints["required"] = True
    if field.name in _PATTERNS:
        constraints["pattern"] = _PATTERNS[field.name]
    if field.name in texts:
        constraints["pattern"] = f"{SAFE_PATTERN}.*$"
    described = {
        "name": field.name,
        "type": _type(plain(field).type),
        "description": says["description"] + empty,
        "constraints": constraints,
    }
    return {key: value for key, value in described.items() if value}


def _type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "string"
