"""An edition: everything that one publication says, of months or of days.

Formats, seal and manifest use nothing else. An edition of a force's own feed contains
aggregates only, so that no record can reach a file.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Self

import pyarrow as pa

from transforms.homes.runs.seal import SCHEMA_VERSION
from transforms.publications.layers import Layers
from transforms.publications.layers.area_columns import cell_columns, hotspot_columns
from transforms.publications.layers.open_ground import ground_sha256
from transforms.publications.schemas import (
    DAY_CELLS,
    DAY_HOTSPOTS,
    HOTSPOTS,
    PUBLISHED,
)
from transforms.reference.clocks import Clock
from transforms.reference.days import Day
from transforms.reference.forces import Force
from transforms.reference.groups import CrimeGroup, groups_sha256
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import Method


Identity = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Edition(ABC):
    """One publication's content."""

    as_of: Month | Day
    clock: Clock
    method: Method
    attribution: str
    scoring: Scoring = field(default_factory=Scoring)
    layers: Layers = field(default_factory=Layers)
    left_out: Sequence[str] = ()  # files that could not be written, by name
    own: Sequence[CrimeGroup] = ()  # groups that the user named, scored too

    @property
    @abstractmethod
    def rests_on(self) -> Identity:
        """Everything that determines what is published: not the clock, host or path."""

    @property
    @abstractmethod
    def cells(self) -> pa.Table:
        """The published cells: one row per cell and crime group (and horizon)."""

    @property
    @abstractmethod
    def hotspots(self) -> pa.Table:
        """The hot spots: neighbouring top cells taken together."""

    @property
    @abstractmethod
    def coverage(self) -> pa.Table:
        """What each month or day counts as."""

    @property
    @abstractmethod
    def accuracy(self) -> pa.Table:
        """The summary of the backtest; empty without one."""

    @property
    @abstractmethod
    def forces_table(self) -> pa.Table:
        """The forces, and what their scores are based on: one row for each."""

    @property
    @abstractmethod
    def force_facts(self) -> list[dict[str, Any]]:
        """What the manifest says about each force."""

    @property
    @abstractmethod
    def coverage_in_words(self) -> dict[str, str]:
        """For each force, by name: what its scores are based on, or why it has none."""

    @property
    @abstractmethod
    def excluded_in_words(self) -> str:
        """One line about what was left out before scoring."""

    @property
    def layer_gaps(self) -> dict[str, str]:
        """What parts of the user's own layers are not published, by layer."""
        return self.layers.gaps(self.cells) if self.layers.identity else {}

    @property
    def added_columns(self) -> tuple[str, ...]:
        """The columns that the user's own layers add to cells and hot spots."""
        return self.layers.names

    def lacking(self, left_out: Sequence[str]) -> Self:
        """This edition without those files; itself if that is none.

        A copy computes its tables again.
        """
        return replace(self, left_out=left_out) if left_out else self

    @property
    def identity(self) -> Identity:
        """What determines the run, including the files it lacks."""
        return identity_of(self.rests_on, self.left_out)

    @cached_property
    def run_id(self) -> str:
        """`<as-of>-<twelve hex characters of the identity's hash>`."""
        return run_id_of(self.as_of, self.rests_on, self.left_out)

    @property
    def facts(self) -> dict[str, str]:
        """Facts about the run, for files with room for them."""
        left_out = {"left_out": ", ".join(self.left_out)} if self.left_out else {}
        return left_out | {
            "run_id": self.run_id,
            "schema_version": SCHEMA_VERSION,
            "as_of": str(self.as_of),
            "method": f"{self.method.NAME} {self.method.VERSION}",
            "attribution": self.attribution,
            "excluded": self.excluded_in_words,
            "harm_weights": self.scoring.harm.in_words,
        }

    @property
    def left_out_in_words(self) -> str:
        """A paragraph for METHOD.md; empty if every file was written."""
        if not self.left_out:
            return ""
        names = ", ".join(f"`{name}`" for name in self.left_out)
        return (
            f"\n\n**Left out of this run**, because it could not be written: {names}."
        )

    def widened(self, schema: pa.Schema) -> pa.Schema:
        """The columns of a published table with those that the user's layers add."""
        of_cells, of_hotspots = (PUBLISHED, DAY_CELLS), (HOTSPOTS, DAY_HOTSPOTS)
        added = dict.fromkeys(of_cells, cell_columns)
        added |= dict.fromkeys(of_hotspots, hotspot_columns)
        columns = added[schema](self.layers.areas) if schema in added else ()
        return pa.schema([*schema, *columns])


def shared_identity(
    as_of: Month | Day, method: Method, attribution: str, scoring: Scoring
) -> dict[str, object]:
    """The part of an identity that is the same for months and days."""
    return {
        "schema_version": SCHEMA_VERSION,
        "parameters": {"as_of": str(as_of), "method": method.NAME},
        "versions": {"hexbeat": version("hexbeat"), method.NAME: method.VERSION},
        "data_files": {"crime_groups.toml": groups_sha256()},
        "attribution": attribution,
        "scoring": scoring.sha256,
        "ground": ground_sha256(),
    }


def identity_of(rests_on: Identity, left_out: Sequence[str] = ()) -> Identity:
    """The identity of a run that lacks those files."""
    return {**rests_on, **({"left_out": list(left_out)} if left_out else {})}


def run_id_of(
    as_of: Month | Day, rests_on: Identity, left_out: Sequence[str] = ()
) -> str:
    """The run's name, which is known before its tables are computed."""
    text = json.dumps(identity_of(rests_on, left_out), sort_keys=True)
    return f"{as_of}-{sha256(text.encode()).hexdigest()[:12]}"


def force_facts(
    force: Force,
    unscored: str | None,
    universe: tuple[int, int, float],
    **periods: object,
) -> dict[str, Any]:
    """A force in the manifest; its universe is resolution, cells and square metres."""
    resolution, cells, area_m2 = universe
    return {
        "force": force.id,
        "name": force.name,
        "unscored": unscored,
        "h3_res": resolution or None,
        "universe_cells": cells,
        "universe_area_m2": round(area_m2, 1),
        **periods,
    }
