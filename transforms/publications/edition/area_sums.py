"""The cells of each of the user's areas added up: a row for each force and group.

Counts and expectations add up. Intervals do not, so an area has none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

import sql
from transforms.lake.schemas import conform
from transforms.publications.schemas import AREAS


if TYPE_CHECKING:  # it imports GeoPandas, and most publications have no areas
    from transforms.publications.layers.areas import AreaLayer


def area_sums(
    layers: Sequence["AreaLayer"], cells: pa.Table, spots: pa.Table
) -> pa.Table:
    """The areas that contain the centre of any of those published cells.

    A cell in two areas of a layer counts in both, as one in two layers does.
    """
    if not layers:
        return AREAS.empty_table()
    within = pa.concat_tables([_within(layer, cells) for layer in layers])
    sums = sql.run("area_sums", {"within": within, "cells": cells, "spots": spots})
    return conform(sums, AREAS)


def _within(layer: "AreaLayer", cells: pa.Table) -> pa.Table:
    pairs = [
        (cell, label)
        for cell, labels in layer.containing(cells).items()
        for label in labels
    ]
    ids, areas = zip(*pairs, strict=True) if pairs else ((), ())
    return pa.table(
        {
            "layer": pa.repeat(layer.name, len(pairs)),
            "area": pa.array(areas, pa.string()),
            "h3_cell": pa.array(ids, pa.string()),
        }
    )
