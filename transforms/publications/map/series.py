"""The months of a page's rows: counts; score, band and hot spot of each as-of."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.publications.map.facts import SUPPLIED, GroupFact, MapFacts
from transforms.publications.map.pack import NULL, Columns
from transforms.publications.map.rows import Counted, Earlier, Past, Rows, codes, whole
from transforms.reference.arrays import Integers
from transforms.reference.bands import SLUGS, TOP_5
from transforms.reference.clocks import MONTHS
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


# For earlier as-ofs a precision of an eighth of a Poisson standard deviation is enough,
# which is the same step everywhere in the root of the score.
_HUNDREDTHS = 100
_STEPS_A_ROOT = 16


def hundredths(column: pa.ChunkedArray) -> Integers:
    """Fractions as whole numbers, with NULL for null."""
    return whole(pc.floor(pc.add(pc.multiply(column, float(_HUNDREDTHS)), 0.5)))


def roots(values: Integers) -> Integers:
    """Scores in steps that grow with them; the page computes the same."""
    known = np.maximum(values, 0) / _HUNDREDTHS
    steps = np.floor(np.sqrt(known) * _STEPS_A_ROOT + 0.5).astype(np.int64)
    return np.where(values == NULL, NULL, steps)


class Series:
    """Every row at every as-of and month: null, or 0, where there is nothing."""

    def __init__(self, rows: Rows, facts: MapFacts) -> None:
        shape = (len(facts.as_ofs), rows.table.num_rows)
        self.rows, self.facts = rows, facts
        self.roots = np.full(shape, NULL, dtype=np.int32)
        self.bands = np.full(shape, NULL, dtype=np.int8)
        self.spots = np.full(shape, NULL, dtype=np.int32)
        self.counts = np.full((len(facts.months), shape[1]), NULL, dtype=np.int32)
        newest, named = rows.table, [spot.hotspot_id for spot in facts.hotspots]
        self.roots[-1] = roots(hundredths(newest["score"]))
        self.bands[-1] = codes(newest["score_band"], SLUGS)
        self.spots[-1] = codes(newest["hotspot_id"], named)
        for block in rows.blocks:
            for at in self._counted_months(block.force, facts.groups[block.group]):
                self.counts[at, block.start : block.stop] = 0
        # of months, the newest is as published; of days, all are counted
        self._counted = len(self.counts) - (facts.unit == MONTHS.unit)
        self.counts[self._counted :] = whole(newest["n_1m"])

    def _counted_months(self, force: int, group: GroupFact) -> list[int]:
        """The months that count for a force and group, none before the group began."""
        looks = group.looks or self.facts.forces[force].looks
        born = GROUPS.get(group.slug)
        return [
            at
            for at, (month, look) in enumerate(
                zip(self.facts.months, looks, strict=True)
            )
            if look == SUPPLIED
            and (born is None or born.exists_in(Month.parse(month[:7])))  # of a day too
        ]

    def add(self, earlier: Earlier, known: dict[str, int]) -> None:
        """Add the scores or the counts of one force; hot spots by the codes known."""
        match earlier:
            case Past():
                self._add_scores(earlier, known)
            case Counted():
                self._add_counts(earlier)

    def _add_scores(self, past: Past, known: dict[str, int]) -> None:
        at = self.facts.as_ofs.index(past.as_of)
        score = roots(hundredths(past.rows["score"]))
        band = codes(past.rows["score_band"], SLUGS)
        ids = past.rows["hotspot_id"]
        for one in sorted(ids.unique().drop_null().to_pylist()):
            known.setdefault(one, len(known))
        spot = codes(ids, list(known))
        here, there = self.rows.at(past, self.facts)
        self.roots[at, here] = score[there]
        self.bands[at, here] = band[there]
        self.spots[at, here] = spot[there]

    def _add_counts(self, counted: Counted) -> None:
        month = codes(counted.rows["month"], self.facts.months)
        number = counted.rows["incidents"].to_numpy()
        here, there = self.rows.at(counted, self.facts)
        at = month[there]
        # nought already where the month counts
        counts = (self.counts[at, here] != NULL) & (at < self._counted)
        self.counts[at[counts], here[counts]] = number[there][counts]

    def write(self, columns: Columns, order: Integers) -> None:
        """Newest first, as changes from the next as-of; hot spots in that order."""
        self.spots = np.where(self.spots < 0, NULL, order[self.spots])
        self._write_counts(columns)
        _write_changes(columns, "root", self.roots)
        _write_changes(columns, "band", self.bands)
        columns.plain(f"spot.{len(self.spots) - 1}", self.spots[-1].astype(np.int64))
        _write_changes(columns, "spot", self.spots)

    def _write_counts(self, columns: Columns) -> None:
        """A row's months one after another: quiet cells are then runs of noughts.

        The year before the first as-of is that of the top 5 % alone.
        """
        counts = self.counts.T.astype(np.int64)
        recent = len(self.facts.as_ofs)
        top = self.bands[-1] < len(TOP_5)
        columns.plain("n", counts[:, -recent:].ravel())
        columns.plain("n_before", counts[top, :-recent].ravel())
        year = np.maximum(counts[:, -recent:], 0).sum(axis=1)
        columns.changes("n_12m", whole(self.rows.table["n_12m"]), year)


def _write_changes(columns: Columns, name: str, of: NDArray[np.integer]) -> None:
    for at in reversed(range(len(of) - 1)):
        now, then = (of[k].astype(np.int64) for k in (at, at + 1))
        columns.changes(f"{name}.{at}", now, then)
