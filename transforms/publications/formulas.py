"""Text that a spreadsheet would run: it is withheld, in every format alike.

A label beginning with one of these characters is taken for a formula by spreadsheets
that open a CSV. A quote put before it would be wrong for every other reader, so such a
label is published as absent.
"""

import pyarrow as pa
import pyarrow.compute as pc


# The last four are the wide forms, which some spreadsheets take for the first.
_STARTS = r"\-=+@\t\r\n" + "\uff1d\uff0b\uff0d\uff20"
SAFE_PATTERN = f"^[^{_STARTS}]"


def withhold_formulas(table: pa.Table) -> pa.Table:
    """The table with null for each text that could be taken for a formula.

    Text of a column that may hold no null is ours, and such a start there is our fault.
    """
    for at, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not pa.types.is_string(kind):
            continue
        texts = table[field.name].cast(pa.string())
        unsafe = pc.match_substring_regex(texts, f"^[{_STARTS}]")
        if not pc.any(unsafe).as_py():
            continue
        if not field.nullable:
            raise pa.ArrowInvalid(f"{field.name} holds what looks like a formula")
        kept = pc.if_else(unsafe, pa.scalar(None, pa.string()), texts)
        table = table.set_column(at, field, kept.cast(field.type))
    return table
