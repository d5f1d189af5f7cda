"""Hot spots as published: their cells combined, with a name, an interval and a past."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.lake.schemas import conform
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.place_names import spot_names
from transforms.publications.formulas import withhold_code
from transforms.publications.schemas import HOTSPOTS
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.table.hotspot_intervals import Intervals, hotspot_intervals


NAMES = pa.schema({"hotspot_id": pa.string(), "place_label": pa.string()})
NAME_WINDOW_MONTHS = 36


def published_hotspots(
    published: pa.Table, names: pa.Table, ranks: pa.Table, as_of: Month
) -> pa.Table:
    """The hot spots among published cells, by force, group and rank.

    `names` come from `hotspot_names`, and `ranks` from `hotspot_ranks`.
    """
    spots = sql.run("hotspots", {"cells": published, "names": names})
    singles = [slug for slug, group in GROUPS.items() if len(group.categories) == 1]
    mix = sql.run(
        "hotspot_mix",
        {"cells": published, "singles": pa.table({"crime_group": singles})},
    )
    at = pc.index_in(spots["hotspot_id"], value_set=mix["hotspot_id"])
    columns = {
        "mix_12m": mix["mix_12m"].take(at),
        **_intervals(spots, published),
        **_history(spots, ranks, as_of),
    }
    for name, values in columns.items():
        spots = spots.append_column(name, values)
    return withhold_code(conform(spots, HOTSPOTS))


def _intervals(spots: pa.Table, published: pa.Table) -> dict[str, pa.Array]:
    """The range that the next month's count of each should be in."""
    members = published.filter(pc.is_valid(published["hotspot_id"]))
    of = pc.index_in(members["hotspot_id"], value_set=spots["hotspot_id"])
    score, low, high = (
        members[name].to_numpy() for name in ("score", "score_lo", "score_hi")
    )
    numbers = of.to_numpy().astype(np.int64)
    ends = hotspot_intervals(score, Intervals(low, high), numbers, len(spots))
    return {"expected_lo": pa.array(ends.low), "expected_hi": pa.array(ends.high)}


def _history(spots: pa.Table, ranks: pa.Table, as_of: Month) -> dict[str, pa.Array]:
    """What each was at the as-of month before, and since when its id is in use."""
    ids, forces = (spots[name].to_pylist() for name in ("hotspot_id", "force"))
    before = str(as_of + -1)
    known: dict[str, dict[str, int]] = {}
    scored = set()
    for row in ranks.select(
        ["force", "as_of", "hotspot_id", "hotspot_rank"]
    ).to_pylist():
        known.setdefault(row["hotspot_id"], {})[row["as_of"]] = row["hotspot_rank"]
        scored.add((row["force"], row["as_of"]))
    previous = [known.get(spot, {}).get(before) for spot in ids]
    change: list[Any] = [
        None if (force, before) not in scored else "new" if rank is None else "kept"
        for force, rank in zip(forces, previous, strict=True)
    ]
    firsts = [min(known.get(spot, {str(as_of): 0})) for spot in ids]
    return {
        "change": pa.array(change, pa.string()),
        "previous_rank": pa.array(previous, pa.int32()),
        "first_as_of": pa.array(firsts, pa.string()),
    }


def hotspot_names(
    force: ForceEdition, as_of: Month, rows: pa.Table, kept: pa.Table
) -> pa.Table:
    """The names of each hot spot of a force: street, kind of venue, town.

    `rows` are its scores, and `kept` its incidents. A table of `hotspot_id` and
    `place_label`.
    """
    span = force.counted_span(as_of, NAME_WINDOW_MONTHS)
    members = rows.select(["hotspot_id", "crime_group", "h3_cell"])
    listed = members.filter(members["hotspot_id"].is_valid())
    return spot_names(force, (span[0], span[-1]), kept, listed)
