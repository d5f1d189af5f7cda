"""A TOML file read as a type, strictly: a mistake is one line with file, table and key.

Settings, mappings and shipped data are dataclasses whose annotations say what each key
takes; pydantic checks them, and gives the JSON schema that editors and the docs use.
"""

import tomllib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from transforms.errors import UsageError
from transforms.plain_text import plain


STRICT = ConfigDict(extra="forbid")  # of each table

Value = TypeVar("Value")


def _whole(value: object) -> int:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or value % 1:  # type: ignore[operator]
        raise PydanticCustomError("int_type", "not a whole number")
    return int(value)  # type: ignore[call-overload, no-any-return]


WHOLE = BeforeValidator(_whole)  # 12 or 12.0; after the limits of an int
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(pattern=r"\S")]  # not blank


def text_of(path: Path) -> str:
    """The text of a file; `UsageError` if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: not a readable text file: save it in UTF-8 ({error})"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: no path can be so
        raise UsageError(f"{path}: not a readable text file ({error})") from error


def read_toml(text: str, where: str, adapter: TypeAdapter[Value]) -> Value:
    """The value that a TOML text stands for; `UsageError` for the first mistake."""
    try:
        return adapter.validate_python(tomllib.loads(text))
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        # a misspelt key may be missing as well: that it is unknown says more
        unknown = [each for each in mistakes if each["type"] == _UNKNOWN]
        words = _in_words((unknown or mistakes)[0], adapter)
        raise UsageError(f"{where}: {words}") from error
    except (ValueError, RecursionError) as error:  # ValueError: or a number too long
        raise UsageError(f"{where}: not valid TOML ({error})") from error


_UNKNOWN = "unexpected_keyword_argument"
_TABLES = ("dataclass_type", "dict_type")
_OF_A_TYPE = (*_TABLES, "tuple_type", "string_type")  # kinds that no value explains
_SHOWN = 40  # characters of a value
_MUST_BE = {
    "dataclass_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
    "string_type": "a text",
    "string_pattern_mismatch": "a text that says something",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "too_short": "a table with at least {min_length} key",
    "literal_error": "{expected}",
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
}


def _in_words(mistake: ErrorDetails, adapter: TypeAdapter[Any]) -> str:
    """Where it is, and what to do: `[hotspots] max_cells must be above 0 (got 0)`."""
    kind, got, place = mistake["type"], mistake["input"], _place(mistake)
    if kind == _UNKNOWN:
        *path, key = mistake["loc"]
        return f"{place} is unknown{hint(str(key), _keys(adapter, path))}"
    if kind == "missing":
        return f"{place} is missing"
    if kind not in _MUST_BE:
        return f"{place}: {mistake['msg'].removeprefix('Value error, ')}".lstrip(": ")
    must = _MUST_BE[kind].format(**mistake.get("ctx", {}))
    if len(mistake["loc"]) == 1:  # most wrote [x] for [[x]], or a value for either
        write = {"a table": f": write [{place}]", "a list": f": write [[{place}]]"}
        must += write.get(must, "")
    return f"{place} must be {must} (got {_got(kind, got)})"


_TYPES = {
    str: "a text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    dict: "a table",
    list: "a list",
}


def _got(kind: str, value: object) -> str:
    """What the file has there; of what may be a secret or free text, only its type."""
    if kind == "literal_error" and isinstance(value, str):
        return plain(repr(value[:_SHOWN]))
    if kind not in _OF_A_TYPE and not isinstance(value, str | dict | list):
        return str(value).lower()[:_SHOWN]  # as TOML writes it: true, 1979-05-27
    return _TYPES.get(type(value), "a date or time")


def hint(word: str, known: Iterable[str]) -> str:
    """What was probably meant, or all there is."""
    close = get_close_matches(word, known := list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}"


def _place(mistake: ErrorDetails) -> str:
    """As the file has it: `key`, `[table] key`, `[[list]] number 2 key`."""
    path = [part for part in mistake["loc"] if part != "[key]"]
    is_table = mistake["type"] == "value_error" and isinstance(mistake["input"], dict)
    of_a_list = isinstance(path[-1] if path else "", int)
    if of_a_list and mistake["type"] not in _TABLES and not is_table:
        path.pop()  # a value of a list: its key says enough
    names = ["" if isinstance(part, int) else part for part in path]
    if "" in names:
        at = names.index("")
        list_name, rest = ".".join(names[:at]), ".".join(filter(None, names[at:]))
        return f"[[{list_name}]] number {int(path[at]) + 1} {rest}".rstrip()
    *tables, key = [*names, ""] if is_table else names or [""]
    return " ".join([f"[{'.'.join(tables)}]"] * bool(tables) + [key] * bool(key))


def _keys(adapter: TypeAdapter[Any], path: Sequence[str | int]) -> list[str]:
    """The keys of the table there, by the JSON schema."""
    schema = table = adapter.json_schema()
    for part in path:
        table = table["items"] if isinstance(part, int) else table["properties"][part]
        table = table.get("anyOf", [table])[0]  # the other is null
        table = schema["$defs"].get(table.get("$ref", "").rpartition("/")[2], table)
    return list(table["properties"])
