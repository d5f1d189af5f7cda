"""The numbers of the public page, worked out from the public tables alone.

Nothing else is read: who has the public files can compute each of them. A trend is of
areas that stay the same: cells of resolution 7 whose count is published in every
quarter of the trend, whole or as all seven children, which have the same incidents by
H3's hierarchy. The only cells that the page names are those with a count.

A sum of rounded counts is off by half of the rounding for each of them at most. That is
its `within`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.public.gate import by_key
from transforms.publications.public.table import COARSE
from transforms.reference import cells


TREND_QUARTERS = 12  # at most: each that is asked for loses areas
Row = dict[str, Any]
Areas = dict[int, list[int]]  # by cell of resolution 7


def totals(rows: pa.Table, rounding: int) -> list[Row]:
    """What is published and what is withheld, by force, group and quarter.

    `published` is the sum of the rounded counts, `areas` are cells of resolution 7, and
    `withheld` says how many of them have no count.
    """
    return [
        {"force": force, "crime_group": group, "period": period}
        | _total(table, rounding)
        for (force, group, period), table in by_key(rows).items()
    ]


def _total(table: pa.Table, rounding: int) -> dict[str, int]:
    published, within = _sum(table["incidents_rounded"].drop_null(), rounding)
    return {
        "published": published,
        "within": within,
        "areas": len(np.unique(_areas_of(table))),
        "withheld": pc.sum(table["suppressed"]).as_py(),
    }


def newest(every: Sequence[Row]) -> list[Row]:
    """Those of each force's and group's newest quarter."""
    return list({(row["force"], row["crime_group"]): row for row in every}.values())


def trends(rows: pa.Table, rounding: int) -> list[Row]:
    """The newest quarters of each force and group, and the areas with a count in each.

    `areas` has, by cell of resolution 7, the sum and its `within` for each quarter.
    """
    tables, found = by_key(rows), []
    for (force, group), keys in groupby(tables, key=lambda key: key[:2]):
        known = list(keys)[-TREND_QUARTERS:]
        parts = [_areas(tables[key], rounding) for key in known]
        same = sorted(set.intersection(*map(set, parts)))
        found.append(
            {
                "force": force,
                "crime_group": group,
                "quarters": [period for _, _, period in known],
                "areas": {f"{cell:x}": [part[cell] for part in parts] for cell in same},
            }
        )
    return found


def _areas(table: pa.Table, rounding: int) -> Areas:
    """Sum and `within` of each area with a count: a split one has all its children."""
    told = table.filter(pc.invert(table["suppressed"]))
    above, counts = _areas_of(told), told["incidents_rounded"].to_numpy()
    return {
        int(area): _sum(pa.array(counts[above == area]), rounding)
        for area in np.unique(above)
    }


def _sum(counts: pa.Array, rounding: int) -> list[int]:
    """The sum, and how far it can be off; a published 0 is exact."""
    some = pc.sum(pc.greater(counts, 0)).as_py() or 0
    return [pc.sum(counts).as_py() or 0, some * (rounding // 2)]


def _areas_of(table: pa.Table) -> np.ndarray:
    return cells.parents(cells.from_text(table["h3_cell"].to_pylist()), COARSE)


def maps(rows: pa.Table, bands: pa.Table) -> list[Row]:
    """The cells of each force's newest quarter that have a count.

    `cells` has of each its id, its rounded count and its band.
    """
    tables = by_key(rows)
    return [
        {
            "force": force,
            "crime_group": group,
            "period": period,
            "cells": list(_drawn(tables[force, group, period], shown)),
        }
        for (force, group, period), shown in _by_key(bands).items()
    ]


def _by_key(bands: pa.Table) -> dict[tuple[str, str, str], Mapping[str, str]]:
    found: dict[tuple[str, str, str], Mapping[str, str]] = {}
    keyed = bands.sort_by([(name, "ascending") for name in ("force", "crime_group")])
    rows = keyed.to_pylist()
    names = ("force", "crime_group", "period")
    for key, mine in groupby(rows, key=lambda row: tuple(row[n] for n in names)):
        found[key] = {row["h3_cell"]: row["score_band"] for row in mine}
    return found


def _drawn(table: pa.Table, bands: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    for row in table.to_pylist():
        if not row["suppressed"]:
            cell = row["h3_cell"]
            yield cell, row["incidents_rounded"], bands[cell]
