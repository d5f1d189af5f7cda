"""The user's own areas (beats, wards, neighbourhoods), and which contains a cell.

A cell belongs to the area that contains its published centre, so a join of the
published `lon` and `lat` gives the same result.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import shapely

from transforms.errors import UsageError
from transforms.map_files.foreign import listed
from transforms.map_files.layer_files import MapFile, misplaced
from transforms.map_files.polygons import (
    misplaced_in_words,
    read_polygons,
    unreached_in_words,
)
from transforms.publications.edition.calls import NAMES as CALLS
from transforms.publications.formulas import is_safe
from transforms.publications.layers.area_columns import NAME_PATTERN
from transforms.publications.schemas import (
    DAY_CELLS,
    DAY_HOTSPOTS,
    HOTSPOTS,
    PUBLISHED,
)
from transforms.reference.arrays import Floats
from transforms.reference.national_grid import GRID


# Columns that some format or view adds to the published ones.
_ADDED = {"bbox", "change", "change_a_month", "fid", "force_name", "geom", "geometry"}
_OURS = (PUBLISHED, HOTSPOTS, DAY_CELLS, DAY_HOTSPOTS)
_TAKEN = {name for schema in _OURS for name in schema.names}
_TAKEN |= {*_ADDED, *CALLS, "group_label", "wkt"}
_ONS_NAME = re.compile(r"[a-z]+\d\dnm", re.IGNORECASE)  # such as WD24NM


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaLayer:
    """Polygons with labels; `name` is the column that they become."""

    name: str
    column: str  # of the file: the one with the labels
    sha256: str
    polygons: gpd.GeoSeries
    labels: Sequence[str]
    misplaced: int = 0  # shapes with impossible coordinates: they are left out
    withheld: int = 0  # labels that some program would execute

    def gaps(self, cells: pa.Table) -> list[str]:
        """What parts of the layer are not published, a line each."""
        lines = misplaced_in_words(self.misplaced, self.polygons.crs)
        if self.withheld:
            lines.append(
                f"{self.withheld} of its areas are left out: their labels start like a"
                " spreadsheet formula, or contain < or >"
            )
        if len(self.polygons) and not any(self.containing(cells).values()):
            lines.append(unreached_in_words(len(self.polygons), self.polygons.crs))
        return lines

    def containing(self, cells: pa.Table) -> dict[str, list[str]]:
        """The areas that contain each published cell's centre, alphabetically."""
        ids = cells["h3_cell"].to_pylist()
        rows = {cell: row for row, cell in enumerate(ids)}
        once = cells.select(["lon", "lat"]).take(pa.array(rows.values(), pa.int64()))
        centres = gpd.GeoSeries.from_xy(
            once["lon"].to_numpy(), once["lat"].to_numpy(), crs="OGC:CRS84"
        ).to_crs(self.polygons.crs)
        # a centre on a border is in both
        at, area = self.polygons.sindex.query(centres, predicate="intersects")
        labels: list[set[str]] = [set() for _ in rows]
        for point, polygon in zip(at.tolist(), area.tolist(), strict=True):
            labels[point].add(self.labels[polygon])
        return {c: sorted(of_cell) for c, of_cell in zip(rows, labels, strict=True)}

    def outline(self, label: str) -> list[Floats]:
        """The lines about the area of that label, in the National Grid."""
        mine = self.polygons[[one == label for one in self.labels]].to_crs(GRID)
        lines = shapely.get_parts(mine.boundary.to_numpy())
        return [shapely.get_coordinates(line) for line in lines]


def read_areas(name: str, given: str) -> AreaLayer:
    """The layer of that name; `given` is its file, or file and label column."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(
            f"boundary layer {name!r}: a name is lower-case letters, digits and"
            " underscores, a letter first"
        )
    if name in _TAKEN:
        raise UsageError(
            f"boundary layer {name!r}: a published column has that name; choose another"
        )
    path, column = file_and_column(given)
    file = MapFile(path)
    frame = read_polygons(file)
    found = labelled(path, frame, name, column, f"write {name}=FILE:COLUMN")
    return AreaLayer(
        name=name,
        column=found.column,
        sha256=file.sha256,
        polygons=found.shapes,
        labels=found.labels,
        misplaced=found.misplaced,
        withheld=found.withheld,
    )


@dataclass(frozen=True, eq=False)
class Labelled:
    """The shapes of a file that can be shown, with their labels."""

    column: str  # of the file: the one with the labels
    shapes: gpd.GeoSeries
    labels: Sequence[str]
    misplaced: int  # shapes with impossible coordinates: they are left out
    withheld: int  # labels that some program would execute


def labelled(
    path: Path, frame: gpd.GeoDataFrame, name: str, wanted: str | None, fix: str
) -> Labelled:
    """The shapes with a label; `wanted` is its column, or see `label_column`."""
    texts = [c for c in frame.columns if c != frame.geometry.name]
    column = label_column(path, name, texts, wanted, fix)
    odd = misplaced(frame)
    labels = [label_of(value) for value in frame[column].tolist()]
    kept = [
        label is not None and not wrong and is_safe(label)
        for label, wrong in zip(labels, odd.tolist(), strict=True)
    ]
    return Labelled(
        column=column,
        shapes=frame.geometry[kept].reset_index(drop=True),
        labels=[
            label for label, keep in zip(labels, kept, strict=True) if label and keep
        ],
        misplaced=int(odd.sum()),
        withheld=sum(label is not None and not is_safe(label) for label in labels),
    )


def file_and_column(given: str) -> tuple[Path, str | None]:
    """The parts of FILE or FILE:COLUMN; a file's own name may contain a colon."""
    file, colon, column = given.rpartition(":")
    if colon and not Path(given).exists() and Path(file).exists():
        return Path(file), column
    return Path(given), None


def label_column(
    path: Path, name: str, columns: Sequence[str], wanted: str | None, fix: str
) -> str:
    """The column that names the areas: the one given, or the only likely one.

    `name` is what the areas are, and `fix` what to write where it is not clear.
    """
    if wanted is not None and wanted in columns:
        return wanted
    called = [c for c in columns if c.lower() in (name, f"{name}_name", "name")]
    ons = [c for c in columns if _ONS_NAME.fullmatch(c)]
    for likely in (called, ons, columns):
        if wanted is None and len(likely) == 1:
            return likely[0]
    why = f"there is no column {wanted}" if wanted else "which column names the areas?"
    raise UsageError(
        f"{path}: {why}; {fix} with one of"
        f" {listed(columns) or 'none: it has no columns'}"
    )


def label_of(value: object) -> str | None:
    """A label on one line; None if it is empty."""
    if value is None or value != value:  # not a number
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # whole numbers become floats next to an empty value
    printed = "".join(c if c.isprintable() else " " for c in str(value))
    return " ".join(printed.split()) or None
