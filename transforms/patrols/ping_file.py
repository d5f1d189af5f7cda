"""A file of pings read: units hashed at once, places looked up, coordinates let go."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.feeds.force.drop_formats.drop import Drop
from transforms.feeds.force.moments import as_utc, read_moments
from transforms.feeds.force.places import read_points
from transforms.lake.schemas import PINGS, plain
from transforms.patrols.ground import NOWHERE, Ground
from transforms.patrols.log_rules import MOST_OFFICERS
from transforms.patrols.mapping import word_of
from transforms.patrols.ping_mapping import PingMapping
from transforms.records.home_key import HomeKey
from transforms.reference.arrays import Floats, Mask
from transforms.reference.days import LONDON
from transforms.restricted import Restricted


MOST_ACCURACY_M = 50.0
MOST_M_S = 50.0
_HASH_BYTES = 8
_PLAIN = pa.schema([plain(field) for field in PINGS])
# Why a ping is dropped, in the order in which it is looked at.
RULES = {
    "unit": "it names no unit",
    "times": "its time is none of the mapping's format",
    "future": "it is later than the reading of the file",
    "bounds": "its place lies outside Great Britain",
    "accuracy": f"its place is not known to {MOST_ACCURACY_M:g} m",
    "officers": f"the officers are no whole number from 1 to {MOST_OFFICERS}",
    "role": "the role is a word that the mapping does not list",
    "mode": "the mode is a word that the mapping does not list",
    "background": "whether it is of the programme is said in an unlisted word",
    "past": "it is older than pings are kept, or of days that were erased",
    "duplicate": "another ping has its unit and moment",
    "speed": f"the unit's next ping is further than {MOST_M_S:g} metres a second reach",
}


@dataclass(frozen=True)
class ReadPings:
    """The pings of a file that count, and how many do not by each rule."""

    pings: Restricted  # as PINGS
    dropped: Counter[str]


def read_pings(
    drop: Drop,
    mapping: PingMapping,
    ground: Ground,
    key: HomeKey,
    of_all: dict[str, str],
    kept: tuple[date, datetime],
) -> ReadPings:
    """Read a file's pings; `kept` is the first day that is kept, and now."""
    columns, count = mapping.columns, len(drop.lines)
    first_day, now = kept
    moments = read_moments(drop.columns[columns.at], None, mapping.times)
    points = read_points(drop, columns, mapping.crs)
    unit = drop.columns[columns.unit]
    role, odd_role = _word(drop, columns.role, mapping.roles, mapping.role)
    mode, odd_mode = _word(drop, columns.mode, mapping.modes, mapping.mode)
    officers = _officers(drop, mapping)
    flag, never = mapping.background, np.zeros(count, dtype=bool)
    background = odd_background = never
    if flag:
        listed = {*flag.yes, *flag.no}
        background = drop.columns[flag.column].where(lambda t: t.strip() in flag.yes)
        odd_background = ~drop.columns[flag.column].where(lambda t: t.strip() in listed)
    at = moments.first
    oldest = datetime.combine(first_day, time(), LONDON)
    broken: dict[str, Mask] = {
        "unit": ~unit.where(lambda text: bool(text.strip())),
        "times": ~moments.known | moments.whole_day,
        "future": at > _instant(now),
        "bounds": ~points.located,
        "accuracy": _inexact(drop, columns.accuracy_m),
        "officers": ~((officers >= 1) & (officers <= MOST_OFFICERS)),
        "role": odd_role | pc.is_null(role).to_numpy(zero_copy_only=False),
        "mode": odd_mode,
        "background": odd_background,
        "past": at < _instant(oldest),
    }
    good, dropped = np.ones(count, dtype=bool), Counter[str]()
    for rule, mask in broken.items():
        dropped[rule] = int((mask & good).sum())
        good &= ~mask
    marks = [key.mark(b"unit:" + text.strip().encode()) for text in unit.texts]
    hashes = pa.array(
        [bytes.fromhex(mark)[:_HASH_BYTES] for mark in marks], pa.binary()
    )
    units, moment = hashes.take(pa.array(unit.codes)), as_utc(at, moments.known)
    rows = np.flatnonzero(good)
    located = pa.table(
        {
            "row": rows,
            "unit": units.take(rows),
            "reported_at": moment.take(pa.array(rows)),
            "longitude": points.longitude[rows],
            "latitude": points.latitude[rows],
        }
    )
    faults = sql.run("ping_faults", {"pings": located}, most_m_s=MOST_M_S)
    dropped.update(faults["rule"].to_pylist())
    good[faults["row"].to_numpy()] = False
    rows = np.flatnonzero(good)
    place = ground.places_at(points.longitude[rows], points.latitude[rows])
    names = pa.array(ground.place_ids)
    taken = pa.array(rows)
    found: dict[str, Any] = {
        **{name: pa.repeat(text, len(rows)) for name, text in of_all.items()},
        "day": _days(moment.take(taken)),
        "unit": units.take(taken),
        "reported_at": moment.take(taken),
        "place_id": names.take(pa.array(place, mask=place == NOWHERE)),
        "officers": pa.array(officers[rows].astype(np.int32)),
        "role": role.take(taken),
        "mode": mode.take(taken),
        "background": pa.array(background).take(taken),
    }
    pings = pa.table({name: found[name] for name in _PLAIN.names}).cast(_PLAIN)
    return ReadPings(Restricted(pings), +dropped)


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def _days(moments: pa.Array) -> pa.Array:
    """The day in London of each moment, as text.

    Written once for each day, not for each moment: that took a fifth of all reading.
    """
    local = pc.local_timestamp(moments.cast(pa.timestamp("us", LONDON.key)))
    days = local.cast(pa.date32(), safe=False).dictionary_encode()
    written = pa.array(map(str, days.dictionary.to_pylist()), pa.string())
    return written.take(days.indices)


def _inexact(drop: Drop, column: str | None) -> Mask:
    if column is None:
        return np.zeros(len(drop.lines), dtype=bool)
    metres = drop.columns[column].numbers(lambda text: _number(text, 0.0))
    return ~((metres >= 0) & (metres <= MOST_ACCURACY_M))


def _officers(drop: Drop, mapping: PingMapping) -> Floats:
    if mapping.columns.officers is None:
        return np.full(len(drop.lines), float(mapping.officers or 0))
    numbers = drop.columns[mapping.columns.officers].numbers(
        lambda text: _number(text, np.nan)
    )
    return np.where(numbers % 1 == 0, numbers, np.nan)


def _number(text: str, otherwise: float) -> float:
    """A number; of an empty text the other one, and of what is none NaN."""
    if not text.strip():
        return otherwise
    try:
        return float(text)
    except ValueError:
        return np.nan


def _word(
    drop: Drop, column: str | None, words: Any, of_all: str | None
) -> tuple[pa.Array, Mask]:
    """Each row's word in ours, and which rows have one that is not listed."""
    if column is None:
        count = len(drop.lines)
        every = pa.repeat(of_all, count) if of_all else pa.nulls(count, pa.string())
        return every, np.zeros(count, dtype=bool)
    listed, texts = word_of(words), drop.columns[column]
    odd = texts.where(lambda t: bool(t.strip()) and t.strip() not in listed)
    return texts.mapped(lambda t: listed.get(t.strip())).cast(pa.string()), odd
