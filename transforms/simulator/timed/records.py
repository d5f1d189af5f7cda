"""From what happened to what the force knows of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.reference.arrays import Floats, Integers
from transforms.simulator.timed.cascade import Cascade
from transforms.simulator.timed.clock import HOUR_US
from transforms.simulator.timed.ground import Ground, to_degrees
from transforms.simulator.timed.offences import Offence
from transforms.simulator.timed.reporting import Codes, first_reported, reported_days
from transforms.simulator.timed.truth import INCIDENTS


_MINUTE_US = 60_000_000
_DAY_US = 24 * HOUR_US


def record(
    found: Mapping[str, Cascade],
    offences: Mapping[str, Offence],
    ground: Ground,
    first_hour: int,
    rng: np.random.Generator,
) -> pa.Table:
    """All categories' incidents by time, as INCIDENTS has them."""
    category = np.repeat(np.arange(len(found)), [len(c.hours) for c in found.values()])
    hours = np.concatenate([c.hours for c in found.values()])
    order = np.argsort(hours, kind="stable")
    category = category[order]
    at_us = ((hours[order] + first_hour) * HOUR_US).astype(np.int64)
    points = np.concatenate([c.points_m for c in found.values()])[order]
    street = np.concatenate([c.street for c in found.values()])[order]
    parent = _parents(list(found.values()), order)
    traits = [offences[slug] for slug in found]
    code, codes = _codes(category, traits, rng)
    spans = _spans(at_us, category, traits, rng)
    days = reported_days(spans[1], rng)
    first = first_reported(points, code, category, codes, ~np.isnat(days[1]), rng)
    return pa.table(
        {
            "reference": _references(at_us),
            "category": _words(category, list(found)),
            "offence_code": _words(code, [text for _, text in codes]),
            "occurred_at": _moments(at_us),
            "occurred_from": _moments(spans[0]),
            "occurred_to": _moments(spans[1]),
            **_place("", points),
            "place_label": _words(street, ground.street_names),
            **_flags(category, traits, code, codes, rng),
            "parent": pa.array(parent, mask=parent < 0),
            "recorded_on": days[0],
            "revised_on": days[1],
            "deleted_on": days[2],
            "first_offence_code": _words(first[0], [text for _, text in codes]),
            **_place("first_", first[1]),
        },
        schema=INCIDENTS,
    )


def _parents(found: list[Cascade], order: Integers) -> Integers:
    """Each incident's parent as a row of the table."""
    before = np.cumsum([0, *(len(c.hours) for c in found)])
    own = [
        np.where(c.parent < 0, -1, c.parent + b)
        for c, b in zip(found, before, strict=False)
    ]
    row = np.append(np.empty(len(order), dtype=np.int64), -1)  # [-1]: of no parent
    row[order] = np.arange(len(order))
    return np.asarray(row[np.concatenate(own)[order]], dtype=np.int64)


def _codes(
    category: Integers, traits: list[Offence], rng: np.random.Generator
) -> tuple[Integers, Codes]:
    """An offence code of each incident's category."""
    codes = [(number, code) for number, t in enumerate(traits) for code in t.codes]
    chosen = np.empty(len(category), dtype=np.int64)
    for number, trait in enumerate(traits):
        own = np.array([i for i, (of, _) in enumerate(codes) if of == number])
        common = np.array(list(trait.codes.values()), dtype=np.float64)
        these = category == number
        chosen[these] = rng.choice(own, these.sum(), p=common / common.sum())
    return chosen, codes


def _spans(
    at_us: Integers, category: Integers, traits: list[Offence], rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """From when to when it may have been, on whole minutes; of most the same minute."""
    mean_us = np.array([t.span_hours for t in traits])[category] * HOUR_US
    before, after = rng.exponential(size=(2, len(at_us))) * mean_us
    first = (at_us - before.astype(np.int64)) // _MINUTE_US
    last = (at_us + after.astype(np.int64)) // _MINUTE_US + (mean_us > 0)
    return first * _MINUTE_US, last * _MINUTE_US


def _flags(
    category: Integers,
    traits: list[Offence],
    code: Integers,
    codes: Codes,
    rng: np.random.Generator,
) -> dict[str, Any]:
    sexual = np.array([text in traits[of].sexual_codes for of, text in codes])
    domestic = np.array([t.domestic_share for t in traits])[category]
    under_18 = np.array([t.under_18_share for t in traits])[category]
    return {
        "domestic": rng.random(len(category)) < domestic,
        "sexual": sexual[code],
        "under_18": rng.random(len(category)) < under_18,
    }


def _references(at_us: Integers) -> list[str]:
    """The force's own numbers, in the order of the incidents, and the year."""
    year = (at_us // _DAY_US).astype("datetime64[D]").astype("datetime64[Y]")
    short = (year.astype(np.int64) + 1970) % 100
    numbered = enumerate(short.tolist(), 1)
    return [f"AV/{number:07}/{ending:02}" for number, ending in numbered]


def _place(prefix: str, points_m: Floats) -> dict[str, Floats]:
    longitude, latitude = to_degrees(points_m).T
    return {f"{prefix}longitude": longitude, f"{prefix}latitude": latitude}


def _words(number: Integers, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(number.astype(np.int32), words)


def _moments(us: Integers) -> pa.Array:
    return pa.array(us, pa.int64()).cast(pa.timestamp("us", "UTC"))
