"""`datapackage.json`: what each file is, for machines (Frictionless, version 1)."""

from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from transforms.homes.runs.seal import SCHEMA_VERSION
from transforms.lake.schemas import about, plain
from transforms.publications.edition.edition import Edition
from transforms.publications.formats.format import CSV, Format
from transforms.publications.formulas import TEXT_PATTERN


NAME = "datapackage.json"
_MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
_DAY = "^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]$"
_AS_OF = {"months": _MONTH, "days": _DAY}
_PATTERNS = {
    "h3_cell": "^8[0-9a-f]{14}$",
    "day": _DAY,
    "month": _MONTH,
    "period": "^[0-9]{4}-Q[1-4]$",
    "raw_sha256": "^[0-9a-f]{64}$",
}
# Text from others, which a spreadsheet must not execute.
_TEXTS = ("place_label", "name")
# By the name in a feed's attribution; made-up data has none.
_LICENCES = {
    "Open Government Licence v3.0": {
        "name": "OGL-UK-3.0",
        "title": "Open Government Licence v3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    },
}


def describe(
    edition: Edition, formats: Iterable[Format], files: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The package of those files: each has `path`, `bytes` and `sha256`."""
    description = f"{edition.excluded_in_words}. What the numbers mean: METHOD.md."
    title = f"Hot spots of recorded crime, counts to the end of {edition.as_of}"
    resources = _resources(edition, formats, files)
    return _package(edition, resources, edition.run_id, title, description)


def describe_public(
    edition: Edition, formats: Iterable[Format], files: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The package of the public tier's files, which refers to no other tier."""
    description = "How it is made, and what is withheld: transparency.md."
    title = f"Recorded crime by quarter and place, as of {edition.as_of}"
    resources = _resources(edition, formats, files)
    return _package(edition, resources, f"{edition.run_id}-public", title, description)


def _package(
    edition: Edition,
    resources: Sequence[dict[str, Any]],
    name: str,
    title: str,
    description: str,
) -> dict[str, Any]:
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": f"hexbeat-{name}",
        "id": name,
        "title": title,
        "description": f"{edition.attribution}. {description}",
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


def _resources(
    edition: Edition, formats: Iterable[Format], files: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    rows, texts = list(formats), {*_TEXTS, *edition.layers.names}
    return [
        _resource(file, row, edition, texts)
        for file in files
        for row in rows
        if row.writes(file["path"])
    ]


def _resource(
    file: dict[str, Any], row: Format, edition: Edition, texts: Collection[str]
) -> dict[str, Any]:
    path = file["path"]
    described: dict[str, Any] = {
        "name": path.lower().replace(".", "-").replace("_", "-"),
        "path": path,
        "format": path.rpartition(".")[2],
        "mediatype": row.media_type,
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }
    if row.is_text:
        described["encoding"] = "utf-8"
    unit = edition.clock.unit
    contents = row.contents(unit)
    if row.media_type != CSV or contents is None:
        # `type` shows newer readers that there is no table to check
        return {**described, "profile": "data-resource", "type": "file"}
    return {
        **described,
        "profile": "tabular-data-resource",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'},
        "schema": {
            "fields": [
                _field(f, unit, texts) for f in edition.widened(contents.schema)
            ],
            "missingValues": [""],
            "primaryKey": list(contents.keys),
        },
    }


def _field(field: pa.Field, unit: str, texts: Collection[str]) -> dict[str, Any]:
    says = about(field)
    empty = f". Empty: {says['null']}" if "null" in says else ""
    constraints: dict[str, Any] = {}
    if not field.nullable:
        constraints["required"] = True
    patterns = {**_PATTERNS, "as_of": _AS_OF[unit]}
    if field.name in patterns:
        constraints["pattern"] = patterns[field.name]
    if field.name in texts:
        constraints["pattern"] = TEXT_PATTERN
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
