"""Withholds text that some program would execute, in every format.

Spreadsheets that open a CSV read a label that begins with one of these characters as a
formula. Map tips, pop-ups and waypoint viewers read `<` or `>` as HTML, which a file
cannot prevent; a control character breaks XML, forges a line or reverses the text.
Quoting or escaping would be wrong for every other program, so such a label is published
as null. No street has such a name.

Nor has a street a name of hundreds of characters, which would turn a briefing of one
page into hundreds, and fill tables and maps with megabytes. It is null as well.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc


# The last four are the wide forms, which some spreadsheets treat like the first.
_STARTS = r"\-=+@\t\r\n" + "\uff1d\uff0b\uff0d\uff20"
SAFE_PATTERN = f"^[^{_STARTS}]"
# Control characters, those that reverse text or are invisible, and non-characters.
_NOWHERE = (
    "<>\x01-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufffe\uffff"
)
LONGEST = 255  # characters
TEXT_PATTERN = f"^[^{_STARTS}{_NOWHERE}][^{_NOWHERE}]{{0,{LONGEST - 1}}}$"


def is_safe(text: str) -> bool:
    """Whether that label is not executable and not too long."""
    return "\0" not in text and re.fullmatch(TEXT_PATTERN, text) is not None


def withhold_code(table: pa.Table) -> pa.Table:
    """The table with null for each text that some program could execute.

    Also for each that is longer than any name of a place. A column without nulls has
    only our own text, of any length: code there is an error.
    """
    code = f"^[{_STARTS}]|[{_NOWHERE}]|\\x00"
    return _withheld(table, f"{code}|.{{{LONGEST + 1}}}", ours=code)


def withhold_formulas(table: pa.Table) -> pa.Table:
    """The table with null for each text that could be read as a formula.

    A column without nulls has only our own text: a formula there is an error.
    """
    return _withheld(table, f"^[{_STARTS}]", ours=f"^[{_STARTS}]")


def _withheld(table: pa.Table, foreign: str, ours: str) -> pa.Table:
    for at, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not pa.types.is_string(kind):
            continue
        texts = table[field.name].cast(pa.string())
        pattern = foreign if field.nullable else ours
        unsafe = pc.match_substring_regex(texts, pattern)
        if not pc.any(unsafe).as_py():
            continue
        if not field.nullable:
            raise pa.ArrowInvalid(f"{field.name} contains what looks like a formula")
        kept = pc.if_else(unsafe, pa.scalar(None, pa.string()), texts)
        table = table.set_column(at, field, kept.cast(field.type))
    return table
