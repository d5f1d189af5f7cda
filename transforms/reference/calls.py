"""Calls for service: what people report to a force, beside the crimes that it records.

Their kinds are a force's own, named by its mapping. Records store the kind `domestic`
as the category `call:domestic`, which no category of police.uk can be.
"""

import re
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, WithJsonSchema

from transforms.reference.categories import CATEGORIES, LABELS
from transforms.reference.groups import GROUPS


PREFIX = "call:"
MOST_CHARACTERS = 40
PLAIN_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
TAKEN = (*GROUPS, *(slug for slug in LABELS if slug not in CATEGORIES))


def plain_name(text: str) -> str:
    """The name itself, where it is one: of a kind of call, or of a group."""
    if len(text) > MOST_CHARACTERS or not re.fullmatch(PLAIN_NAME, text):
        raise ValueError(
            f"{text[:MOST_CHARACTERS]!r} is not a plain name: write lower-case letters,"
            f" digits and single hyphens, a letter first, at most {MOST_CHARACTERS} in"
            " all"
        )
    return text


def kind(text: str) -> str:
    """The name of a kind of call; `ValueError` for one that crime has."""
    if plain_name(text) in TAKEN:
        raise ValueError(
            f"{text!r} is a crime category or group: name the kind of call otherwise,"
            f" such as {f'{text}-call'!r}"
        )
    return text


def stored(name: str) -> str:
    """A kind as records store it."""
    return PREFIX + name


def is_call(category: str) -> bool:
    """Whether that is a kind of call, as records store it."""
    return category.startswith(PREFIX)


def are_calls(category: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which of a column of categories are kinds of calls; never null."""
    texts = category.cast(pa.string())
    return pc.fill_null(pc.starts_with(texts, PREFIX), fill_value=False)


Kind = Annotated[
    str,
    AfterValidator(kind),
    WithJsonSchema(
        {"type": "string", "pattern": PLAIN_NAME, "maxLength": MOST_CHARACTERS}
    ),
]
