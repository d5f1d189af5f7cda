"""Exclusions: places whose incidents never enter a score, each with its reason.

Shipped ones are in `data/exclusions.toml`; a home's `hexbeat.toml` adds its own or does
without the shipped. They are reviewable: every publication lists what each removed.
"""

import re
import tomllib
from importlib.resources import files
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from transforms.reference.toml_files import STRICT, Text


# Resolution 9 or 10 in the second place, and all bits set below it.
_CELL = re.compile(r"89[0-9a-f]{8}[37bf]f{4}|8a[0-9a-f]{9}[7f]f{3}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _label(text: str) -> str:
    """A regular expression that the queries can read: theirs is RE2's.

    Arrow's RE2 is the newer one, and knows one form of group more.
    """
    if "(?<" in text:
        raise ValueError("(?< is not known in a regular expression")
    try:
        for alone_or_beside_others in (text, f"(?:{text})"):
            pc.match_substring_regex(pa.nulls(1, pa.string()), alone_or_beside_others)
    except pa.ArrowInvalid as error:
        why = _one_line(str(error).partition(": ")[2])
        raise ValueError(f"not a regular expression ({why})") from error
    return text


def _cell(text: str) -> str:
    if not _CELL.fullmatch(text):
        raise ValueError(
            f"{text!r} is not an H3 cell of resolution 9 or 10 (15 characters, lower"
            " case)"
        )
    return text


@dataclass(frozen=True, config=STRICT)
class Exclusion:
    """A place that is left out: by its label, or by its cell."""

    id: Annotated[Text, "that of a shipped one replaces it"]
    why: Annotated[Text, AfterValidator(_one_line), "for publications"]
    label: Annotated[
        Annotated[Text, AfterValidator(_label)] | None,
        "a regular expression (RE2) for the whole label",
    ] = None
    cell: Annotated[
        Annotated[str, AfterValidator(_cell)] | None,
        "instead of a label: an H3 cell of resolution 9 or 10",
    ] = None
    force: Annotated[Text | None, "of that force alone; default all"] = None

    def __post_init__(self) -> None:
        if bool(self.label) == bool(self.cell):
            raise ValueError("write either label or cell")

    @property
    def where(self) -> str:
        """How a list says which places it means."""
        place = f"label {self.label}" if self.label else f"cell {self.cell}"
        return f"{place}, {self.force}" if self.force else place


def _distinct(rules: tuple[Exclusion, ...]) -> tuple[Exclusion, ...]:
    ids = [rule.id for rule in rules]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"two have the id {twice[0]!r}")
    return rules


OwnExclusions = Annotated[tuple[Exclusion, ...], AfterValidator(_distinct)]


def shipped_exclusions() -> tuple[Exclusion, ...]:
    """Those that come with hexbeat."""
    source = files("transforms.reference").joinpath("data/exclusions.toml")
    entries = tomllib.loads(source.read_text())["exclusion"]
    return tuple(Exclusion(**entry) for entry in entries)
