"""The labels of places on a map page: which it has, and how they are packed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.place_labels import (
    LANDMARK,
    LEVELS,
    SHOWN_FIRST,
    STATION,
    PlaceLabel,
    labels_of,
    levelled,
)
from transforms.publications.layers.landmarks import Landmarks
from transforms.publications.map.pack import NULL, Columns
from transforms.publications.map.rows import ids_of
from transforms.reference import cells
from transforms.reference.groups import ALL_CRIME


MOST_LABELS = 10_000  # of a page: about 200 kB; the least common streets are left out
MOST_LANDMARKS = 2_000  # of a page: the first of their file
_ROUND = 1e5  # parts of a degree: a metre
# Stations are near a page's cells where a cell of this resolution has so many of these:
# some forces have a few incidents far away.
_NEAR, _LEAST_CELLS = 5, 20


def month_labels(
    edition: MonthEdition, forces: Iterable[str], rows: pa.Table
) -> list[PlaceLabel]:
    """The labels of those forces, and the stations and landmarks near their cells."""
    stations = edition.stations
    own = [
        label
        for force in forces
        for label in edition.labels(force)
        if not (stations and label.kind == STATION)  # the railway police's own map
    ]
    near = _within(_areas_of(rows), stations) if stations else []
    return [
        *_given(edition.layers.landmarks, rows),
        *sorted([*own, *near], key=SHOWN_FIRST),
    ]


def day_labels(rows: pa.Table, landmarks: Landmarks | None = None) -> list[PlaceLabel]:
    """The names of a day's cells, at their middle: nothing that these do not say.

    The force's own landmarks come first.
    """
    group = pc.equal(rows["crime_group"], ALL_CRIME)
    mine = rows.filter(pc.and_(group, pc.is_valid(rows["place_label"])))
    longitude, latitude = cells.centres(ids_of(mine["h3_cell"]).astype(np.int64))
    points = pa.table(
        {
            "place_label": mine["place_label"],
            "longitude": longitude,
            "latitude": latitude,
            "incidents": pc.fill_null(mine["n_12m"], 0),
        }
    )
    return [*_given(landmarks, rows), *labels_of(points)]


def write_labels(labels: Sequence[PlaceLabel], columns: Columns) -> dict[str, Any]:
    """Each label's kind, level and place; its words are in the head, each once."""
    shown = labels[:MOST_LABELS]
    names = sorted({label.name for label in shown})
    near = sorted({label.near for label in shown if label.near})
    name_at, near_at = ({word: at for at, word in enumerate(w)} for w in (names, near))
    numbers = {
        "kind": [label.kind for label in shown],
        "level": [label.level for label in shown],
        "name": [name_at[label.name] for label in shown],
        "near": [near_at.get(label.near or "", NULL) for label in shown],
    }
    for column, values in numbers.items():
        columns.plain(f"label_{column}", np.array(values, dtype=np.int64))
    for column, degrees in zip(("lng", "lat"), _places(shown), strict=True):
        whole = np.rint(degrees * _ROUND).astype(np.int64)
        columns.steps(f"label_{column}", whole)
    return {"names": names, "near": near}


def _given(landmarks: Landmarks | None, rows: pa.Table) -> list[PlaceLabel]:
    """The user's landmarks near those cells, to stand before all other labels.

    Of two in one small cell the first of the file is shown.
    """
    if landmarks is None:
        return []
    published = ids_of(rows["h3_cell"].unique()).astype(np.int64)
    [near] = landmarks.near(published).nonzero()
    longitude, latitude = landmarks.longitude[near], landmarks.latitude[near]
    first = -len(landmarks.names)  # a label has the negative number of its incidents
    labels = [
        PlaceLabel(LANDMARK, 0, first + at, landmarks.names[at], float(x), float(y))
        for at, x, y in zip(
            near.tolist(), longitude.round(5), latitude.round(5), strict=True
        )
    ]
    at = cells.index_points(longitude, latitude, LEVELS[-1])
    return levelled([(one, row) for row, one in enumerate(labels)], at)[:MOST_LANDMARKS]


def _areas_of(rows: pa.Table) -> set[int]:
    """The areas in which those cells are, but for those with only a few of them."""
    many = Counter(_around(ids_of(rows["h3_cell"].unique()).astype(np.int64)))
    return {cell for cell, number in many.items() if number >= _LEAST_CELLS}


def _within(here: set[int], labels: Sequence[PlaceLabel]) -> list[PlaceLabel]:
    at = _around(cells.index_points(*_places(labels), _NEAR))
    return [one for one, cell in zip(labels, at, strict=True) if cell in here]


def _places(labels: Sequence[PlaceLabel]) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([label.longitude for label in labels], dtype=np.float64),
        np.array([label.latitude for label in labels], dtype=np.float64),
    )


def _around(at: np.ndarray) -> list[int]:
    return [int(cell) for cell in cells.parents(at, _NEAR)]
