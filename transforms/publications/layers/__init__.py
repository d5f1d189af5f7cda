"""Layers that users add: a boundary, a basemap, landmarks, and their own areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from transforms.homes.map_settings import MapTable
from transforms.publications.layers.open_ground import ATTRIBUTION


if TYPE_CHECKING:  # they import GeoPandas
    from transforms.publications.layers.areas import AreaLayer
    from transforms.publications.layers.ground import Basemap, Boundary
    from transforms.publications.layers.landmarks import Landmarks


@dataclass(frozen=True)
class LayerFiles:
    """The files of the layers; areas and landmarks as FILE or FILE:COLUMN."""

    boundary: Path | None = None
    basemap: Path | None = None
    areas: Mapping[str, str] = field(default_factory=dict)  # by name
    landmarks: str | None = None


@dataclass(frozen=True, eq=False)
class Layers:
    """The layers of an edition."""

    boundary: "Boundary | None" = None
    basemap: "Basemap | None" = None
    areas: Sequence["AreaLayer"] = ()
    landmarks: "Landmarks | None" = None
    map: MapTable = field(default_factory=MapTable)  # tiles that pages may load

    @property
    def identity(self) -> dict[str, Any]:
        """What identifies the layers: their content, not their paths; {} for none."""
        named = self.landmarks
        parts = {
            "boundary": self.boundary.sha256 if self.boundary else None,
            "basemap": self.basemap.sha256 if self.basemap else None,
            "areas": [[a.name, a.sha256, a.column] for a in self.areas],
            "landmarks": [named.sha256, named.column] if named else None,
            "tiles": [self.map.tiles, self.map.attribution] if self.map.tiles else None,
        }
        given = {name: value for name, value in parts.items() if value}
        return {"layers": given} if given else {}

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the areas become."""
        return tuple(layer.name for layer in self.areas)

    def gaps(self, cells: pa.Table) -> dict[str, str]:
        """What parts of the layers those published cells do not show, by layer."""
        given: dict[str, Boundary | Basemap | Landmarks | AreaLayer | None] = {
            "boundary": self.boundary,
            "basemap": self.basemap,
            "landmarks": self.landmarks,
            **{f"boundary layer {layer.name}": layer for layer in self.areas},
        }
        gaps = {name: layer.gaps(cells) for name, layer in given.items() if layer}
        return {name: "; ".join(lines) for name, lines in gaps.items() if lines}

    def ground(self, rows: pa.Table) -> dict[str, Any] | None:
        """The shapes that a page of those rows draws under its cells."""
        from transforms.publications.layers.ground import ground

        drawn = ground(self.boundary, self.basemap, rows)
        if drawn is not None and self.map.tiles:
            drawn["tiles"] = self.map.tiles
        return drawn

    def note(self, year: int) -> str:
        """A page's note about its ground, with the words that the licences require."""
        notes = ["Dashed lines: the boundaries supplied."] if self.boundary else []
        if self.basemap:
            notes.append(
                f"Contains OS data © Crown copyright and database right {year}."
            )
        else:
            notes.append(ATTRIBUTION)
        if self.map.attribution:
            notes.append(f"Tiles: {self.map.attribution}.")
        return " ".join(notes)


def read_layers(files: LayerFiles) -> Layers:
    """The layers of those files; `UsageError` for one that cannot be used."""
    if files == LayerFiles():
        return Layers()
    from transforms.publications.layers.areas import read_areas
    from transforms.publications.layers.ground import find_basemap, read_boundary
    from transforms.publications.layers.landmarks import read_landmarks

    return Layers(
        read_boundary(files.boundary) if files.boundary else None,
        find_basemap(files.basemap) if files.basemap else None,
        [read_areas(name, given) for name, given in files.areas.items()],
        read_landmarks(files.landmarks) if files.landmarks else None,
    )
