"""JSON schemas of the TOML files that people write, and tables of their keys."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


Schema = Mapping[str, Any]
_NO_LIMIT = 10**12


class TomlSchema(GenerateJsonSchema):
    """A schema for what TOML can say: it has no null, a key is left out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """The schema of the value itself."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """With the default of a key, not of a table."""
        made = super().default_schema(schema)
        if not isinstance(made.get("default"), bool | int | float | str):
            made.pop("default", None)
        return made

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """With what the annotation of each key says of it, as a text."""
        made = super().dataclass_schema(schema)
        hints = get_type_hints(schema["cls"], include_extras=True).values()
        for key, hint in zip(made["properties"].values(), hints, strict=True):
            metadata = getattr(hint, "__metadata__", ())
            if said := [each for each in metadata if isinstance(each, str)]:
                key["description"] = said[0]
        return made

    def field_title_should_be_set(self, schema: object) -> bool:
        """A key is its own title."""
        return False


def schema_of(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """The JSON schema of a file."""
    return adapter.json_schema(schema_generator=TomlSchema)


def schema_text(adapter: TypeAdapter[Any]) -> str:
    """The same as a file for editors."""
    return json.dumps(schema_of(adapter), indent=2, ensure_ascii=False) + "\n"


def key_table(adapter: TypeAdapter[Any]) -> str:
    """A Markdown table of every key of a file."""
    schema = schema_of(adapter)
    head = "| key | takes | default | what it is |\n|---|---|---|---|"
    rows = [f"| {' | '.join(row)} |" for row in _rows(schema, schema, "", "", {})]
    return "\n".join([head, *rows])


def _rows(
    schema: Schema, table: Schema, path: str, place: str, shown: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    """The keys of a table, and those of the tables in it; each kind of table once."""
    inner = []
    for key, value in table["properties"].items():
        known = _resolved(schema, value)
        listed = _resolved(schema, value.get("items", {}))
        if "properties" in known:
            inner.append((known, f"{path}{key}", f"[{path}{key}]"))
        elif "properties" in listed:
            inner.append((listed, f"{path}{key}", f"[[{path}{key}]]"))
        else:
            missing = "required" if key in table.get("required", []) else ""
            default = json.dumps(value.get("default") or missing).strip('"')
            said = value.get("description", "")
            yield f"`{place}{key}`", _takes(value), default.removesuffix(".0"), said
    for known, name, at in inner:
        said = known["description"].partition("\n")[0]
        if twin := shown.get(known["title"]):
            yield f"`{at}`", "", "", f"{said}; the keys of `{twin}`"
            continue
        shown[known["title"]] = at
        yield f"`{at}`", "", "", said
        yield from _rows(schema, known, f"{name}.", f"{at} ", shown)


def _resolved(schema: Schema, value: Schema) -> Schema:
    name = value.get("$ref", "").rpartition("/")[2]
    return {**schema["$defs"].get(name, {}), **value}


def _takes(value: Schema) -> str:
    """What a key takes, in words."""
    if choices := value.get("enum", [value["const"]] if "const" in value else []):
        words = [json.dumps(word).replace("|", "\\|") for word in choices]
        return " or ".join(f"`{word}`" for word in words)
    match value["type"]:
        case "array":
            return f"list of {_takes(value['items'])}"
        case "object":
            return "table"
        case "string":
            return "text"
    words = {"integer": "whole number", "number": "number"}
    limits = {"exclusiveMinimum": "above", "minimum": "from", "maximum": "to"}
    limited = [
        f"{word} {value[limit]:,}"
        for limit, word in limits.items()
        if value.get(limit, _NO_LIMIT) < _NO_LIMIT
    ]
    return " ".join([words[value["type"]], *limited])
