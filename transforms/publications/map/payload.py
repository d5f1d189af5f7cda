"""The data of a map page: its rows at the newest as-of and before, in columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.map.facts import MapFacts
from transforms.publications.map.pack import NULL, Columns, packed
from transforms.publications.map.rows import Past, Rows, codes, in_order, whole
from transforms.reference.arrays import Integers
from transforms.reference.bands import SLUGS
from transforms.scores.labels.emerging import CLASSES


COUNTS = ("n_12m", "n_prev_12m", "score_lo", "score_hi", "score_rank")
# For earlier as-ofs a precision of an eighth of a Poisson standard deviation is enough,
# which is the same step everywhere in the root of the score.
_HUNDREDTHS = 100
_HALF = 50
_STEPS_A_ROOT = 16


def payload(
    cells: pa.Table,
    pasts: Iterable[Past],
    facts: MapFacts,
    ground: dict[str, Any] | None = None,
) -> str:
    """The data of a page, packed."""
    rows = in_order(cells, facts)
    columns = Columns()
    words = _newest(rows, facts, columns)
    _past(rows, pasts, facts, columns)
    head = asdict(facts) | {
        "bands": SLUGS,
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
    columns.plain("score_band", codes(table["score_band"], SLUGS))
    columns.plain("hotspot_class", codes(table["hotspot_class"], CLASSES))
    named = [spot.hotspot_id for spot in facts.hotspots]
    columns.plain("hotspot", codes(table["hotspot_id"], named))
    for name in ("score", "p_top1"):
        columns.plain(name, _hundredths(table[name]))
    columns.changes("expected_12m", *_year(rows, facts))
    # The page only warns if one incident makes up at least half of the harm.
    harm = _hundredths(table["harm_top_share_12m"])
    columns.plain("harm_top_share", np.where(harm < _HALF, NULL, harm))
    return words


def _cells(rows: Rows, facts: MapFacts, columns: Columns) -> dict[str, Any]:
    """The cells, each once, with what is true for all groups."""
    distinct, first, of_row = np.unique(
        rows.cells, return_index=True, return_inverse=True
    )
    columns.ids("cell_id", distinct.astype(np.uint64))
    columns.steps("cell", of_row.astype(np.int64))
    words = {}
    texts = {name: name for name in ("place_label", "lsoa21cd")}
    # a user's column may have the name of one of ours
    texts |= {f"area.{name}": name for name in facts.areas}
    for name, column in texts.items():
        coded = rows.table[column].take(pa.array(first)).combine_chunks()
        coded = coded.dictionary_encode()
        words[name] = coded.dictionary.to_pylist()
        columns.steps(name, whole(pa.chunked_array([coded.indices])))
    return words


def _hundredths(column: pa.ChunkedArray) -> Integers:
    return whole(pc.floor(pc.add(pc.multiply(column, float(_HUNDREDTHS)), 0.5)))


def _year(rows: Rows, facts: MapFacts) -> tuple[Integers, Integers]:
    """The year in tenths, and the score times the months supplied, its prediction."""
    months = np.zeros(rows.table.num_rows, dtype=np.int64)
    for block in rows.blocks:
        months[block.start : block.stop] = facts.forces[block.force].months_12m
    tenths = pc.floor(pc.add(pc.multiply(rows.table["expected_12m"], 10.0), 0.5))
    return whole(tenths), _hundredths(rows.table["score"]) * months // 10


def roots(hundredths: Integers) -> Integers:
    """Scores in steps that grow with them; the page computes the same."""
    known = np.maximum(hundredths, 0) / _HUNDREDTHS
    steps = np.floor(np.sqrt(known) * _STEPS_A_ROOT + 0.5).astype(np.int64)
    return np.where(hundredths == NULL, NULL, steps)


def _past(rows: Rows, pasts: Iterable[Past], facts: MapFacts, columns: Columns) -> None:
    """Score, band and count of each as-of, newest first, as changes from the next."""
    series = _Series(rows, facts)
    for past in pasts:
        series.add(past)
    for at in reversed(range(len(facts.as_ofs))):
        columns.plain(f"n_1m.{at}", series.counts[at])
        if at + 1 < len(facts.as_ofs):
            columns.changes(f"root.{at}", series.roots[at], series.roots[at + 1])
            columns.changes(f"band.{at}", series.bands[at], series.bands[at + 1])


class _Series:
    """The as-of months of every row: null, or 0, where there is no score."""

    def __init__(self, rows: Rows, facts: MapFacts) -> None:
        shape = (len(facts.as_ofs), rows.table.num_rows)
        self.rows, self.facts = rows, facts
        self.roots = np.full(shape, NULL, dtype=np.int32)
        self.bands = np.full(shape, NULL, dtype=np.int8)
        self.counts = np.full(shape, NULL, dtype=np.int32)
        self.roots[-1] = roots(_hundredths(rows.table["score"]))
        self.bands[-1] = codes(rows.table["score_band"], SLUGS)
        self.counts[-1] = whole(rows.table["n_1m"])

    def add(self, past: Past) -> None:
        """Add the rows of one force and as-of."""
        at = self.facts.as_ofs.index(past.as_of)
        score = roots(_hundredths(past.rows["score"]))
        band = codes(past.rows["score_band"], SLUGS)
        count = whole(past.rows["n_1m"])
        for block, here, there in self.rows.at(past, self.facts):
            # A cell that was not kept then had no incident, if the month was supplied.
            if self.facts.forces[block.force].supplied[at]:
                self.counts[at, block.start : block.stop] = 0
            self.roots[at, here] = score[there]
            self.bands[at, here] = band[there]
            self.counts[at, here] = count[there]
