"""What makes a home one of a force's own feed: its settings, and a closed folder."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic.dataclasses import dataclass as toml_table

from transforms.errors import UsageError
from transforms.homes.private import keep_to_the_owner
from transforms.lake.storage import is_remote
from transforms.reference.overrides import (
    DayOverrides,
    DaysEntry,
    DropsEntry,
    day_overrides,
)
from transforms.reference.own_groups import GroupName, Members
from transforms.reference.toml_files import STRICT, Text


PRIVATE = 0o700  # of the folder
OTHERS = 0o077  # the rights of everybody else
ERASURE = "erasure"  # the folder of what was erased, and by default of the key
KEY = f"{ERASURE}/key"
CREDENTIALS = "credentials.toml"  # the keys to its source; no backup copies them


@toml_table(frozen=True, config=STRICT)
class FeedLayers:
    """The force's own map layers, in its publications; files as seen from the home."""

    boundary: Annotated[Text | None, "polygons whose outlines the maps draw"] = None
    basemap: Annotated[Text | None, "OS Open Zoomstack extract (GeoPackage)"] = None
    landmarks: Annotated[
        Text | None, "named places on the maps, as FILE or FILE:COLUMN"
    ] = None
    areas: Annotated[
        dict[Text, Text], "by the name of the column, beats as FILE or FILE:COLUMN"
    ] = field(default_factory=dict)

    def from_home(self, root: Path) -> "FeedLayers":
        """The same, with their files as seen from anywhere."""
        return FeedLayers(
            boundary=self.boundary and str(root / self.boundary),
            basemap=self.basemap and str(root / self.basemap),
            landmarks=self.landmarks and str(root / self.landmarks),
            areas={name: str(root / file) for name, file in self.areas.items()},
        )


@toml_table(frozen=True, config=STRICT)
class FeedTable:
    """A force's own feed: such a home contains nothing else."""

    mapping: Annotated[Text, "the mapping's file"]
    source: Annotated[Text | None, "where its drops are"] = None
    key: Annotated[Text, "the file of the key of its hashes"] = KEY
    days: Annotated[tuple[DaysEntry, ...], "how days count"] = ()
    drops: Annotated[tuple[DropsEntry, ...], "accepted drops"] = ()
    layers: FeedLayers = FeedLayers()
    groups: Annotated[
        dict[GroupName, Members], "by name, the categories and kinds of calls in it"
    ] = field(default_factory=dict)


@dataclass(frozen=True)
class HomeFeed:
    """One force's own feed: how it is read, and where its drops come from."""

    mapping: Path
    source: str | None
    key: Path  # of its hashes; no backup copies it
    overrides: DayOverrides = field(default_factory=dict)
    accepted: tuple[DropsEntry, ...] = ()
    layers: FeedLayers = field(default_factory=FeedLayers)
    call_overrides: DayOverrides = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def accepts(self, drop: str) -> bool:
        """Whether somebody has said that this drop is right."""
        return any(entry.names(drop) for entry in self.accepted)


def open_feed(table: FeedTable, root: Path) -> HomeFeed:
    """The feed of a home that has one; makes what this process writes private."""
    if is_remote(root):
        raise UsageError(f"{root}: a force's own feed must be in a local folder")
    refuse_open_folder(root)
    keep_to_the_owner()
    return HomeFeed(
        mapping=root / table.mapping,
        source=table.source,
        key=root / table.key,
        overrides=day_overrides(table.days),
        call_overrides=day_overrides(table.days, "calls"),
        groups=table.groups,
        accepted=table.drops,
        layers=table.layers.from_home(root),
    )


def refuse_open_folder(root: Path) -> None:
    """`UsageError` for a folder that other users of this machine may read."""
    if stat.S_IMODE(root.stat().st_mode) & OTHERS:
        raise UsageError(
            f"{root} is open to others, but contains a force's feed: chmod 700 {root}"
        )
