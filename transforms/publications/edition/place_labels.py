"""The labels of a map: streets, venues and stations, and from how near each is shown.

Names come from incidents that are kept, and stand where most of those are that have the
name. The force's own files say "Bus/Coach Station", but name no railway station: those
of the British Transport Police do, where the home has them (decision 126).
"""

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

import pyarrow as pa

import sql
from transforms.lake.data_files import read_files
from transforms.lake.tables import TABLES
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.place_names import towns_of
from transforms.publications.formulas import is_safe
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.months import Month
from transforms.reference.place_labels import VENUE_KINDS, shown


RAILWAY_POLICE = "btp"
STATION, LANDMARK, STREET = range(3)
# A label has the level of the coarsest cell in which no other of its kind is more
# common: the map shows few far out, as evenly as they are spread, and more near by.
LEVELS = (6, 7, 8, 9)
_APART = 8  # in a cell of this resolution a name stands once
_OF_STATIONS = {
    "station": "station",
    "lu station": "Underground station",
    "dlr": "DLR station",
    "tram stop": "tram stop",
}
_STATION = re.compile(r"(.+?)\s*\(([^()]+)\)")
# Kinds of venue by which nobody finds the way: there is one in every street.
_EVERYWHERE = {
    "Nightclub", "Park/Open Space", "Parking Area", "Pedestrian Subway",
    "Petrol Station", "Sports/Recreation Area", "Supermarket",
}  # fmt: skip
_NAMED_LANDMARK = re.compile(
    r".*\b(Airport|Ferry Port|Ferry Terminal|Hospital|Pier|Pleasure Beach"
    r"|Shopping Centre|Stadium|Station|University)"
)


class PlaceLabel(NamedTuple):
    """A name on the map; by `SHOWN_FIRST`, those that are shown first come first."""

    kind: int  # STATION, LANDMARK or STREET
    level: int  # of LEVELS, from 0
    incidents: int  # negative, so that the most common is first
    name: str
    longitude: float
    latitude: float
    # the street of a kind of venue, and the town
    near: str | None = None


SHOWN_FIRST = itemgetter(*range(len(PlaceLabel._fields) - 1))  # by all but what is near


def place_labels(
    force: ForceEdition, span: Sequence[Month], kept: pa.Table
) -> list[PlaceLabel]:
    """The labels of a force's streets and venues in those months."""
    points = _points(kept, span[0], span[-1])
    return labels_of(points, _towns(force, points))


def stations(forces: Iterable[ForceEdition], span: Sequence[Month]) -> list[PlaceLabel]:
    """The railway stations that the British Transport Police name in those months.

    Each once: an odd record of it lies elsewhere.
    """
    columns = ("month", "longitude", "latitude", "in_area", "place_label")
    for force in forces:
        if force.force.id == RAILWAY_POLICE:
            rows = read_files(force.incidents, TABLES["incidents"], columns)
            points = _points(rows, span[0], span[-1])
            labels = labels_of(points, _towns(force, points))
            named: dict[str, PlaceLabel] = {}
            for label in sorted(labels, key=lambda one: one.incidents):
                if label.kind == STATION:
                    named.setdefault(label.name, label)
            return sorted(named.values(), key=SHOWN_FIRST)
    return []


def labels_of(
    points: pa.Table, towns: Sequence[str | None] | None = None
) -> list[PlaceLabel]:
    """The labels of points with `place_label`, `longitude`, `latitude`, `incidents`.

    `towns` has the town of each point. The most common of each kind come first.
    """
    labels, incidents = (points[n].to_pylist() for n in ("place_label", "incidents"))
    longitude, latitude = (points[n].to_numpy() for n in ("longitude", "latitude"))
    at = cells.index_points(longitude, latitude, LEVELS[-1])
    streets = _streets(labels, incidents, at.tolist())
    kinds = {label: _kind_and_name(label) for label in set(labels)}
    found = []
    for row, (label, number, cell, x, y) in enumerate(
        zip(
            labels,
            incidents,
            at.tolist(),
            longitude.tolist(),
            latitude.tolist(),
            strict=True,
        )
    ):
        kind, name = kinds[label]
        if name is None:
            continue
        street = streets.get(cell) if label in VENUE_KINDS else None
        parts = (street and shown(street), towns[row] if towns else None)
        near = ", ".join(part for part in parts if part) or None
        place = round(x, 5), round(y, 5)
        found.append((PlaceLabel(kind, 0, -number, name, *place, near), row))
    return levelled(found, at)


def levelled(found: list[tuple[PlaceLabel, int]], at: Cells) -> list[PlaceLabel]:
    """Those that have a cell of some level for themselves, with that level."""
    above = {level: cells.parents(at, level).tolist() for level in {*LEVELS, _APART}}
    taken: set[tuple[object, ...]] = set()
    kept = []
    for label, row in sorted(found, key=lambda one: SHOWN_FIRST(one[0])):
        named = (label.name, above[_APART][row])
        keys = [(label.kind, above[level][row]) for level in LEVELS]
        free = [level for level, key in enumerate(keys) if key not in taken]
        if free and named not in taken:
            taken |= {named, *keys}
            kept.append(label._replace(level=free[0]))
    return sorted(kept, key=SHOWN_FIRST)


def _kind_and_name(label: str) -> tuple[int, str | None]:
    """What a label is, and its name on the map; None if it helps nobody or is code."""
    kind, name = _called(label)
    return kind, name if name is not None and is_safe(name) else None


def _called(label: str) -> tuple[int, str | None]:
    station = _STATION.fullmatch(label)
    if station and (what := _OF_STATIONS.get(station[2].lower())):
        return STATION, f"{shown(station[1])} {what}"
    if label in _EVERYWHERE:
        return LANDMARK, None
    if label in VENUE_KINDS:
        return LANDMARK, label.capitalize()
    is_landmark = _NAMED_LANDMARK.fullmatch(label)
    return LANDMARK if is_landmark else STREET, shown(label)


def _streets(
    labels: Sequence[str], incidents: Sequence[int], at: Sequence[int]
) -> dict[int, str]:
    """The most common street of each cell."""
    ordered = sorted(zip(at, (-n for n in incidents), labels, strict=True))
    streets: dict[int, str] = {}
    for cell, _, label in ordered:
        if label not in VENUE_KINDS:
            streets.setdefault(cell, label)
    return streets


def _points(incidents: pa.Table, first: Month, last: Month) -> pa.Table:
    return sql.run(
        "place_points",
        {"incidents": incidents},
        first_month=str(first),
        last_month=str(last),
    )


def _towns(force: ForceEdition, points: pa.Table) -> list[str | None]:
    return towns_of(force, *(points[n].to_numpy() for n in ("longitude", "latitude")))
