"""Scores one force at one as-of: expectations, labels and hot spots, as rows."""

from collections.abc import Mapping

import pyarrow as pa

from transforms.reference.score_settings import Scoring
from transforms.scores.hotspots import Named
from transforms.scores.labels.group_labels import labels
from transforms.scores.methods import Method
from transforms.scores.table.harm_sums import harm_sums
from transforms.scores.table.rows import GroupScores, score_rows
from transforms.scores.view import View


Spots = Mapping[str, Named]  # by crime group: the cells of each hot spot


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
    of_group = {
        slug: GroupScores(group, view.counting(group), expected[slug])
        for slug, group in view.reported.items()
    }
    labelled = labels(view, {slug: one.kept for slug, one in of_group.items()})
    spots = {
        slug: one.hotspots(
            f"{force}-{slug}", earlier.get(slug, {}), scoring.hotspots, keep_ids
        )
        for slug, one in of_group.items()
    }
    table = score_rows(list(of_group.values()), harm, labelled, spots)
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
