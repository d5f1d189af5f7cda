"""The user's own areas (beats, wards, neighbourhoods), joined to cells and hot spots.

A cell belongs to the area that its centre lies in, as published: whoever joins the
published `lon` and `lat` finds the same. A hot spot has the areas of its cells.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyarrow as pa

from transforms.errors import UsageError
from transforms.publications.formulas import SAFE_PATTERN
from transforms.publications.layer_files import bytes_sha256, read_polygons
from transforms.schemas import HOTSPOTS, PUBLISHED


APART = "; "
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
# Columns that stand beside the published ones in some format or view.
_BESIDE = {"bbox", "change", "change_a_month", "fid", "force_name", "geom", "geometry"}
_TAKEN = {*PUBLISHED.names, *HOTSPOTS.names, *_BESIDE, "group_label", "wkt"}
_ONS_NAME = re.compile(r"[a-z]+\d\dnm", re.IGNORECASE)  # such as WD24NM
_NONE = "in none of them, or its label starts as a spreadsheet formula does"


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


def cell_columns(layers: Sequence[AreaLayer]) -> list[pa.Field]:
    """What the layers add to the published cells."""
    text = (
        "Area of the user's layer {} that the cell's centre lies in; several are"
        " alphabetical, apart by '; '"
    )
    return [_field(layer, text, f"the centre lies {_NONE}") for layer in layers]


def hotspot_columns(layers: Sequence[AreaLayer]) -> list[pa.Field]:
    """What the layers add to the published hot spots."""
    text = (
        "Areas of the user's layer {} that its cells' centres lie in, most cells first,"
        " apart by '; '"
    )
    return [_field(layer, text, f"every centre lies {_NONE}") for layer in layers]


def _field(layer: AreaLayer, text: str, null: str) -> pa.Field:
    says = {"description": text.format(layer.name), "null": null}
    return pa.field(layer.name, pa.string(), metadata=says)


def with_cell_areas(cells: pa.Table, layers: Sequence[AreaLayer]) -> pa.Table:
    """The published cells with a column for each layer."""
    told = cells
    for layer, field in zip(layers, cell_columns(layers), strict=True):
        held = layer.holding(cells)
        texts = {cell: APART.join(labels) or None for cell, labels in held.items()}
        column = [texts[cell] for cell in cells["h3_cell"].to_pylist()]
        told = told.append_column(field, pa.array(column, pa.string()))
    return told


def with_hotspot_areas(
    spots: pa.Table, cells: pa.Table, layers: Sequence[AreaLayer]
) -> pa.Table:
    """The hot spots among those cells, with a column for each layer."""
    told = spots
    for layer, field in zip(layers, hotspot_columns(layers), strict=True):
        held = layer.holding(cells)
        column = [
            _most_first([label for cell in ids.split(" ") for label in held[cell]])
            for ids in spots["h3_cells"].to_pylist()
        ]
        told = told.append_column(field, pa.array(column, pa.string()))
    return told


def _most_first(labels: Sequence[str]) -> str | None:
    counted = sorted(Counter(labels).items(), key=lambda one: (-one[1], one[0]))
    return APART.join(label for label, _ in counted) or None
