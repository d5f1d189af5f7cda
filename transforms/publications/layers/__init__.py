"""What users lay beside the cells: a boundary, a basemap, and areas of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa


if TYPE_CHECKING:  # they bring GeoPandas, and most publications have no layers
    from transforms.publications.areas import AreaLayer
    from transforms.publications.ground import Basemap, Boundary


@dataclass(frozen=True)
class LayerFiles:
    """Where the layers are; areas by name, as FILE or FILE:COLUMN."""

    boundary: Path | None = None
    basemap: Path | None = None
    areas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Layers:
    """The layers of an edition."""

    boundary: "Boundary | None" = None
    basemap: "Basemap | None" = None
    areas: Sequence["AreaLayer"] = ()

    @property
    def identity(self) -> dict[str, Any]:
        """What decides what they add: never where the files lie; nothing for none."""
        told = {
            "boundary": self.boundary.sha256 if self.boundary else None,
            "basemap": self.basemap.sha256 if self.basemap else None,
            "areas": [[a.name, a.sha256, a.column] for a in self.areas],
        }
        given = {name: value for name, value in told.items() if value}
        return {"layers": given} if given else {}

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the areas become."""
        return tuple(layer.name for layer in self.areas)

    def ground(self, rows: pa.Table) -> dict[str, Any] | None:
        """What a page of those rows draws under its cells."""
        if not (self.boundary or self.basemap):
            return None
        from transforms.publications.ground import ground

        return ground(self.boundary, self.basemap, rows)

    def note(self, year: int) -> str:
        """What a page says of its ground, in the words that its licence asks for."""
        told = ["Dashed lines: the boundaries supplied."] if self.boundary else []
        if self.basemap:
            told.append(
                f"Contains OS data © Crown copyright and database right {year}."
            )
        return " ".join(told)


def read_layers(files: LayerFiles) -> Layers:
    """The layers of those files; one that cannot be used is refused."""
    if files == LayerFiles():
        return Layers()
    from transforms.publications.areas import read_areas
    from transforms.publications.ground import find_basemap, read_boundary

    return Layers(
        read_boundary(files.boundary) if files.boundary else None,
        find_basemap(files.basemap) if files.basemap else None,
        [read_areas(name, given) for name, given in files.areas.items()],
    )
