"""Named places of the user's own, for the map: a pier, a patrol base, a nickname.

Each shape counts as one point. The first of the file are the first to be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from transforms.map_files.layer_files import MapFile, only_layer
from transforms.map_files.polygons import crs_in_words, misplaced_in_words
from transforms.publications.layers.areas import file_and_column, labelled
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Mask


_DEGREES = "OGC:CRS84"
_NEAR = 5  # the resolution at which a place is in a published cell's, or next to it


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Names and where they are, in the order of their file."""

    sha256: str
    column: str  # of the file: the one with the names
    names: Sequence[str]
    longitude: Floats
    latitude: Floats
    crs: CRS  # of the file
    misplaced: int = 0  # shapes with impossible coordinates: they are left out
    withheld: int = 0  # names that some program would execute

    def gaps(self, published: pa.Table) -> list[str]:
        """What parts of it the map of those published cells does not show."""
        lines = misplaced_in_words(self.misplaced, self.crs)
        if self.withheld:
            lines.append(
                f"{self.withheld} of its places are left out: their names start like a"
                " spreadsheet formula, contain < or >, or are too long"
            )
        there = cells.from_text(published["h3_cell"].unique().to_pylist())
        if len(self.names) and not self.near(there).any():
            number = len(self.names)
            places = "its one place" if number == 1 else f"any of its {number:,} places"
            lines.append(
                f"no published cell is near {places}: is it a map of these forces, and"
                f" are its coordinates in {crs_in_words(self.crs)}?"
            )
        return lines

    def near(self, published: Cells) -> Mask:
        """Which of its places are within some 10 to 20 km of one of those cells."""
        about = cells.disk(np.unique(cells.parents(published, _NEAR)), 1)
        at = cells.index_points(self.longitude, self.latitude, _NEAR)
        return np.isin(at, about)


def read_landmarks(given: str) -> Landmarks:
    """The places of FILE or FILE:COLUMN; `UsageError` for one that cannot be used."""
    path, column = file_and_column(given)
    file = MapFile(path)
    frame = file.read(only_layer(file))
    found = labelled(path, frame, "landmark", column, "write FILE:COLUMN")
    points = shapely.point_on_surface(found.shapes.to_crs(_DEGREES).to_numpy())
    return Landmarks(
        sha256=file.sha256,
        column=found.column,
        names=found.labels,
        longitude=shapely.get_x(points),
        latitude=shapely.get_y(points),
        crs=frame.crs,
        misplaced=found.misplaced,
        withheld=found.withheld,
    )
