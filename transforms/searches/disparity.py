"""Rates by residents, and their ratio: of a group and of White, with what bounds it.

Residents are not who is on the street. So the ratio within LSOAs stands beside that of
the whole force, and beside both what they would be if all whose ethnicity is not stated
were of one group or the other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.lake.schemas import conform
from transforms.reference.strata import Strata
from transforms.searches.counts import Period
from transforms.searches.ethnicity import GROUPS, NOT_STATED, REFERENCE, group_of
from transforms.searches.rates import FEWEST, around, rate_ratio, ratio
from transforms.searches.residents import Residents
from transforms.searches.schemas import DISPARITY


_DECIMALS = 6
_FIELDS = {
    "officer-defined": "officer_defined_ethnicity",
    "self-defined": "self_defined_ethnicity",
}


@dataclass(frozen=True)
class Disparity:
    """The table of rates, and how many searches it could not use."""

    table: pa.Table  # as DISPARITY
    used: int  # searches of the longest period with a listed LSOA
    not_used: int  # all others of it: without a place, or in no listed LSOA


@dataclass(frozen=True)
class Pair:
    """A group beside the one it is compared with, in each LSOA."""

    searches: Sequence[int]
    residents: Sequence[int]
    other_searches: Sequence[int]
    other_residents: Sequence[int]
    not_stated: int  # searches

    def row(self) -> dict[str, float]:
        """The ratio, its interval and bounds, and the ratio within LSOAs."""
        n, of = sum(self.searches), sum(self.residents)
        n_b, of_b = sum(self.other_searches), sum(self.other_residents)
        crude = ratio(n, of, n_b, of_b)
        if crude is None:
            return {}
        found = {"ratio": crude.value, "lo": crude.low, "hi": crude.high}
        found["least"] = rate_ratio(n, of, n_b + self.not_stated, of_b)
        found["most"] = rate_ratio(n + self.not_stated, of, n_b, of_b)
        strata = Strata(*(np.array(part, dtype=float) for part in self._parts))
        if strata.ratio > 0:
            within = around(strata.ratio, strata.variance)
            names = ("within_lsoas", "within_lo", "within_hi")
            numbers = (within.value, within.low, within.high)
            found |= dict(zip(names, numbers, strict=True))
        return found

    @property
    def _parts(self) -> tuple[Sequence[int], ...]:
        return (
            self.searches,
            self.residents,
            self.other_searches,
            self.other_residents,
        )


def disparity(
    force: str,
    spans: Sequence[Period],
    stops: pa.Table,
    lsoas: Sequence[str | None],
    residents: Residents,
) -> Disparity:
    """The rates of both fields over the longest period, of stops with their LSOAs."""
    longest = max(spans, key=lambda span: len(span.span))
    about = {
        "force": force,
        "period": longest.name,
        "first_month": str(longest.span[0]),
        "last_month": str(longest.span[-1]),
        "months": len(longest.supplied),
    }
    rows = []
    for field, column in _FIELDS.items():
        labels = map(group_of, stops[column].to_pylist())
        placed = Counter(zip(lsoas, labels, strict=True))
        rows += [about | row for row in _rows(field, placed, residents)]
    used = sum(lsoa is not None for lsoa in lsoas)
    table = conform(pa.Table.from_pylist(rows, schema=DISPARITY), DISPARITY)
    return Disparity(table, used, len(lsoas) - used)


def _rows(
    field: str, placed: Mapping[tuple[str | None, str], int], residents: Residents
) -> Iterator[dict[str, Any]]:
    """A row for each group that residents have, as that field has it."""
    lsoas = sorted(residents)
    stated = [group for group in GROUPS[field] if group != NOT_STATED]
    searches = {g: [placed.get((lsoa, g), 0) for lsoa in lsoas] for g in stated}
    living = {g: [residents[lsoa].get(g, 0) for lsoa in lsoas] for g in stated}
    unstated = sum(placed.get((lsoa, NOT_STATED), 0) for lsoa in lsoas)
    for group in stated:
        n, of = sum(searches[group]), sum(living[group])
        row: dict[str, Any] = {"field": field, "value": group, "n": n, "residents": of}
        if n >= FEWEST and of:
            row["rate_per_1000"] = round(1000 * n / of, _DECIMALS)
        if group != REFERENCE:
            pair = Pair(
                searches[group],
                living[group],
                searches[REFERENCE],
                living[REFERENCE],
                unstated,
            )
            row |= {name: round(v, _DECIMALS) for name, v in pair.row().items()}
        yield row
