"""Scores one force at one as-of: expectations, labels and hot spots, as rows."""

import pyarrow as pa

from transforms.reference.score_settings import Scoring
from transforms.scores.hotspots import Spots
from transforms.scores.labels.group_labels import labels
from transforms.scores.methods import Method
from transforms.scores.methods.expectation import side_by_side
from transforms.scores.table.harm_sums import harm_sums
from transforms.scores.table.rows import GroupScores, score_rows
from transforms.scores.view import View


def score_view(
    view: View,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Spots,
    keep_ids: bool = True,
) -> tuple[pa.Table, Spots]:
    """Score one view, monthly or daily: all groups' score rows, and its hot spots.

    `earlier` are the hot spots of the previous as-of, which give their ids to those of
    the same epoch.
    """
    expected = method.expect(view)
    harm = harm_sums(view, expected)
    groups = side_by_side([expected[slug] for slug in view.reported])
    scores = GroupScores(view, groups)
    spots = scores.hotspots(force, earlier, scoring.hotspots, keep_ids)
    table = score_rows(scores, harm, labels(view, scores.kept), spots)
    for name, value in {
        "h3_res": view.panel.resolution,
        "method": f"{method.NAME} {method.VERSION}",
        "universe_cells": len(view.cells),
        "universe_area_m2": round(float(view.areas_m2.sum()), 1),
    }.items():
        table = with_value(table, name, value)
    return table, spots


def with_value(table: pa.Table, name: str, value: object) -> pa.Table:
    """The table with one more column that has the same value in every row."""
    return table.append_column(name, pa.repeat(value, len(table)))
