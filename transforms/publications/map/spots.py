"""The hot spots of a page: their numbers, history of rank, and mix of crime groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.map.facts import SUPPLIED, MapFacts
from transforms.publications.map.pack import NULL, Columns
from transforms.publications.map.rows import PAST, Counted, Earlier, Past, Rows, codes
from transforms.reference.arrays import Integers


# The periods of the mix of crime: a year, or the weeks whose counts a page of days has.
MIXED = {"months": 12, "days": 28}


class Spots:
    """Hot spots of the newest as-of, then those of earlier ones that are gone."""

    def __init__(self, rows: Rows, facts: MapFacts) -> None:
        self.rows, self.facts = rows, facts
        self.codes = {spot.hotspot_id: at for at, spot in enumerate(facts.hotspots)}
        newest = {at: (s.rank, s.expected) for at, s in enumerate(facts.hotspots)}
        self.history: dict[int, dict[int, tuple[int, float]]] = {
            len(facts.as_ofs) - 1: newest
        }
        self.single = [at for at, group in enumerate(facts.groups) if group.single]
        shape = (len(self.single), len(facts.hotspots))
        self.mix = np.full(shape, NULL, dtype=np.int64)

    def add(self, earlier: Earlier) -> None:
        """Add an as-of's ranks, or the counts by which crime groups are mixed."""
        match earlier:
            case Past():
                at = self.facts.as_ofs.index(earlier.as_of)
                self.history.setdefault(at, {}).update(self._ranked(earlier.rows))
            case Counted():
                self._mix(earlier)

    def _ranked(self, rows: pa.Table) -> dict[int, tuple[int, float]]:
        """Each hot spot's rank in its group, and what its cells expect together."""
        listed = rows.filter(pc.is_valid(rows["hotspot_id"])).cast(PAST)
        keys = ["crime_group", "hotspot_id"]  # in order: a sum depends on it
        sums = listed.group_by(keys, use_threads=False).aggregate([("score", "sum")])
        ordered = sums.sort_by(
            [
                ("crime_group", "ascending"),
                ("score_sum", "descending"),
                ("hotspot_id", "ascending"),
            ]
        )
        found: dict[int, tuple[int, float]] = {}
        last, rank = None, 0
        for row in ordered.to_pylist():
            rank = rank + 1 if row["crime_group"] == last else 1
            last = row["crime_group"]
            found[self.codes[row["hotspot_id"]]] = (rank, row["score_sum"])
        return found

    def _mix(self, counted: Counted) -> None:
        """Recent incidents in the cells of each hot spot, by single category."""
        spot, cell = self._members(counted.force)
        if not len(spot):
            return
        recent = self.facts.months[-MIXED[self.facts.unit] :]
        [looks] = [f.looks for f in self.facts.forces if f.force == counted.force]
        listed = [
            month
            for month, look in zip(recent, looks[-len(recent) :], strict=True)
            if look == SUPPLIED
        ]
        rows = counted.rows.filter(pc.is_in(counted.rows["month"], pa.array(listed)))
        group = codes(rows["crime_group"], [g.slug for g in self.facts.groups])
        ids, number = rows["h3_cell"].to_numpy(), rows["incidents"].to_numpy()
        distinct, member = np.unique(cell, return_inverse=True)
        at = np.minimum(np.searchsorted(distinct, ids), len(distinct) - 1)
        shared = distinct[at] == ids
        for line, code in enumerate(self.single):
            mine = shared & (group == code)
            in_cell = np.bincount(at[mine], number[mine], len(distinct))
            self.mix[line, np.unique(spot)] = 0
            np.add.at(self.mix[line], spot, in_cell[member].astype(np.int64))

    def _members(self, force: str) -> tuple[Integers, Integers]:
        """The cells of a force's hot spots: the code of the hot spot, and the cell."""
        blocks = self.rows.of_force(force, self.facts)
        named = [spot.hotspot_id for spot in self.facts.hotspots]
        spot = codes(self.rows.table["hotspot_id"], named)
        mine = np.zeros(len(spot), dtype=bool)
        for block in blocks:
            mine[block.start : block.stop] = True
        mine &= spot != NULL
        return spot[mine], self.rows.cells[mine]

    def listed(self) -> list[dict[str, Any]]:
        """Id, name and numbers of each, by its code."""
        numbers = (
            "expected_12m",
            "harm_12m",
            "harm_score",
            "low",
            "high",
            "day",
            "night",
        )
        listed = [
            {"id": spot.hotspot_id, "name": spot.name}
            | {name: getattr(spot, name) for name in numbers}
            for spot in self.facts.hotspots
        ]
        names = self.facts.names_before
        return listed + [{"id": g, "name": names.get(g)} for g in self._gone()]

    def _gone(self) -> list[str]:
        """Those of earlier as-ofs alone, in order."""
        return sorted(list(self.codes)[len(self.facts.hotspots) :])

    def order(self) -> Integers:
        """Each code's place in the list, whatever was added first; then NULL for -1."""
        listed = [spot.hotspot_id for spot in self.facts.hotspots] + self._gone()
        place = {spot: at for at, spot in enumerate(listed)}
        return np.array([*(place[spot] for spot in self.codes), NULL], dtype=np.int64)

    def write(self, columns: Columns) -> None:
        """Rank and hundredths expected at each as-of, and the mix of the newest."""
        order = self.order()
        for at in reversed(range(len(self.facts.as_ofs))):
            ranked = self.history.get(at, {})
            rank = np.full(len(self.codes), NULL, dtype=np.int64)
            expected = rank.copy()
            for code, (place, incidents) in ranked.items():
                rank[order[code]] = place
                expected[order[code]] = int(incidents * 100 + 0.5)
            columns.plain(f"spot_rank.{at}", rank)
            columns.plain(f"spot_expected.{at}", expected)
        for line, code in enumerate(self.single):
            columns.plain(f"spot_mix.{code}", self.mix[line])
