"""The columns that the user's own areas add to the published cells and hot spots.

A hot spot has the areas of its cells.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from transforms.lake.schemas import TEXT, column


if TYPE_CHECKING:  # it imports GeoPandas, and most publications have no areas
    from transforms.publications.layers.areas import AreaLayer

APART = "; "
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
_NONE = (
    "in none of them, or the label starts like a formula, contains < or >, or is over"
    " 255 characters"
)


def cell_columns(layers: Sequence["AreaLayer"]) -> list[pa.Field]:
    """The columns that the layers add to the published cells."""
    text = (
        "Area of the user's layer {} that contains the cell's centre; several are in"
        " alphabetical order, separated by '; '"
    )
    return [_field(layer, text, f"the centre is {_NONE}") for layer in layers]


def hotspot_columns(layers: Sequence["AreaLayer"]) -> list[pa.Field]:
    """The columns that the layers add to the published hot spots."""
    text = (
        "Areas of the user's layer {} that contain its cells' centres, most cells"
        " first, separated by '; '"
    )
    return [_field(layer, text, f"every centre is {_NONE}") for layer in layers]


def _field(layer: "AreaLayer", text: str, null: str) -> pa.Field:
    return column(layer.name, TEXT, text.format(layer.name), null)


def with_cell_areas(cells: pa.Table, layers: Sequence["AreaLayer"]) -> pa.Table:
    """The published cells with a column for each layer."""
    table = cells
    for layer, field in zip(layers, cell_columns(layers), strict=True):
        labels_of = layer.containing(cells)
        texts = {c: APART.join(labels) or None for c, labels in labels_of.items()}
        column = [texts[cell] for cell in cells["h3_cell"].to_pylist()]
        table = table.append_column(field, pa.array(column, pa.string()))
    return table


def with_hotspot_areas(
    spots: pa.Table, cells: pa.Table, layers: Sequence["AreaLayer"]
) -> pa.Table:
    """The hot spots among those cells, with a column for each layer."""
    table = spots
    for layer, field in zip(layers, hotspot_columns(layers), strict=True):
        labels_of = layer.containing(cells)
        column = [
            _most_first([label for cell in ids.split(" ") for label in labels_of[cell]])
            for ids in spots["h3_cells"].to_pylist()
        ]
        table = table.append_column(field, pa.array(column, pa.string()))
    return table


def _most_first(labels: Sequence[str]) -> str | None:
    counted = sorted(Counter(labels).items(), key=lambda one: (-one[1], one[0]))
    return APART.join(label for label, _ in counted) or None
