"""The police.uk crime categories: slug to printed label, and since when each exists.

Fourteen are in force since May 2013. Before, fewer were distinguished: what was one
category then is kept as what it was, under a slug of its own, and its parts are never
guessed. The dates stand in a data file.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from transforms.reference.months import Month


CATEGORIES: dict[str, str] = {
    "anti-social-behaviour": "Anti-social behaviour",
    "bicycle-theft": "Bicycle theft",
    "burglary": "Burglary",
    "criminal-damage-and-arson": "Criminal damage and arson",
    "drugs": "Drugs",
    "other-crime": "Other crime",
    "other-theft": "Other theft",
    "possession-of-weapons": "Possession of weapons",
    "public-order": "Public order",
    "robbery": "Robbery",
    "shoplifting": "Shoplifting",
    "theft-from-the-person": "Theft from the person",
    "vehicle-crime": "Vehicle crime",
    "violence-and-sexual-offences": "Violence and sexual offences",
}
# What patrols find rather than prevent: more of it is a sign of patrol, not of crime.
FOUND_BY_PATROLS = ("drugs", "possession-of-weapons")


def slug(text: str) -> str:
    """The slug itself, where it is one; `ValueError` for any other text."""
    if text not in CATEGORIES:
        raise ValueError(
            f"{text[:40]!r} is not a category; there are {', '.join(CATEGORIES)}"
        )
    return text


Slug = Annotated[
    str,
    AfterValidator(slug),
    WithJsonSchema({"type": "string", "enum": list(CATEGORIES)}),
]
FIRST_MONTH = Month(2010, 12)  # of the archive
_RENAMED = {"Violent crime": "violence-and-sexual-offences"}  # its name until 2013


@dataclass(frozen=True)
class Former:
    """A category that no longer exists."""

    label: str
    last: Month
    weighs_as: str  # the category of today whose weight of harm it takes


@dataclass(frozen=True)
class Birth:
    """The first month of a category, and what it was part of before."""

    month: Month
    part_of: str


def _source() -> bytes:
    return (
        files("transforms.reference").joinpath("data/category_births.toml").read_bytes()
    )


def births_sha256() -> str:
    """The hash of the data file of births."""
    return sha256(_source()).hexdigest()


def _load() -> tuple[dict[str, Birth], dict[str, Former]]:
    data = tomllib.loads(_source().decode())
    born = {
        slug: Birth(Month.parse(month), part_of)
        for month, slugs in data["born"].items()
        for slug, part_of in slugs.items()
    }
    former = {
        slug: Former(former["label"], Month.parse(former["last"]), former["weighs_as"])
        for slug, former in data["former"].items()
    }
    return born, former


BIRTHS, FORMER = _load()
LABELS = CATEGORIES | {
    slug: f"{one.label} (to {one.last.in_words})" for slug, one in FORMER.items()
}


@cache
def category_of(month: Month) -> Mapping[str, str]:
    """What each label in a file of that month means: one may have meant more then."""
    known = {label: slug for slug, label in CATEGORIES.items()} | _RENAMED
    for slug, one in FORMER.items():
        if one.label not in known or month <= one.last:
            known[one.label] = slug
    return known


def first_month(slug: str) -> Month:
    """The first month of a category."""
    return BIRTHS[slug].month if slug in BIRTHS else FIRST_MONTH


def counted_since(slugs: Collection[str]) -> Month:
    """The first month from which all of those categories were counted.

    One that was not born yet was counted where it was part of another of them.
    """
    return max(_counted_since(slug, slugs) for slug in slugs)


def _counted_since(slug: str, slugs: Collection[str]) -> Month:
    while slug in BIRTHS and BIRTHS[slug].part_of in slugs:
        slug = BIRTHS[slug].part_of
    return first_month(slug)


def known_then(slug: str, month: Month) -> str:
    """The category that one was counted in at an earlier month: mostly itself."""
    while slug in BIRTHS and month < BIRTHS[slug].month:
        slug = BIRTHS[slug].part_of
    return slug
