"""Expectations as score rows: ranked, banded, labelled, and limited to kept cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.reference.arrays import Cells, Floats
from transforms.reference.bands import BANDS, SLUGS
from transforms.reference.groups import CrimeGroup
from transforms.reference.score_settings import HotspotLimits
from transforms.scores.hotspots import Named, clusters, named
from transforms.scores.labels.emerging import CLASSES
from transforms.scores.labels.group_labels import Labels
from transforms.scores.methods.expectation import Expectation
from transforms.scores.table.harm_sums import HarmSums
from transforms.scores.table.intervals import (
    monthly_size,
    negative_binomial_quantiles,
    predictive_size,
)
from transforms.scores.table.top_share import top_probability
from transforms.scores.view import View


INTERVAL = (0.025, 0.975)
_WORDS = {
    "score_band": list(SLUGS),
    "hotspot_class": list(CLASSES),
}


def ranks(score: Floats, cells: Cells) -> NDArray[np.int32]:
    """1 for the highest score; equal scores rank by cell id."""
    order = np.lexsort((cells, -score))
    rank = np.empty(len(score), dtype=np.int32)
    rank[order] = np.arange(1, len(score) + 1)
    return rank


def band_limits(universe_cells: int) -> dict[str, int]:
    """The last rank of each band except the last.

    In whole numbers, since 0.05 x 60 is not 3.
    """
    return {b.slug: -(-b.percent * universe_cells // 100) for b in BANDS[:-1]}


@dataclass(frozen=True)
class GroupScores:
    """One crime group's scores of every cell, with the view that counts the group."""

    group: CrimeGroup
    view: View
    expected: Expectation

    @cached_property
    def rank(self) -> NDArray[np.int32]:
        """Of each cell, by score."""
        return ranks(self.expected.mean, self.view.cells)

    @cached_property
    def limits(self) -> dict[str, int]:
        """The last rank of each band."""
        return band_limits(len(self.rank))

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Cells with incidents of the group in the longest window, or the top 5 %."""
        counts = self.view.windows[self.view.clock.longest]
        recorded = self.view.of(counts, self.group.categories) > 0
        return np.asarray(recorded | (self.rank <= self.limits["top_5pct"]))

    def hotspots(
        self, prefix: str, earlier: Named, limits: HotspotLimits, keep_ids: bool = True
    ) -> Named:
        """The cells of its hot spots, by id."""
        view = self.view
        mean, links = self.expected.mean, view.links[0]
        rows = clusters(self.rank, mean, links, view.areas_m2, limits)
        spots = named(prefix, [view.cells[spot] for spot in rows], earlier, keep_ids)
        return {spot: frozenset(cells.tolist()) for spot, cells in spots.items()}

    def named(self, spots: Named) -> NDArray[np.object_]:
        """The hot spot of each kept cell, None where it is in none."""
        ids = np.full(len(self.view.cells), None)
        for spot, cells in spots.items():
            ids[np.searchsorted(self.view.cells, list(cells))] = spot
        return ids[self.kept]

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns of its kept cells; NaN and negative codes are null."""
        expected, rank = self.expected, self.rank[self.kept]
        mean = expected.mean[self.kept]
        months = self.view.of(self.view.steps, self.group.categories)
        size = predictive_size(expected.rate_shape[self.kept], monthly_size(months))
        low, high = negative_binomial_quantiles(mean, size, INTERVAL)
        year = self.view.clock.year
        return {
            "h3_cell": self.view.cells[self.kept],
            "score": mean,
            f"expected_{year}": expected.usual[self.kept] * self.view.terms_of(year),
            "score_lo": low,
            "score_hi": high,
            "score_rank": rank,
            "score_pctile": 1 - (rank - 1) / len(self.rank),
            "score_band": np.searchsorted(list(self.limits.values()), rank),
            "p_top1": top_probability(expected, self.limits["top_1pct"], self.kept),
            **{
                f"n_{name}": self._kept_of(counts).astype(np.int32)
                for name, counts in self.view.windows.items()
            },
        }

    def _kept_of(self, counts: Floats) -> Floats:
        return self.view.of(counts, self.group.categories)[self.kept]


def score_rows(
    groups: Sequence[GroupScores],
    harm: HarmSums,
    labelled: Mapping[str, Labels],
    spots: Mapping[str, Named],
) -> pa.Table:
    """The kept rows of the groups of a view, one group after another.

    Converted to a table once, because a small force costs calls, not rows.
    """
    view = harm.view
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
    unit = view.clock.unit
    # one chunk for each group: the run id of a publication depends on these bytes
    chunks = [_coded(np.zeros(one.kept.sum()), [one.group.slug]) for one in groups]
    table["crime_group"] = pa.chunked_array(chunks)
    sizes = [int(one.kept.sum()) for one in groups]
    for name in view.spans:
        lengths = [len(one.view.spans[name]) for one in groups]
        supplied = np.repeat(np.array(lengths, dtype=np.int16), sizes)
        if not all(lengths):
            none = pa.scalar(None, pa.int32())
            table[f"n_{name}"] = pc.if_else(supplied > 0, table[f"n_{name}"], none)
        table[f"{unit}_{name}"] = pa.array(supplied)
    return pa.table(table)


def _column(name: str, values: NDArray[Any]) -> pa.Array:
    """NaN becomes null, and codes become words."""
    if name in _WORDS:  # a column of nulls has no words
        return _coded(values, _WORDS[name] if (values >= 0).any() else [])
    return pa.array(values, from_pandas=True)


def _coded(codes: NDArray[Any], words: list[str]) -> pa.Array:
    at = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(at, pa.array(words, pa.string()))
