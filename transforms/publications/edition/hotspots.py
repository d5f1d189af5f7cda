"""Hot spots as published: their cells combined, with a name."""

import pyarrow as pa

import sql
from transforms.lake.schemas import conform
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.formulas import withhold_code
from transforms.publications.schemas import HOTSPOTS
from transforms.reference.groups import group_categories
from transforms.reference.months import Month
from transforms.reference.place_labels import VENUE_KINDS


NAMES = pa.schema({"hotspot_id": pa.string(), "place_label": pa.string()})
NAME_WINDOW_MONTHS = 36


def published_hotspots(published: pa.Table, names: pa.Table) -> pa.Table:
    """The hot spots among published cells, by force, group and rank.

    `names` come from `hotspot_names`.
    """
    spots = sql.run("hotspots", {"cells": published, "names": names})
    return withhold_code(conform(spots, HOTSPOTS))


def hotspot_names(
    force: ForceEdition, as_of: Month, rows: pa.Table, kept: pa.Table
) -> pa.Table:
    """The most common street of each hot spot of a force, or kind of venue.

    `rows` are its scores, and `kept` its incidents. A table of `hotspot_id` and
    `place_label`.
    """
    span = force.counted_span(as_of, NAME_WINDOW_MONTHS)
    members = rows.select(["hotspot_id", "crime_group", "h3_cell"])
    listed = members.filter(members["hotspot_id"].is_valid())
    return sql.run(
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
