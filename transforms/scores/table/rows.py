"""Expectations as rows of scores: ranked, banded, labelled, and only those to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.cells import Cells, Floats
from transforms.groups import CrimeGroup
from transforms.hotspots import Named, clusters, named
from transforms.labels.emerging import CLASSES
from transforms.scores.expectation import Expectation
from transforms.scores.group_labels import Labels
from transforms.scores.harm_sums import HarmSums
from transforms.scores.intervals import (
    monthly_size,
    negative_binomial_quantiles,
    predictive_size,
)
from transforms.scores.top_share import top_probability
from transforms.scores.view import View
from transforms.scoring import HotspotLimits


# A band holds the cells ranked within so many in a hundred of the universe's cells.
BANDS = {"top_1pct": 1, "top_2pct": 2, "top_5pct": 5, "top_20pct": 20}
REST = "rest"
INTERVAL = (0.025, 0.975)
_WORDS = {
    "score_band": [*BANDS, REST],
    "hotspot_class": list(CLASSES),
}


def ranks(score: Floats, cells: Cells) -> NDArray[np.int32]:
    """1 for the highest score; equal scores rank by cell id."""
    order = np.lexsort((cells, -score))
    rank = np.empty(len(score), dtype=np.int32)
    rank[order] = np.arange(1, len(score) + 1)
    return rank


def band_limits(universe_cells: int) -> dict[str, int]:
    """The last rank of each band: in whole numbers, since 0.05 x 60 is not 3."""
    return {band: -(-share * universe_cells // 100) for band, share in BANDS.items()}


@dataclass(frozen=True)
class GroupScores:
    """One crime group's scores of every cell of a view."""

    group: CrimeGroup
    seen: View
    expected: Expectation

    @cached_property
    def rank(self) -> NDArray[np.int32]:
        """Of each cell, by score."""
        return ranks(self.expected.mean, self.seen.cells)

    @cached_property
    def limits(self) -> dict[str, int]:
        """The last rank of each band."""
        return band_limits(len(self.rank))

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Cells with incidents of the group in the longest window, or the top 5 %."""
        counts = self.seen.windows[self.seen.clock.longest]
        recorded = self.seen.of(counts, self.group.categories) > 0
        return np.asarray(recorded | (self.rank <= self.limits["top_5pct"]))

    def hotspots(self, prefix: str, earlier: Named, limits: HotspotLimits) -> Named:
        """Its hot spots: the cells of each by id."""
        seen = self.seen
        mean, links = self.expected.mean, seen.links[0]
        rows = clusters(self.rank, mean, links, seen.areas_m2, limits)
        spots = named(prefix, [seen.cells[spot] for spot in rows], earlier)
        return {spot: frozenset(cells.tolist()) for spot, cells in spots.items()}

    def named(self, spots: Named) -> NDArray[np.object_]:
        """The hot spot of each kept cell, None where it is in none."""
        ids = np.full(len(self.seen.cells), None)
        for spot, cells in spots.items():
            ids[np.searchsorted(self.seen.cells, list(cells))] = spot
        return ids[self.kept]

    def columns(self) -> dict[str, NDArray[Any]]:
        """What is told of its kept cells: NaN, or a code below nought, is null."""
        expected, rank = self.expected, self.rank[self.kept]
        mean = expected.mean[self.kept]
        months = self.seen.of(self.seen.steps, self.group.categories)
        size = predictive_size(expected.rate_shape[self.kept], monthly_size(months))
        low, high = negative_binomial_quantiles(mean, size, INTERVAL)
        year = self.seen.clock.year
        return {
            "h3_cell": self.seen.cells[self.kept],
            "score": mean,
            f"expected_{year}": expected.usual[self.kept] * self.seen.terms_of(year),
            "score_lo": low,
            "score_hi": high,
            "score_rank": rank,
            "score_pctile": 1 - (rank - 1) / len(self.rank),
            "score_band": np.searchsorted(list(self.limits.values()), rank),
            "p_top1": top_probability(expected, self.limits["top_1pct"], self.kept),
            **{
                f"n_{name}": self._kept_of(counts).astype(np.int32)
                for name, counts in self.seen.windows.items()
            },
        }

    def _kept_of(self, counts: Floats) -> Floats:
        return self.seen.of(counts, self.group.categories)[self.kept]


def score_rows(
    groups: Sequence[GroupScores],
    harm: HarmSums,
    labelled: Mapping[str, Labels],
    spots: Mapping[str, Named],
) -> pa.Table:
    """The kept rows of the groups of a view, one after another.

    Made a table once for all: what a small force costs is calls, not rows.
    """
    seen = harm.seen
    parts = [
        {
            **one.columns(),
            **harm.columns(one.group, one.kept),
            **labelled[one.group.slug].columns(),
            "hotspot_id": one.named(spots[one.group.slug]),
        }
        for one in groups
    ]
    table = {
        name: _column(name, np.concatenate([part[name] for part in parts]))
        for name in parts[0]
    }
    unit, rows = seen.clock.unit, len(table["h3_cell"])
    # a chunk a group: so every lake has it, and bytes are part of a publication's name
    chunks = [_coded(np.zeros(one.kept.sum()), [one.group.slug]) for one in groups]
    table["crime_group"] = pa.chunked_array(chunks)
    for name, span in seen.spans.items():
        if not span:
            table[f"n_{name}"] = pa.nulls(rows, pa.int32())
        table[f"{unit}_{name}"] = pa.repeat(pa.scalar(len(span), pa.int16()), rows)
    return pa.table(table)


def _column(name: str, values: NDArray[Any]) -> pa.Array:
    """NaN is null, and what is coded is words."""
    if name in _WORDS:  # nothing but null has no words
        return _coded(values, _WORDS[name] if (values >= 0).any() else [])
    return pa.array(values, from_pandas=True)


def _coded(codes: NDArray[Any], words: list[str]) -> pa.Array:
    at = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(at, pa.array(words, pa.string()))
