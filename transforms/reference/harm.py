"""Harm: what an incident weighs, so that one grave crime counts more than one minor.

Shipped weights are by category, a fallback that hides most of the differences inside
violence; a feed with offence codes takes weights by code from a home's own file.
Weights may be taken by their square root, since one homicide otherwise outweighs a
town.
"""

import math
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from transforms.reference.categories import CATEGORIES, Slug
from transforms.reference.toml_files import (
    STRICT,
    Number,
    Text,
    read_toml,
    text_of,
)


Scale = Literal["raw", "square_root"]
ShippedWeights = Literal["cchi", "ons"]
_HEAVIEST = 1e9  # sums of any number of these stay finite

_Words = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]
Weight = Annotated[Number, Field(ge=0, le=_HEAVIEST)]


def _complete(weights: dict[str, float]) -> dict[str, float]:
    if missing := sorted(set(CATEGORIES) - set(weights)):
        raise ValueError(f"{missing[0]} has no weight")
    return weights


@dataclass(frozen=True, kw_only=True)
class StatedWeights:
    """What an incident of each category, and of each offence code, weighs."""

    __pydantic_config__ = STRICT

    label: _Words
    unit: _Words
    source: _Words
    version: _Words
    categories: Annotated[dict[Slug, Weight], AfterValidator(_complete)]
    offences: dict[str, Weight] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HarmWeights(StatedWeights):
    """Stated weights, and how a home counts them."""

    scale: Scale = "raw"

    def weight(self, stated: float) -> float:
        """A stated weight as it counts here."""
        return math.sqrt(stated) if self.scale == "square_root" else stated

    @property
    def in_words(self) -> str:
        """How an output names them."""
        scaled = "square root of " if self.scale == "square_root" else ""
        return f"{self.label} (version {self.version}), {scaled}{self.unit}"


def shipped_weights(name: ShippedWeights = "cchi", scale: Scale = "raw") -> HarmWeights:
    """The weights that come with hexbeat."""
    source = files("transforms.reference").joinpath("data/harm_weights.toml")
    data = tomllib.loads(source.read_text())
    return HarmWeights(**data[name], version=data["version"], scale=scale)


def own_weights(file: Path, scale: Scale) -> HarmWeights:
    """The weights in a home's own file; `UsageError` for a mistake in it."""
    stated = read_toml(text_of(file), str(file), TypeAdapter(StatedWeights))
    return HarmWeights(**vars(stated), scale=scale)
