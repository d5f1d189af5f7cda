"""Expectations as rows of scores: ranked, banded, and only those worth keeping."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.cells import Cells, Floats
from transforms.groups import CrimeGroup
from transforms.scores.expectation import Expectation
from transforms.scores.intervals import negative_binomial_quantiles, predictive_size
from transforms.scores.view import View


# A band holds the cells ranked within so many in a hundred of the universe's cells.
BANDS = {"top_1pct": 1, "top_2pct": 2, "top_5pct": 5, "top_20pct": 20}
REST = "rest"
INTERVAL = (0.025, 0.975)


def ranks(score: Floats, cells: Cells) -> NDArray[np.int32]:
    """1 for the highest score; equal scores rank by cell id."""
    order = np.lexsort((cells, -score))
    rank = np.empty(len(score), dtype=np.int32)
    rank[order] = np.arange(1, len(score) + 1)
    return rank


def band_limits(universe_cells: int) -> dict[str, int]:
    """The last rank of each band: in whole numbers, since 0.05 x 60 is not 3."""
    return {band: -(-share * universe_cells // 100) for band, share in BANDS.items()}


def score_rows(group: CrimeGroup, seen: View, expected: Expectation) -> pa.Table:
    """The rows of one group: cells with incidents in 36 months, or in the top 5 %."""
    rank = ranks(expected.mean, seen.cells)
    limits = band_limits(len(rank))
    recorded = seen.of(seen.windows["36m"], group.categories) > 0
    kept = recorded | (rank <= limits["top_5pct"])
    rank, mean = rank[kept], expected.mean[kept]
    size = predictive_size(expected.information[kept])
    low, high = negative_binomial_quantiles(mean, size, INTERVAL)
    bands = np.searchsorted(list(limits.values()), rank)
    columns = {
        "crime_group": _constant(group.slug, len(rank)),
        "h3_cell": seen.cells[kept],
        "score": mean,
        "score_lo": low,
        "score_hi": high,
        "score_rank": rank,
        "score_pctile": 1 - (rank - 1) / len(seen.cells),
        "score_band": pa.DictionaryArray.from_arrays(
            pa.array(bands, pa.int32()), [*BANDS, REST]
        ),
    }
    return pa.table(columns | _counts(group, seen, kept))


def _counts(
    group: CrimeGroup, seen: View, kept: NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """Counts of each window, null where they rest on no month."""
    columns: dict[str, pa.Array] = {}
    for name, counts in seen.windows.items():
        months = seen.window_months[name]
        number = seen.of(counts, group.categories)[kept].astype(np.int32)
        count = pa.array(number) if months else pa.nulls(len(number), pa.int32())
        columns |= {
            f"n_{name}": count,
            f"months_{name}": pa.array(np.full(len(number), months, dtype=np.int8)),
        }
    return columns


def _constant(text: str, rows: int) -> pa.Array:
    codes = pa.array(np.zeros(rows, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, [text])
