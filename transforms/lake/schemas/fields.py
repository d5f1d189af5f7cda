"""What every schema is made of: columns with their description, and tables made to fit."""

import pyarrow as pa


TEXT = pa.string()
SLUG = pa.dictionary(pa.int32(), pa.string())


def column(
    name: str, kind: pa.DataType, description: str, null: str | None = None
) -> pa.Field:
    """A column. `null` says what an empty value means; without it, none may be empty."""
    metadata = {"description": description} | ({"null": null} if null else {})
    return pa.field(name, kind, nullable=null is not None, metadata=metadata)


def plain(field: pa.Field) -> pa.Field:
    """The field as plain text where it is dictionary-encoded: for other software."""
    if pa.types.is_dictionary(field.type):
        return field.with_type(field.type.value_type)
    return field


def about(field: pa.Field) -> dict[str, str]:
    """A field's `description`, and `null` (what empty means) where it may be absent."""
    return {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, types and descriptions.

    A missing column, a value that does not fit its type, or a null in a column that
    may hold none raises `pyarrow.ArrowInvalid` or `KeyError`: those are our faults.
    """
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for field in schema
        for column in [table[field.name]]
    ]
    for field, column in zip(schema, columns, strict=True):
        if not field.nullable and column.null_count:
            raise pa.ArrowInvalid(f"{field.name} holds a null")
    return pa.Table.from_arrays(columns, schema=schema)
