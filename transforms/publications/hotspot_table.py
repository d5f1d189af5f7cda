"""Hot spots as published: their cells taken together, with a name."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.groups import group_categories
from transforms.months import Month, window
from transforms.places import VENUE_KINDS
from transforms.publications.force_edition import ForceEdition
from transforms.publications.formulas import withhold_formulas
from transforms.schemas import HOTSPOTS, conform


NAME_WINDOW_MONTHS = 36
_KEYS = ["force", "crime_group", "hotspot_id"]
_SUMS = (
    "score", "n_1m", "n_12m", "n_prev_12m", "expected_12m", "harm_12m", "harm_score",
    "cell_area_m2",
)  # fmt: skip
# Of the highest cell, which comes first.
_FIRST = (
    "as_of", "months_12m", "months_prev_12m", "hotspot_class", "h3_cell", "lsoa21cd",
    "lat", "lon",
)  # fmt: skip
_RENAMED = {
    "score_sum": "expected",
    "cell_area_m2_sum": "area_m2",
    "h3_cell_first": "top_cell",
    "h3_cell_count": "cells",
    "p_top1_max": "p_top1",
}


def published_hotspots(published: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """The hot spots among published cells, by force, group and rank."""
    members = published.filter(pc.is_valid(published["hotspot_id"]))
    members = members.sort_by([(k, "ascending") for k in (*_KEYS, "score_rank")])
    # by itself "first" would pass over a null, and answer for a lower cell
    very_first = pc.ScalarAggregateOptions(skip_nulls=False)
    asked: list[tuple[Any, ...]] = [(name, "sum") for name in _SUMS]
    asked += [(name, "first", very_first) for name in _FIRST]
    asked += [("h3_cell", "count"), ("h3_cell", "list"), ("p_top1", "max")]
    # one thread: the first and the list of the cells go by their order
    grouped = members.group_by(_KEYS, use_threads=False).aggregate(asked)
    grouped = grouped.append_column(
        "h3_cells", pc.binary_join(grouped["h3_cell_list"], " ")
    ).drop_columns(["h3_cell_list"])
    grouped = grouped.rename_columns(
        [
            _RENAMED.get(n, n.rpartition("_")[0] if _is_ours(n) else n)
            for n in grouped.column_names
        ]
    )
    called = [names.get(spot) for spot in grouped["hotspot_id"].to_pylist()]
    named = grouped.append_column("name", pa.array(called, pa.string()))
    return withhold_formulas(conform(_ranked(named), HOTSPOTS))


def _is_ours(name: str) -> bool:
    return name.endswith(("_sum", "_first"))


def hotspot_names(
    force: ForceEdition, as_of: Month, rows: pa.Table, kept: pa.Table
) -> dict[str, str]:
    """The commonest street of each hot spot of a force, or kind of venue.

    `rows` are its scores, and `kept` its incidents.
    """
    span = window(as_of, NAME_WINDOW_MONTHS)
    members = rows.select(["hotspot_id", "crime_group", "h3_cell"])
    listed = members.filter(members["hotspot_id"].is_valid())
    found = sql.run(
        "hotspot_places",
        {
            "incidents": kept,
            "members": listed,
            "groups": group_categories(),
            "venues": pa.table({"place_label": list(VENUE_KINDS)}),
        },
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )
    return dict(
        zip(
            found["hotspot_id"].to_pylist(),
            found["place_label"].to_pylist(),
            strict=True,
        )
    )


def _ranked(spots: pa.Table) -> pa.Table:
    """In order of force, group and expected incidents, and numbered so."""
    spots = spots.sort_by(
        [
            ("force", "ascending"),
            ("crime_group", "ascending"),
            ("expected", "descending"),
            ("hotspot_id", "ascending"),
        ]
    )
    rank, ranks, before = 0, [], None
    for key in zip(
        spots["force"].to_pylist(), spots["crime_group"].to_pylist(), strict=True
    ):
        rank = rank + 1 if key == before else 1
        ranks.append(rank)
        before = key
    return spots.append_column("hotspot_rank", pa.array(ranks, pa.int32()))
