"""Twins of searches: each counted by itself, and intervals found by bisection."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import h3


NO_ACTION = "A no further action disposal"
_Z = 1.959963984540054


def found(outcome: str | None, linked: bool | None) -> bool | None:
    """Whether a search found what was searched for; None where nobody knows."""
    if outcome == NO_ACTION:
        return False
    if linked is None:
        return None
    if not linked:
        return False
    return None if outcome is None else True


def search_counts(
    searches: Sequence[Mapping[str, Any]], periods: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str, str, str], tuple[int, int, int, int, int]]:
    """By period, area, breakdown and value: the five counts, one search at a time."""
    sums: dict[tuple[str, str, str, str], Counter[str]] = {}
    for search in searches:
        outcome, linked = search["outcome"], search["outcome_linked"]
        find = found(outcome, linked)
        values = {
            "all": "all",
            "object": search["object_of_search"] or "not stated",
            "officer-defined": search["officer_group"],
            "self-defined": search["self_group"],
        }
        for period, months in periods.items():
            for area in (search["area"], "whole force"):
                for breakdown, value in values.items():
                    if search["month"] in months:
                        one = sums.setdefault(
                            (period, area, breakdown, value), Counter()
                        )
                        one["n"] += 1
                        one["stated"] += outcome is not None
                        one["acted"] += outcome not in (None, NO_ACTION)
                        one["known"] += find is not None
                        one["finds"] += find is True
    names = ("n", "stated", "acted", "known", "finds")
    return {key: tuple(one[name] for name in names) for key, one in sums.items()}  # type: ignore[misc]


def area(point: tuple[float, float] | None, cells: Sequence[str], name: str) -> str:
    """The area of a point (longitude, latitude) beside cells of one resolution."""
    if point is None:
        return "not located"
    longitude, latitude = point
    resolution = h3.get_resolution(cells[0])
    fine = h3.latlng_to_cell(latitude, longitude, resolution)
    if fine in cells:
        return name
    own = h3.cell_to_parent(fine, 9)
    near = any(h3.grid_distance(h3.cell_to_parent(cell, 9), own) <= 1 for cell in cells)
    return "ring" if near else "rest of force"


def wilson(number: int, of: int) -> tuple[float, float]:
    """The shares that a test of 5 % does not reject, by bisection."""
    share = number / of

    def apart(true: float) -> float:
        return abs(share - true) - _Z * math.sqrt(true * (1 - true) / of)

    low = 0.0 if number == 0 else _root(apart, 0.0, share)
    high = 1.0 if number == of else _root(apart, 1.0, share)
    return low, high


def _root(apart: Callable[[float], float], outside: float, inside: float) -> float:
    for _ in range(200):
        middle = (outside + inside) / 2
        if apart(middle) > 0:
            outside = middle
        else:
            inside = middle
    return inside


def newcombe(
    one: tuple[int, int], other: tuple[int, int]
) -> tuple[float, float, float]:
    """The difference of two shares, with the limits of each."""
    (a, n), (b, m) = one, other
    p, q = a / n, b / m
    (low_p, high_p), (low_q, high_q) = wilson(a, n), wilson(b, m)
    below = math.sqrt((p - low_p) ** 2 + (high_q - q) ** 2)
    above = math.sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return p - q, p - q - below, p - q + above


def mantel_haenszel(
    strata: Sequence[tuple[int, int, int, int]],
) -> tuple[float, float]:
    """The ratio and the variance of its log: (a, n1, c, n0) of each stratum."""
    above = below = spread = 0.0
    for a, n1, c, n0 in strata:
        if n1 and n0:
            above += a * n0 / (n1 + n0)
            below += c * n1 / (n1 + n0)
            spread += (a + c) * n1 * n0 / (n1 + n0) ** 2
    return above / below, spread / (above * below)
