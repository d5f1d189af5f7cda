"""The table of searches: find rates, their differences, and where searches were."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from transforms.lake.schemas import conform
from transforms.reference.arrays import Integers
from transforms.searches.counts import Period
from transforms.searches.ethnicity import GROUPS, OTHER_LABEL, REFERENCE
from transforms.searches.ground import NOT_LOCATED, WHOLE, Ground
from transforms.searches.rates import Within, difference, share
from transforms.searches.schemas import SEARCHES


OBJECT, ALL = "object", "all"
USUAL_GROUP = "serious-violence-proxy"  # what hot spot patrols are paid for
_DECIMALS = 6
_COUNTED = ("n", "n_known_outcome", "actions", "n_known_find", "finds")
_KEY = ("period", "area", "breakdown", "value")
Key = tuple[str, str, str, str]
Counts = Mapping[Key, Mapping[str, int]]


def search_table(
    force: str,
    crime_group: str,
    ground: Ground,
    spans: Sequence[Period],
    counted: pa.Table,
    incidents: Mapping[str, Integers | None],
) -> pa.Table:
    """Every area by every value that the force has, also where there is no search.

    `counted` is of `count_searches`; `incidents` has, by period, those of each area,
    and None for a period of which no month was supplied.
    """
    counts = _by_key(counted)
    values = list(_values(counts))
    rows = []
    for span in spans:
        about = {
            "force": force,
            "crime_group": crime_group,
            "period": span.name,
            "first_month": str(span.span[0]),
            "last_month": str(span.span[-1]),
            "months": len(span.supplied),
        }
        beside = incidents.get(span.name)
        for area in (*ground.areas, WHOLE):
            for breakdown, value in values:
                key = (span.name, area, breakdown, value)
                row = dict(zip(_KEY, key, strict=True)) | _row(counts, key)
                if breakdown == ALL and area != NOT_LOCATED:
                    row |= _parts(counts, span.name, area, ground, beside)
                rows.append(about | row)
    return conform(pa.Table.from_pylist(rows, schema=SEARCHES), SEARCHES)


def _by_key(counted: pa.Table) -> Counts:
    return {
        (row["period"], row["area"], row["breakdown"], row["value"]): row
        for row in counted.to_pylist()
    }


def _values(counts: Counts) -> Iterator[tuple[str, str]]:
    """The rows of an area: all, the objects by their number, the groups of both fields.

    A group stands there also if nobody is of it, but for labels that are of none.
    """
    yield ALL, ALL
    found = {(b, v) for _, _, b, v in counts}
    number: dict[str, int] = {}
    for (_, area, breakdown, value), row in counts.items():
        if area == WHOLE and breakdown == OBJECT:
            number[value] = max(number.get(value, 0), row["n"])
    for value in sorted(number, key=lambda value: (-number[value], value)):
        yield OBJECT, value
    for field, groups in GROUPS.items():
        yield from ((field, group) for group in groups)
        if (field, OTHER_LABEL) in found:
            yield field, OTHER_LABEL


def _row(counts: Counts, key: Key) -> dict[str, Any]:
    """The columns of one area and value."""
    known = counts.get(key, {})
    row: dict[str, Any] = {name: known.get(name, 0) for name in _COUNTED}
    acted = share(row["actions"], row["n_known_outcome"])
    row["share_action"] = _rounded(acted.value) if acted else None
    found = _found(counts, key)
    if found:
        row |= _named(found, ("share_find", "lo", "hi"))
    *area, field, group = key
    other = _found(counts, (area[0], area[1], field, REFERENCE))
    if field in GROUPS and group != REFERENCE and found and other:
        apart = difference(found, other)
        row |= _named(apart, ("difference", "difference_lo", "difference_hi"))
    return row


def _found(counts: Counts, key: Key) -> Within | None:
    known = counts.get(key)
    return share(known["finds"], known["n_known_find"]) if known else None


def _parts(
    counts: Counts, period: str, area: str, ground: Ground, incidents: Integers | None
) -> dict[str, Any]:
    """The area's part of the located searches, and of the located incidents."""
    located = [name for name in ground.areas if name != NOT_LOCATED]
    searches = [counts.get((period, a, ALL, ALL), {}).get("n", 0) for a in located]
    mine = [area in (name, WHOLE) for name in located]
    row: dict[str, Any] = {"share_of_searches": _share_of(searches, mine)}
    if incidents is not None:
        each = [int(incidents[ground.areas.index(name)]) for name in located]
        row["incidents"] = sum(
            n for n, is_mine in zip(each, mine, strict=True) if is_mine
        )
        row["share_of_incidents"] = _share_of(each, mine)
    return row


def _share_of(numbers: Sequence[int], mine: Sequence[bool]) -> float | None:
    whole = sum(numbers)
    return _rounded(_sum_of(numbers, mine) / whole) if whole else None


def _sum_of(numbers: Sequence[int], mine: Sequence[bool]) -> int:
    return sum(n for n, is_mine in zip(numbers, mine, strict=True) if is_mine)


def _named(found: Within, names: Sequence[str]) -> dict[str, float]:
    numbers = (found.value, found.low, found.high)
    return dict(zip(names, map(_rounded, numbers), strict=True))


def _rounded(number: float) -> float:
    """Adding 0.0 turns -0.0 into 0.0."""
    return round(number, _DECIMALS) + 0.0
