"""The rows of a map page, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.selection import whole_or_top
from transforms.publications.map.facts import MapFacts
from transforms.publications.map.pack import NULL
from transforms.reference.arrays import Integers


REQUIRED = ("force", "crime_group", "h3_cell", "score", "score_rank", "score_band")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("force", "crime_group", "h3_cell")]
    + [(name, pa.string()) for name in ("score_band", "hotspot_class", "hotspot_id")]
    + [(name, pa.string()) for name in ("place_label", "lsoa21cd")]
    + [(name, pa.int32()) for name in ("score_lo", "score_hi", "score_rank")]
    + [(name, pa.int32()) for name in ("n_1m", "n_12m", "n_prev_12m")]
    + [(name, pa.float64()) for name in ("score", "expected_12m", "p_top1")]
    + [("harm_top_share_12m", pa.float64())]
)
# What differs between the ids of cells of one resolution is in their lower bits.
_CELL_BITS = 52
PAST = pa.schema(
    [
        ("crime_group", pa.string()),
        ("h3_cell", pa.uint64()),
        ("score", pa.float64()),
        ("score_band", pa.string()),
        ("hotspot_id", pa.string()),
    ]
)
COUNTED = pa.schema(
    [
        ("crime_group", pa.string()),
        ("h3_cell", pa.int64()),
        ("month", pa.string()),
        ("incidents", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Past:
    """One force's scores at an earlier as-of month, with the columns of a page."""

    force: str
    as_of: str
    rows: pa.Table


@dataclass(frozen=True)
class Counted:
    """One force's incidents by crime group, cell and month; none of nought."""

    force: str
    rows: pa.Table


Earlier: TypeAlias = Past | Counted


@dataclass(frozen=True)
class Block:
    """The consecutive rows of one crime group in one force, by cell."""

    group: int
    force: int
    start: int
    stop: int


def mapped(
    cells: pa.Table,
    whole: Sequence[str],
    areas: Sequence[str] = (),
    also: pa.Array | None = None,
) -> pa.Table:
    """The published cells that a page shows: all of some groups, 5 % of the others.

    `also` says of each cell whether it is shown in any case.
    """
    return _selected(whole_or_top(cells, whole, also), areas)


def _selected(cells: pa.Table, areas: Sequence[str]) -> pa.Table:
    schema = pa.schema([*SCHEMA, *((name, pa.string()) for name in areas)])
    return cells.select(schema.names).cast(schema)


@dataclass(frozen=True)
class Rows:
    """The newest rows in the page's order: by crime group, force and cell."""

    table: pa.Table
    blocks: tuple[Block, ...]
    _keyed: dict[str, tuple[Integers, Integers]] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Integers:
        """Each row's cell, as a number."""
        return ids_of(self.table["h3_cell"]).astype(np.int64)

    def of_force(self, force: str, facts: MapFacts) -> list[Block]:
        """The blocks of one force."""
        return [b for b in self.blocks if facts.forces[b.force].force == force]

    def at(self, earlier: Earlier, facts: MapFacts) -> tuple[Integers, Integers]:
        """The rows that there are here and there of a force, group and cell."""
        here, mine = self._of_force(earlier.force, facts)
        if not len(mine):
            return here, here
        group = _places(earlier.rows["crime_group"], [g.slug for g in facts.groups])
        theirs = _keys(group, earlier.rows["h3_cell"].to_numpy().astype(np.int64))
        at = np.minimum(np.searchsorted(mine, theirs), len(mine) - 1)
        shared = np.flatnonzero(mine[at] == theirs)
        return here[at[shared]], shared

    def _of_force(self, force: str, facts: MapFacts) -> tuple[Integers, Integers]:
        """The rows of a force in their order, by group and cell, and their keys."""
        if force not in self._keyed:
            blocks = self.of_force(force, facts)
            spans = [np.arange(block.start, block.stop) for block in blocks]
            here = np.concatenate([np.zeros(0, np.int64), *spans])
            sizes = np.array([block.stop - block.start for block in blocks], np.int64)
            groups = np.array([block.group for block in blocks], np.int64)
            keys = _keys(np.repeat(groups, sizes), self.cells[here])
            self._keyed[force] = here, keys
        return self._keyed[force]


def in_order(cells: pa.Table, facts: MapFacts) -> Rows:
    """The newest rows, each in its block."""
    rows = _selected(cells, facts.areas)
    if empty := [name for name in REQUIRED if rows[name].null_count]:
        raise ValueError(f"the map takes scored cells only; null in {empty}")
    group = codes(rows["crime_group"], [g.slug for g in facts.groups])
    force = codes(rows["force"], [f.force for f in facts.forces])
    order = np.lexsort((ids_of(rows["h3_cell"]), force, group))
    key = (group * len(facts.forces) + force)[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    stops = [*starts[1:].tolist(), len(key)]
    blocks = tuple(
        Block(*divmod(int(key[start]), len(facts.forces)), int(start), int(stop))
        for start, stop in zip(starts, stops, strict=len(starts) > 0)
    )
    return Rows(rows.take(pa.array(order)).combine_chunks(), blocks)


def codes(column: pa.ChunkedArray, known: Sequence[str]) -> Integers:
    """Each word's place among those known; `ValueError` for an unknown one."""
    if words := sorted(set(column.unique().drop_null().to_pylist()) - {*known}):
        raise ValueError(f"unknown to the map: {words}")
    return _places(column, known)


def _places(column: pa.ChunkedArray, known: Sequence[str]) -> Integers:
    """The same, with NULL for an unknown one."""
    coded = column.combine_chunks().dictionary_encode()
    place = pc.index_in(coded.dictionary, value_set=pa.array(list(known), pa.string()))
    return whole(place.take(coded.indices))


def _keys(group: Integers, cell: Integers) -> Integers:
    """One number of a crime group and a cell, in the order of both."""
    return (group << _CELL_BITS) | (cell & ((1 << _CELL_BITS) - 1))


def whole(column: pa.ChunkedArray | pa.Array) -> Integers:
    """Whole numbers, with NULL for null."""
    filled = pc.fill_null(column.cast(pa.int64()), NULL)
    return np.asarray(filled.to_numpy(), dtype=np.int64)


def ids_of(column: pa.ChunkedArray) -> np.ndarray:
    """Cells as numbers."""
    return np.array([int(text, 16) for text in column.to_pylist()], dtype=np.uint64)
