"""What the single values of a mapping may be, each refusal in words."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema

from transforms.reference.categories import CATEGORIES, slug


QUARANTINE = "quarantine"
ISO = "iso"

_QUERY = re.compile(r"(?i)(select|with)\b")
_DIRECTIVE = re.compile(r"%(.)")
_DAY = set("dmYbBaA")
_TIME = set("HIMSfpz")
# A Wednesday afternoon: day, month, hour and minute all differ.
_EXAMPLE = datetime(2026, 11, 25, 13, 45, tzinfo=UTC)


def has_time(date_format: str) -> bool:
    """Whether that format holds an hour."""
    return bool({"H", "I"} & set(_DIRECTIVE.findall(date_format)))


def _directives(text: str, allowed: set[str]) -> set[str]:
    found = set(_DIRECTIVE.findall(text))
    if odd := sorted(found - allowed):
        raise ValueError(
            f"%{odd[0]} is not read; write iso or a format of"
            f" {', '.join(f'%{letter}' for letter in sorted(allowed))}"
        )
    return found


def _date_format(text: str) -> str:
    if text == ISO:
        return text
    found = _directives(text, _DAY | _TIME)
    if not found >= {"d", "Y"} or not found & set("mbB"):
        raise ValueError("it needs %d, %Y and one of %m, %b, %B; or write iso")
    _tried(text, _EXAMPLE.strftime(text))
    return text


def _time_format(text: str) -> str:
    if text == ISO:
        return text
    if not _directives(text, _TIME) & set("HI"):
        raise ValueError("it needs %H, or %I and %p; or write iso")
    _tried(text, _EXAMPLE.strftime(text))
    return text


def _tried(form: str, written: str) -> None:
    """A format must read back what it wrote: `%I` without `%p` does not."""
    if has_time(form):
        read = datetime.strptime(written, form)
        if read.hour != _EXAMPLE.hour:
            raise ValueError("%I needs %p: mornings and evenings look alike without")


def _slug_or_quarantine(text: str) -> str:
    return text if text == QUARANTINE else slug(text)


def _code(text: str) -> str:
    if not text.strip("*").strip() or "*" in text[:-1] or text != text.strip():
        raise ValueError("a code must be text; * is allowed only as its last character")
    return text


def _column(text: str) -> str:
    if not text or re.search(r'["\r\n]', text):
        raise ValueError(
            "a column's name has no quotes or line breaks, and is not empty"
        )
    return text


def _query(text: str) -> str:
    """This catches slips. What keeps a query from writing is the session, which may
    not."""
    query = text.strip().removesuffix(";").strip()
    if not _QUERY.match(query):
        raise ValueError("write one SELECT, which may begin by WITH")
    if ";" in query:
        raise ValueError("write a single statement, without a semicolon in it")
    return query


Column = Annotated[str, AfterValidator(_column)]
Code = Annotated[str, AfterValidator(_code)]
SlugOrQuarantine = Annotated[
    str,
    AfterValidator(_slug_or_quarantine),
    WithJsonSchema({"type": "string", "enum": [*CATEGORIES, QUARANTINE]}),
]
Query = Annotated[str, AfterValidator(_query)]
DateFormat = Annotated[str, AfterValidator(_date_format)]
TimeFormat = Annotated[str, AfterValidator(_time_format)]
Words = tuple[str, ...]
Crs = Literal["EPSG:4326", "EPSG:27700"]
