"""What the user's own areas add to the published cells and hot spots.

A hot spot has the areas of its cells.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa


if TYPE_CHECKING:  # it brings GeoPandas, and most publications have no areas
    from transforms.publications.areas import AreaLayer

APART = "; "
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
_NONE = "in none of them, or its label starts as a spreadsheet formula does"


def cell_columns(layers: Sequence["AreaLayer"]) -> list[pa.Field]:
    """What the layers add to the published cells."""
    text = (
        "Area of the user's layer {} that the cell's centre lies in; several are"
        " alphabetical, apart by '; '"
    )
    return [_field(layer, text, f"the centre lies {_NONE}") for layer in layers]


def hotspot_columns(layers: Sequence["AreaLayer"]) -> list[pa.Field]:
    """What the layers add to the published hot spots."""
    text = (
        "Areas of the user's layer {} that its cells' centres lie in, most cells first,"
        " apart by '; '"
    )
    return [_field(layer, text, f"every centre lies {_NONE}") for layer in layers]


def _field(layer: "AreaLayer", text: str, null: str) -> pa.Field:
    says = {"description": text.format(layer.name), "null": null}
    return pa.field(layer.name, pa.string(), metadata=says)


def with_cell_areas(cells: pa.Table, layers: Sequence["AreaLayer"]) -> pa.Table:
    """The published cells with a column for each layer."""
    told = cells
    for layer, field in zip(layers, cell_columns(layers), strict=True):
        held = layer.holding(cells)
        texts = {cell: APART.join(labels) or None for cell, labels in held.items()}
        column = [texts[cell] for cell in cells["h3_cell"].to_pylist()]
        told = told.append_column(field, pa.array(column, pa.string()))
    return told


def with_hotspot_areas(
    spots: pa.Table, cells: pa.Table, layers: Sequence["AreaLayer"]
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
