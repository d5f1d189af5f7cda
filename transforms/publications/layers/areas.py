"""The user's own areas (beats, wards, neighbourhoods): read, and which holds a cell.

A cell belongs to the area that its centre lies in, as published: whoever joins the
published `lon` and `lat` finds the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyarrow as pa

from transforms.errors import UsageError
from transforms.publications.area_columns import NAME_PATTERN
from transforms.publications.formulas import SAFE_PATTERN
from transforms.publications.layer_files import bytes_sha256, read_polygons
from transforms.schemas import HOTSPOTS, PUBLISHED


# Columns that stand beside the published ones in some format or view.
_BESIDE = {"bbox", "change", "change_a_month", "fid", "force_name", "geom", "geometry"}
_TAKEN = {*PUBLISHED.names, *HOTSPOTS.names, *_BESIDE, "group_label", "wkt"}
_ONS_NAME = re.compile(r"[a-z]+\d\dnm", re.IGNORECASE)  # such as WD24NM


@dataclass(frozen=True, eq=False)
class AreaLayer:
    """Polygons with a label each; `name` is the column that they become."""

    name: str
    column: str  # of the file: where the labels stand
    sha256: str
    polygons: gpd.GeoSeries
    labels: Sequence[str]

    def holding(self, cells: pa.Table) -> dict[str, list[str]]:
        """The areas that hold each published cell's centre, alphabetically."""
        ids = cells["h3_cell"].to_pylist()
        rows = {cell: row for row, cell in enumerate(ids)}
        once = cells.select(["lon", "lat"]).take(pa.array(rows.values(), pa.int64()))
        centres = gpd.GeoSeries.from_xy(
            once["lon"].to_numpy(), once["lat"].to_numpy(), crs="OGC:CRS84"
        ).to_crs(self.polygons.crs)
        # a centre on a border lies in both
        at, area = self.polygons.sindex.query(centres, predicate="intersects")
        found: list[set[str]] = [set() for _ in rows]
        for point, polygon in zip(at.tolist(), area.tolist(), strict=True):
            found[point].add(self.labels[polygon])
        return {c: sorted(labels) for c, labels in zip(rows, found, strict=True)}


def read_areas(name: str, given: str) -> AreaLayer:
    """The layer of that name; `given` is its file, or file and label column."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(
            f"boundary layer {name!r}: a name is lower-case letters, digits and"
            " underscores, a letter first"
        )
    if name in _TAKEN:
        raise UsageError(
            f"boundary layer {name!r}: a published column is called so; take another"
            " name"
        )
    path, column = _file_and_column(given)
    frame = read_polygons(path)
    texts = [c for c in frame.columns if c != frame.geometry.name]
    column = _label_column(path, name, texts, column)
    labels = [_label(value) for value in frame[column].tolist()]
    held = [label is not None for label in labels]
    return AreaLayer(
        name,
        column,
        bytes_sha256(path),
        frame.geometry[held].reset_index(drop=True),
        [label for label in labels if label is not None],
    )


def _file_and_column(given: str) -> tuple[Path, str | None]:
    file, colon, column = given.rpartition(":")
    if colon and not Path(given).exists() and Path(file).exists():
        return Path(file), column
    return Path(given), None


def _label_column(
    path: Path, name: str, columns: Sequence[str], asked: str | None
) -> str:
    """The column that names the areas: the one asked for, or the one that can be."""
    if asked is not None and asked in columns:
        return asked
    called = [c for c in columns if c.lower() in (name, f"{name}_name", "name")]
    ons = [c for c in columns if _ONS_NAME.fullmatch(c)]
    for likely in (called, ons, columns):
        if asked is None and len(likely) == 1:
            return likely[0]
    why = f"there is no column {asked}" if asked else "which column names the areas?"
    raise UsageError(
        f"{path}: {why}; write {name}=FILE:COLUMN with one of"
        f" {', '.join(columns) or 'none: it has no columns'}"
    )


def _label(value: object) -> str | None:
    """A label on one line; none where it is empty, or a spreadsheet would run it."""
    if value is None or value != value:  # not a number
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a whole number beside an empty one
    printed = "".join(c if c.isprintable() else " " for c in str(value))
    text = " ".join(printed.split())
    return text if re.match(SAFE_PATTERN, text) else None
