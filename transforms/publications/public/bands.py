"""Bands of the public cells: which are high, but not how high.

A score to four digits is a weighted sum of monthly counts, from which the counts of a
quiet cell can be worked out; a band is one of five words. Only cells with published
counts are ranked, among themselves: a hidden cell would leave a gap in a band, and the
gap would reveal its rank. A cell published as 0 ranks below all others: a high band
would reveal that there were incidents in months that are not published.

A band still reveals an order. A cell that ranks above another with more incidents in
the period had more before, itself or around it. So scores are best taken at the last
month of the period, whose counts are all published, and the bands are frozen with it.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.lake.schemas import conform
from transforms.publications.public.table import COARSE, FINE
from transforms.publications.schemas import PUBLIC_BANDS
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats
from transforms.reference.bands import REST
from transforms.scores.table.rows import band_limits, ranks


def public_bands(table: pa.Table, scores: pa.Table, as_of: str) -> pa.Table:
    """The bands of one force's public cells of one period, at one as-of.

    `table` comes from `public_table`; `scores` has `crime_group`, `h3_cell` (resolution
    9 or 10) and `score` (expected incidents in the next month) at the as-of. A cell is
    ranked by the sum of its descendants' scores; a descendant without a row is among
    the quietest, and adds nothing. Ties break by cell id. The sum grows with area: a
    cell that was not split is larger than one that was.
    """
    band: NDArray[Any] = np.full(len(table), None, dtype=object)
    groups = np.array(table["crime_group"].to_pylist(), dtype=object)
    published = ~table["suppressed"].to_numpy()
    some = pc.greater(table["incidents_rounded"].fill_null(0), 0).to_numpy()
    ids = cells.from_text(table["h3_cell"].to_pylist())
    for group in set(groups):
        rows = scores.filter(pc.equal(scores["crime_group"].cast(pa.string()), group))
        ranked = np.flatnonzero((groups == group) & published)
        sums = np.where(some[ranked], _sums(ids[ranked], rows), -1.0)
        band[ranked] = _bands(sums, ids[ranked])
    columns = {name: table[name] for name in table.column_names}
    columns["as_of"] = pa.repeat(as_of, len(table))
    columns["score_band"] = pa.array(band.tolist(), pa.string())
    return conform(pa.table(columns), PUBLIC_BANDS)


def _sums(public: Cells, scores: pa.Table) -> Floats:
    """The sum of the scores within each public cell, of either resolution."""
    rows = scores.sort_by("h3_cell")  # a fixed order gives the same sum
    scored = rows["h3_cell"].to_numpy()
    order = np.argsort(public, kind="stable")
    sums = np.zeros(len(public))
    for resolution in (COARSE, FINE):
        above = cells.parents(scored, resolution)
        at = np.searchsorted(public, above, sorter=order)
        known = at < len(public)
        known[known] = public[order[at[known]]] == above[known]
        np.add.at(sums, order[at[known]], rows["score"].to_numpy()[known])
    return sums


def _bands(sums: Floats, ids: Cells) -> list[str]:
    rank = ranks(sums, ids)
    limits = list(band_limits(len(ids)).items())
    return [
        next((band for band, last in limits if place <= last), REST)
        for place in rank.tolist()
    ]
