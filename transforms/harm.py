"""Harm: what an incident weighs, so that one grave crime counts more than one minor.

Shipped weights are by category, a fallback that hides most of the differences inside
violence; a feed with offence codes takes weights by code from a home's own file.
Weights may be taken by their square root, since one homicide otherwise outweighs a
town.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from transforms.categories import CATEGORIES
from transforms.errors import UsageError


Scale = Literal["raw", "square_root"]
_TEXTS = ("label", "unit", "source")
_HEAVIEST = 1e9  # sums of any number of these stay finite


@dataclass(frozen=True)
class HarmWeights:
    """What an incident of each category, and of each offence code, weighs."""

    label: str
    unit: str
    source: str
    version: str
    categories: Mapping[str, float]
    offences: Mapping[str, float]
    scale: Scale = "raw"

    def weight(self, stated: float) -> float:
        """A stated weight as it counts here."""
        return math.sqrt(stated) if self.scale == "square_root" else stated

    @property
    def in_words(self) -> str:
        """How an output names them."""
        scaled = "square root of " if self.scale == "square_root" else ""
        return f"{self.label} (version {self.version}), {scaled}{self.unit}"


def shipped_weights(name: str = "cchi", scale: Scale = "raw") -> HarmWeights:
    """The weights that come with hexbeat: `cchi` or `ons`."""
    data = tomllib.loads(_source().decode())
    if name not in data or name == "version":
        known = " or ".join(repr(key) for key in data if key != "version")
        raise UsageError(f"harm weights = {name!r} are unknown; write {known}")
    return _read({"version": data["version"], **data[name]}, "harm_weights.toml", scale)


def _source() -> bytes:
    return files("transforms").joinpath("data/harm_weights.toml").read_bytes()


def read_weights(settings: Mapping[str, Any], where: str, root: Path) -> HarmWeights:
    """The weights that a home's `[harm]` table asks for."""
    asked = settings.get("harm", {})
    if not isinstance(asked, dict) or set(asked) - {"weights", "scale", "file"}:
        raise UsageError(f"{where}: harm is a table of weights or file, and scale")
    scale = asked.get("scale", "raw")
    if scale not in get_args(Scale):
        raise UsageError(
            f"{where}: harm scale = {scale!r}; write 'raw' or 'square_root'"
        )
    for name in ("weights", "file"):
        if name in asked and not (isinstance(asked[name], str) and asked[name].strip()):
            raise UsageError(f"{where}: harm {name} = {asked[name]!r} is no name")
    if "file" not in asked:
        try:
            return shipped_weights(asked.get("weights", "cchi"), scale)
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from error
    if "weights" in asked:
        raise UsageError(f"{where}: harm takes weights or file, not both")
    file = root / asked["file"]
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:  # no TOML, no text or no such path
        raise UsageError(f"{file}: not readable as TOML ({error})") from error
    return _read(data, str(file), scale)


def _read(data: Mapping[str, Any], where: str, scale: Scale) -> HarmWeights:
    if strange := sorted(set(data) - {*_TEXTS, "version", "categories", "offences"}):
        raise UsageError(f"{where}: unknown key {strange[0]!r}")
    for name in (*_TEXTS, "version"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            raise UsageError(f"{where}: {name} must be a text that says something")
    categories = _numbers(data.get("categories", {}), f"{where}, [categories]")
    if strange := sorted(set(categories) - set(CATEGORIES)):
        raise UsageError(f"{where}, [categories]: {strange[0]!r} is no category")
    if missing := sorted(set(CATEGORIES) - set(categories)):
        raise UsageError(f"{where}, [categories]: {missing[0]} has no weight")
    offences = _numbers(data.get("offences", {}), f"{where}, [offences]")
    texts = {name: " ".join(data[name].split()) for name in (*_TEXTS, "version")}
    return HarmWeights(**texts, categories=categories, offences=offences, scale=scale)


def _numbers(table: object, where: str) -> dict[str, float]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: a table of numbers")
    for key, value in table.items():
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not 0 <= value <= _HEAVIEST:
            raise UsageError(f"{where}: {key!r} = {value!r} is no weight")
    return {key: float(value) for key, value in table.items()}
