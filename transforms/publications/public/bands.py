"""Bands of the public cells: which are high, without how high.

A score to four digits is a weighted sum of monthly counts, from which the counts of a
quiet cell can be worked out; a band is one of five words. Only cells whose counts are
told are ranked, among each other: a hidden cell would leave a gap in a band, and the
gap would say where it ranks. A cell told as 0 ranks below all others: a high band would
say that there was something in months that are not told.

What a band still says is an order. A cell that ranks above another with more incidents
in the period had, or had around it, more before. So scores are best taken at the last
month of the period, of which everything is out, and the bands frozen with it.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms import cells
from transforms.disclosure.table import COARSE, FINE
from transforms.schemas import PUBLIC_BANDS, conform
from transforms.scores.table import REST, band_limits, ranks


def public_bands(table: pa.Table, scores: pa.Table, as_of: str) -> pa.Table:
    """The bands of one force's public cells of one period, at one as-of.

    `table` is as `public_table` makes it; `scores` has `crime_group`, `h3_cell`
    (resolution 9 or 10) and `score` (expected incidents in the next month) at the
    as-of. A cell's rank is that of the sum of its descendants' scores; a descendant
    without a row is among the quietest, and adds nothing. Ties break by cell id. The
    sum grows with area: a cell that was not split is larger than one that was.
    """
    found: NDArray[Any] = np.full(len(table), None, dtype=object)
    groups = np.array(table["crime_group"].to_pylist(), dtype=object)
    told = ~table["suppressed"].to_numpy()
    some = pc.greater(table["incidents_rounded"].fill_null(0), 0).to_numpy()
    ids = cells.from_text(table["h3_cell"].to_pylist())
    for group in set(groups):
        rows = scores.filter(pc.equal(scores["crime_group"].cast(pa.string()), group))
        ranked = np.flatnonzero((groups == group) & told)
        sums = np.where(some[ranked], _sums(ids[ranked], rows), -1.0)
        found[ranked] = _bands(sums, ids[ranked])
    columns = {name: table[name] for name in table.column_names}
    columns["as_of"] = pa.repeat(as_of, len(table))
    columns["score_band"] = pa.array(found.tolist(), pa.string())
    return conform(pa.table(columns), PUBLIC_BANDS)


def _sums(public: cells.Cells, scores: pa.Table) -> cells.Floats:
    """The sum of the scores below each public cell, of either resolution."""
    rows = scores.sort_by("h3_cell")  # whatever order they come in: the same sum
    scored = rows["h3_cell"].to_numpy()
    order = np.argsort(public)
    found = np.zeros(len(public))
    for resolution in (COARSE, FINE):
        above = cells.parents(scored, resolution)
        at = np.searchsorted(public, above, sorter=order)
        known = at < len(public)
        known[known] = public[order[at[known]]] == above[known]
        np.add.at(found, order[at[known]], rows["score"].to_numpy()[known])
    return found


def _bands(sums: cells.Floats, ids: cells.Cells) -> list[str]:
    rank = ranks(sums, ids)
    limits = list(band_limits(len(ids)).items())
    return [
        next((band for band, last in limits if place <= last), REST)
        for place in rank.tolist()
    ]
