"""What happens in an area: its categories beside those of the force, and their harm."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.programmes.around import poisson_interval


# Recorded mostly where officers look for it: a sign of activity, not of harm done.
FOUND_BY_OFFICERS = ("drugs", "possession-of-weapons")


@dataclass(frozen=True, kw_only=True)
class CategoryRow:
    """One category in an area, beside its share in the force."""

    category: str
    incidents: int
    share: float  # of the area's incidents
    quotient: float | None  # that share by the force's: the location quotient
    low: float | None  # 95 % interval of the quotient
    high: float | None


def category_rows(
    area: Mapping[str, int], force: Mapping[str, int]
) -> list[CategoryRow]:
    """The categories of an area, the most frequent first."""
    here, there = sum(area.values()), sum(force.values())
    rows = []
    for category, number in area.items():
        expected = here * force.get(category, 0) / there if there else 0.0
        low, high = poisson_interval(number)
        known = expected > 0
        rows.append(
            CategoryRow(
                category=category,
                incidents=number,
                share=number / here,
                quotient=number / expected if known else None,
                low=low / expected if known else None,
                high=high / expected if known else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.incidents, row.category))


@dataclass(frozen=True)
class Harm:
    """Crime harm of some incidents, in the unit of the weights."""

    total: float
    gravest_share: float  # of the total: its single gravest incident, 0 to 1


def harm_of(harm: Sequence[float], gravest: Sequence[float]) -> Harm:
    """Of incidents in parts: the harm of each part, and of the gravest one in it."""
    total = math.fsum(harm)
    return Harm(total, max(gravest) / total if total else 0.0)


def found_by_officers(numbers: Mapping[str, int]) -> float:
    """Share of incidents that are mostly found by officers, 0 to 1."""
    total = sum(numbers.values())
    found = sum(numbers.get(category, 0) for category in FOUND_BY_OFFICERS)
    return found / total if total else 0.0
