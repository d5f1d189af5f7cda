"""The data of a map page: its rows at the newest as-of and before, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.place_labels import PlaceLabel
from transforms.publications.map.facts import MapFacts
from transforms.publications.map.labels import write_labels
from transforms.publications.map.pack import NULL, Columns, packed
from transforms.publications.map.rows import Earlier, Rows, codes, in_order, whole
from transforms.publications.map.series import Series, hundredths
from transforms.publications.map.spots import Spots
from transforms.publications.map.week_hours import WeekHours
from transforms.reference.arrays import Integers
from transforms.reference.bands import SLUGS
from transforms.scores.labels.emerging import CLASSES


COUNTS = ("n_prev_12m", "score_lo", "score_hi")
_HALF = 50


def payload(
    cells: pa.Table,
    earlier: Iterable[Earlier],
    facts: MapFacts,
    ground: dict[str, Any] | None = None,
    hours: WeekHours | None = None,
    labels: Sequence[PlaceLabel] = (),
) -> str:
    """The data of a page, packed."""
    rows = in_order(cells, facts)
    columns = Columns()
    words = _newest(rows, facts, columns)
    series, spots = Series(rows, facts), Spots(rows, facts)
    for one in earlier:
        series.add(one, spots.codes)
        spots.add(one)
    series.write(columns, spots.order())
    spots.write(columns)
    head = vars(facts) | {
        "groups": [vars(group) for group in facts.groups],
        "forces": [vars(force) for force in facts.forces],
        "bands": SLUGS,
        "classes": CLASSES,
        "words": words,
        "hotspots": spots.listed(),
        "ground": ground,
        "hours": hours and hours.write(facts, columns),
        "labels": write_labels(labels, columns),
        "blocks": [[b.group, b.force, b.start, b.stop] for b in rows.blocks],
    }
    del head["names_before"]  # which are among the hot spots
    return packed(head, columns)


def _newest(rows: Rows, facts: MapFacts, columns: Columns) -> dict[str, Any]:
    table = rows.table
    words = _cells(rows, facts, columns)
    for name in COUNTS:
        columns.plain(name, whole(table[name]))
    columns.plain("score_band", codes(table["score_band"], SLUGS))
    columns.plain("hotspot_class", codes(table["hotspot_class"], CLASSES))
    for name in ("score", "p_top1"):
        columns.plain(name, hundredths(table[name]))
    columns.steps("score_rank", _ranks_by_score(rows))
    columns.changes("expected_12m", *_year(rows, facts))
    # The page only warns if one incident makes up at least half of the harm.
    harm = hundredths(table["harm_top_share_12m"])
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


def _ranks_by_score(rows: Rows) -> Integers:
    """The ranks of each block from its highest score down, where they mostly rise."""
    rank, score = whole(rows.table["score_rank"]), hundredths(rows.table["score"])
    order = [
        block.start + np.argsort(-score[block.start : block.stop], kind="stable")
        for block in rows.blocks
    ]
    return rank[np.concatenate(order)] if order else rank


def _year(rows: Rows, facts: MapFacts) -> tuple[Integers, Integers]:
    """The year in tenths, and the score times the months supplied, its prediction."""
    months = np.zeros(rows.table.num_rows, dtype=np.int64)
    for block in rows.blocks:
        months[block.start : block.stop] = facts.forces[block.force].months_12m
    tenths = pc.floor(pc.add(pc.multiply(rows.table["expected_12m"], 10.0), 0.5))
    return whole(tenths), hundredths(rows.table["score"]) * months // 10
