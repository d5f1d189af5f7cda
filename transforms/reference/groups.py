"""Crime groups: what is counted and scored together, and what its prior may borrow.

The composite groups are a versioned data file, because changing one changes every
number that follows from it.
"""

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import pyarrow as pa

from transforms.categories import CATEGORIES


ALL_CRIME = "all-crime"
_ASB = "anti-social-behaviour"


@dataclass(frozen=True)
class CrimeGroup:
    """A set of categories scored as one, and the other types its prior borrows from."""

    slug: str
    label: str
    note: str
    categories: tuple[str, ...]
    others: tuple[str, ...]  # empty for all-crime, which has nothing left to borrow


def _source() -> bytes:
    return files("transforms").joinpath("data/crime_groups.toml").read_bytes()


def groups_sha256() -> str:
    """The hash of the data file that defines the groups."""
    return sha256(_source()).hexdigest()


def _load() -> tuple[dict[str, CrimeGroup], tuple[str, ...]]:
    data = tomllib.loads(_source().decode())
    reported = set(data["groups"][ALL_CRIME]["all_except"])
    borrowed = tuple(c for c in CATEGORIES if c not in reported or c == _ASB)

    def group(slug: str, label: str, note: str, categories: list[str]) -> CrimeGroup:
        others = [c for c in borrowed if c not in categories]
        if slug == ALL_CRIME:
            others = []
        return CrimeGroup(slug, label, note, tuple(categories), tuple(others))

    groups = [
        group(
            slug,
            spec["label"],
            spec["note"],
            spec.get("categories")
            or [c for c in CATEGORIES if c not in spec["all_except"]],
        )
        for slug, spec in data["groups"].items()
    ]
    groups += [group(c, label, label, [c]) for c, label in CATEGORIES.items()]
    return {g.slug: g for g in groups}, borrowed


# The categories that a prior may borrow from: reported crime and ASB.
GROUPS, BORROWED = _load()


def group_categories() -> pa.Table:
    """Which category belongs to which crime group, for queries to join."""
    pairs = [(g.slug, category) for g in GROUPS.values() for category in g.categories]
    slugs, categories = zip(*pairs, strict=True)
    return pa.table({"crime_group": slugs, "category": categories})
