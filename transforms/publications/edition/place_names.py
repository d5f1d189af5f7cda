"""Names by which people find a place: street, kind of venue, town.

"Rainford Gardens (shopping area), Liverpool" can be found; "Shopping Area" is the name
of a dozen places in each force.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.publications.edition.force_edition import ForceEdition
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.forces import FORCES
from transforms.reference.groups import group_categories
from transforms.reference.months import Month
from transforms.reference.place_labels import VENUE_KINDS, shown


Window = tuple[Month, Month]


def titled(
    label: str | None, street: str | None = None, town: str | None = None
) -> str | None:
    """One name of a label and, if that is a kind of venue, the street that it is in."""
    if label is None:
        return None
    if label in VENUE_KINDS and street not in (None, label):
        label = f"{street} ({label.lower()})"
    label = shown(label)
    return label if town is None else f"{label}, {town}"


def cell_names(
    force: ForceEdition,
    ids: Cells,
    labels: Sequence[str | None],
    streets: Sequence[str | None],
) -> pa.Array:
    """The names of those cells, of their most common labels and streets."""
    towns = towns_of(force, *cells.centres(ids))
    return pa.array(map(titled, labels, streets, towns), pa.string())


def spot_names(
    force: ForceEdition, span: Window, kept: pa.Table, members: pa.Table
) -> pa.Table:
    """A table of `hotspot_id` and `place_label`: those that have a name."""
    found = sql.run(
        "hotspot_places",
        {
            "incidents": kept,
            "members": members,
            "groups": group_categories(),
            "venues": venues(),
        },
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[1]),
    )
    ids, labels, streets = (column.to_pylist() for column in found.columns)
    towns = dict(zip(*_towns_of_spots(force, members), strict=True))
    names = [
        titled(label if label in VENUE_KINDS else street, street, towns[spot])
        for spot, label, street in zip(ids, labels, streets, strict=True)
    ]
    return pa.table(
        {
            "hotspot_id": pa.array(ids, pa.string()),
            "place_label": pa.array(names, pa.string()),
        }
    )


def venues() -> pa.Table:
    """The labels that name a kind of place and not a street, as queries take them."""
    return pa.table({"place_label": list(VENUE_KINDS)})


def _towns_of_spots(
    force: ForceEdition, members: pa.Table
) -> tuple[list[str], list[str | None]]:
    """The town of the middle of each hot spot's cells."""
    coded = pc.dictionary_encode(members["hotspot_id"].cast(pa.string()))
    coded = coded.combine_chunks()
    of = coded.indices.to_numpy()
    lonlat = cells.centres(members["h3_cell"].to_numpy())
    times = np.bincount(of, minlength=len(coded.dictionary))
    middle = [np.bincount(of, axis, len(coded.dictionary)) / times for axis in lonlat]
    return coded.dictionary.to_pylist(), towns_of(force, *middle)


def towns_of(
    force: ForceEdition, longitude: np.ndarray, latitude: np.ndarray
) -> list[str | None]:
    """The towns of those places; a made-up force has streets, but no real towns."""
    if force.force.id not in FORCES or not len(longitude):
        return [None] * len(longitude)
    # Imported here: it needs GeoPandas, which a run that publishes nothing does not.
    from transforms.publications.layers.open_ground.reading import towns_near

    return towns_near(longitude, latitude)
