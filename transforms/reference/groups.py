"""Crime groups: what is counted and scored together, and what its prior may borrow.

The composite groups are a versioned data file, because changing one changes every
number that follows from it.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files

import pyarrow as pa

from transforms.reference.categories import (
    CATEGORIES,
    FORMER,
    LABELS,
    births_sha256,
    counted_since,
)
from transforms.reference.months import Month


ALL_CRIME = "all-crime"
_ASB = "anti-social-behaviour"


@dataclass(frozen=True)
class CrimeGroup:
    """A set of categories scored as one, and the other types its prior borrows from."""

    slug: str
    label: str
    note: str
    categories: tuple[str, ...]  # former ones, too, that were part of it
    others: tuple[str, ...]  # empty for all-crime, which has nothing left to borrow

    @cached_property
    def since(self) -> Month:
        """The first month in which all of it was counted: none before is exposure."""
        return counted_since(self.categories)

    @cached_property
    def last(self) -> Month | None:
        """The last month in which any of it was counted; None while it is."""
        if any(category not in FORMER for category in self.categories):
            return None
        return max(FORMER[category].last for category in self.categories)

    def exists_in(self, month: Month) -> bool:
        """Whether a month can hold any of it: all of it, unless it has grown since."""
        return self.since <= month and (self.last is None or month <= self.last)


def _source() -> bytes:
    return files("transforms.reference").joinpath("data/crime_groups.toml").read_bytes()


def groups_sha256() -> str:
    """The hash of the data files that define the groups and date their categories."""
    return sha256(_source() + births_sha256().encode()).hexdigest()


def _load() -> tuple[dict[str, CrimeGroup], dict[str, CrimeGroup], tuple[str, ...]]:
    data = tomllib.loads(_source().decode())
    left_out = set(data["groups"][ALL_CRIME]["all_except"])
    every = (*CATEGORIES, *FORMER)
    borrowed = tuple(c for c in every if c not in left_out or c == _ASB)

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
            spec.get("categories") or [c for c in every if c not in spec["all_except"]],
        )
        for slug, spec in data["groups"].items()
    ]
    groups += [group(c, label, label, [c]) for c, label in CATEGORIES.items()]
    former = [group(c, LABELS[c], LABELS[c], [c]) for c in FORMER]
    return {g.slug: g for g in groups}, {g.slug: g for g in former}, borrowed


# Former categories are parts of groups, and not groups that are reported. The
# categories that a prior may borrow from: reported crime and ASB.
GROUPS, FORMER_GROUPS, BORROWED = _load()


def group_categories(own: Iterable[CrimeGroup] = ()) -> pa.Table:
    """Which category belongs to which crime group, for queries to join.

    With the user's own groups, if any.
    """
    groups = (*GROUPS.values(), *own)
    pairs = [(g.slug, category) for g in groups for category in g.categories]
    slugs, categories = zip(*pairs, strict=True)
    return pa.table({"crime_group": slugs, "category": categories})
