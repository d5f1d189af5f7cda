"""What a map page carries: its rows at the newest as-of, and their past, in columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.labels.emerging import CLASSES
from transforms.publications.map_facts import MapFacts
from transforms.publications.map_pack import NULL, Columns, Whole, packed
from transforms.publications.map_rows import (
    BANDS,
    Past,
    Rows,
    codes,
    in_order,
    whole,
)


COUNTS = ("n_12m", "n_prev_12m", "score_lo", "score_hi", "score_rank")
# Of an earlier as-of an eighth of a Poisson's standard deviation is enough; the root
# of the score makes that the same step everywhere.
_HUNDREDTHS = 100
_HALF = 50
_STEPS_A_ROOT = 16


def payload(
    cells: pa.Table,
    pasts: Iterable[Past],
    facts: MapFacts,
    ground: dict[str, Any] | None = None,
) -> str:
    """Everything of a page that is not words about it, packed."""
    rows = in_order(cells, facts)
    columns = Columns()
    words = _newest(rows, facts, columns)
    _past(rows, pasts, facts, columns)
    head = asdict(facts) | {
        "bands": BANDS,
        "classes": CLASSES,
        "words": words,
        "ground": ground,
        "blocks": [[b.group, b.force, b.start, b.stop] for b in rows.blocks],
    }
    return packed(head, columns)


def _newest(rows: Rows, facts: MapFacts, columns: Columns) -> dict[str, Any]:
    table = rows.table
    words = _cells(rows, facts, columns)
    for name in COUNTS:
        columns.plain(name, whole(table[name]))
    columns.plain("score_band", codes(table["score_band"], BANDS))
    columns.plain("hotspot_class", codes(table["hotspot_class"], CLASSES))
    named = [spot.hotspot_id for spot in facts.hotspots]
    columns.plain("hotspot", codes(table["hotspot_id"], named))
    for name in ("score", "p_top1"):
        columns.plain(name, _hundredths(table[name]))
    columns.beside("expected_12m", *_year(rows, facts))
    # Of the harm the page only warns where one incident makes up half of it or more.
    harm = _hundredths(table["harm_top_share_12m"])
    columns.plain("harm_top_share", np.where(harm < _HALF, NULL, harm))
    return words


def _cells(rows: Rows, facts: MapFacts, columns: Columns) -> dict[str, Any]:
    """The cells, each once, with what is true of it whatever the group."""
    distinct, first, of_row = np.unique(
        rows.cells, return_index=True, return_inverse=True
    )
    columns.ids("cell_id", distinct.astype(np.uint64))
    columns.steps("cell", of_row.astype(np.int64))
    words = {}
    told = {name: name for name in ("place_label", "lsoa21cd")}
    # a user's name may be one of ours
    told |= {f"area.{name}": name for name in facts.areas}
    for name, column in told.items():
        coded = rows.table[column].take(pa.array(first)).combine_chunks()
        coded = coded.dictionary_encode()
        words[name] = coded.dictionary.to_pylist()
        columns.steps(name, whole(pa.chunked_array([coded.indices])))
    return words


def _hundredths(column: pa.ChunkedArray) -> Whole:
    return whole(pc.floor(pc.add(pc.multiply(column, float(_HUNDREDTHS)), 0.5)))


def _year(rows: Rows, facts: MapFacts) -> tuple[Whole, Whole]:
    """The year in tenths, and what so many months of the score alone would make it."""
    months = np.zeros(rows.table.num_rows, dtype=np.int64)
    for block in rows.blocks:
        months[block.start : block.stop] = facts.forces[block.force].months_12m
    tenths = pc.floor(pc.add(pc.multiply(rows.table["expected_12m"], 10.0), 0.5))
    return whole(tenths), _hundredths(rows.table["score"]) * months // 10


def roots(hundredths: Whole) -> Whole:
    """Scores in steps that grow with them; the page does the very same."""
    known = np.maximum(hundredths, 0) / _HUNDREDTHS
    steps = np.floor(np.sqrt(known) * _STEPS_A_ROOT + 0.5).astype(np.int64)
    return np.where(hundredths == NULL, NULL, steps)


def _past(rows: Rows, pasts: Iterable[Past], facts: MapFacts, columns: Columns) -> None:
    """Score, band and count of each as-of, newest first, as what changed from it."""
    held = _Past(rows, facts)
    for past in pasts:
        held.take(past)
    for at in reversed(range(len(facts.as_ofs))):
        columns.plain(f"n_1m.{at}", held.counts[at])
        if at + 1 < len(facts.as_ofs):
            columns.beside(f"root.{at}", held.roots[at], held.roots[at + 1])
            columns.beside(f"band.{at}", held.bands[at], held.bands[at + 1])


class _Past:
    """The as-of months of every row: those not told of are null, or nought."""

    def __init__(self, rows: Rows, facts: MapFacts) -> None:
        shape = (len(facts.as_ofs), rows.table.num_rows)
        self.rows, self.facts = rows, facts
        self.roots = np.full(shape, NULL, dtype=np.int32)
        self.bands = np.full(shape, NULL, dtype=np.int8)
        self.counts = np.full(shape, NULL, dtype=np.int32)
        self.roots[-1] = roots(_hundredths(rows.table["score"]))
        self.bands[-1] = codes(rows.table["score_band"], BANDS)
        self.counts[-1] = whole(rows.table["n_1m"])

    def take(self, past: Past) -> None:
        """Put the rows of one force and as-of where they belong."""
        at = self.facts.as_ofs.index(past.as_of)
        score = roots(_hundredths(past.rows["score"]))
        band = codes(past.rows["score_band"], BANDS)
        count = whole(past.rows["n_1m"])
        for block, here, there in self.rows.at(past, self.facts):
            # A cell that was not kept then had no incident, if the month was supplied.
            if self.facts.forces[block.force].supplied[at]:
                self.counts[at, block.start : block.stop] = 0
            self.roots[at, here] = score[there]
            self.bands[at, here] = band[there]
            self.counts[at, here] = count[there]
