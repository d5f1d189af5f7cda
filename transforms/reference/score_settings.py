"""How a home wants its scores made: what is left out, what weighs more, what clusters.

Shipped defaults apply where `hexbeat.toml` is silent. All of it is part of the identity
of every score and every publication.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Annotated

import numpy as np
from pydantic import Field

from transforms.reference.arrays import Cells, Mask
from transforms.reference.exclusions import Exclusion, shipped_exclusions
from transforms.reference.harm import HarmWeights, shipped_weights
from transforms.reference.toml_files import STRICT, WHOLE, Number


@dataclass(frozen=True)
class HotspotLimits:
    """Which cells are clustered into hot spots, and how large one may grow."""

    __pydantic_config__ = STRICT

    share_percent: Annotated[
        Number, Field(gt=0, le=5), "of the ranked cells, the top"
    ] = 1.0
    max_cells: Annotated[
        int,
        Field(gt=0, le=10**12),
        "where a hot spot stops growing; remnants of up to a quarter may join it, up to"
        " half as many more",
        WHOLE,
    ] = 12
    max_area_m2: Annotated[Number, Field(gt=0, le=10**12), "the same, for its area"] = (
        1_200_000.0
    )


@dataclass(frozen=True, eq=False)
class OwnUniverse:
    """The cells that a user has named as a force's universe, sorted."""

    cells: Cells

    @cached_property
    def sha256(self) -> str:
        """Its identity: of the cells alone, however the file draws or names them."""
        return sha256(self.cells.astype("<i8").tobytes()).hexdigest()

    def contains(self, cells: Cells) -> Mask:
        """Which cells are among them."""
        return np.isin(cells, self.cells)


@dataclass(frozen=True)
class Scoring:
    """A home's own choices about scores."""

    exclusions: tuple[Exclusion, ...] = field(default_factory=shipped_exclusions)
    harm: HarmWeights = field(default_factory=shipped_weights)
    hotspots: HotspotLimits = field(default_factory=HotspotLimits)
    universe: OwnUniverse | None = None  # of one force, instead of its own

    @cached_property
    def sha256(self) -> str:
        """The identity of all of it."""
        parts = asdict(replace(self, universe=None))
        parts.pop("universe")
        if self.universe:
            parts["universe"] = self.universe.sha256
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
