"""The records of a drop's rows, the broken ones too: those are taken out afterwards."""

import numpy as np
import pyarrow as pa

from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.moments import Moments, as_utc
from transforms.feeds.police_uk.street import SCOTTISH_LATITUDE
from transforms.reference import cells
from transforms.reference import place_labels as places
from transforms.reference.arrays import Mask


def record_rows(file: DropFile, raw_sha256: str) -> pa.Table:
    """A record of every row; of a deleted one, which it is and no more."""
    count, live = len(file.drop.lines), ~file.deleted.yes
    facts = {**_what(file), **_when(file), **_where(file), **_flags(file)}
    return pa.table(
        {
            "force": pa.repeat(file.mapping.force, count),
            "raw_sha256": pa.repeat(raw_sha256, count),
            "raw_line": pa.array(file.drop.lines),
            "reference": file.reference.mapped(str.strip),
            "deleted": pa.array(file.deleted.yes),
            "updated_at": _ends(file.updated, count),
            **{name: _kept(column, live) for name, column in facts.items()},
        }
    )


def _ends(moments: Moments | None, count: int) -> pa.Array:
    """Those instants; of a date alone the day's last second."""
    if moments is None:
        return pa.nulls(count, pa.timestamp("us", "UTC"))
    return as_utc(moments.last, moments.known)


def _kept(column: pa.Array, live: Mask) -> pa.Array:
    """The column without what deleted records say."""
    return column.take(pa.array(np.arange(len(live)), mask=~live))


def _what(file: DropFile) -> dict[str, pa.Array]:
    mapping, columns = file.mapping, file.mapping.columns
    offence, label = file.offence, columns.place_label
    harm = pa.array([mapping.harm_of(text.strip()) for text in offence.texts])
    none = pa.nulls(len(file.drop.lines))
    coded = columns.offence_code is not None
    return {
        "category": offence.mapped(lambda text: mapping.category(text.strip())),
        "offence_code": offence.mapped(lambda t: t.strip() or None) if coded else none,
        "harm": harm.cast(pa.float64()).take(pa.array(offence.codes)),
        "place_label": file.drop.columns[label].mapped(places.place_label)
        if label
        else none,
    }


def _when(file: DropFile) -> dict[str, pa.Array]:
    began, ended = file.began, file.ended
    # without a latest time, a date alone still ends with its day
    last, known = began.last, began.known & began.whole_day
    whole_day = began.whole_day
    if ended:
        last = np.where(ended.known, ended.last, last)
        known = ended.known | known
        whole_day = whole_day | (ended.whole_day & ended.known)
    return {
        "occurred_from": as_utc(began.first, began.known),
        "occurred_to": as_utc(last, known),
        "time_precision": pa.array(np.where(whole_day, "day", "minute")),
        "time_ambiguous": pa.array(file.odd_hours("ambiguous")),
        "recorded_at": _ends(file.recorded, len(last)),
    }


def _where(file: DropFile) -> dict[str, pa.Array]:
    points, located = file.points, file.points.located
    found = {}
    for resolution in (9, 10):
        of_row = np.zeros(len(located), dtype=np.int64)
        of_row[located] = cells.index_points(
            points.longitude[located], points.latitude[located], resolution
        )
        found[f"h3_r{resolution}"] = pa.array(of_row, mask=~located)
    return {
        "longitude": pa.array(points.longitude, mask=~located),
        "latitude": pa.array(points.latitude, mask=~located),
        "location_precision": pa.array(np.where(located, "exact", "none")),
        "in_area": pa.array(located & (points.latitude < SCOTTISH_LATITUDE)),
        **found,
    }


def _flags(file: DropFile) -> dict[str, pa.Array]:
    none = pa.nulls(len(file.drop.lines))
    flags = {name: pa.array(flag.yes) for name, flag in file.flags.items()}
    return {name: flags.get(name, none) for name in ("domestic", "sexual", "under_18")}
