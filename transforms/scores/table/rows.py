"""Expectations as score rows: ranked, banded, labelled, and limited to kept cells."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.reference.arrays import Cells, Floats
from transforms.reference.bands import BANDS, SLUGS
from transforms.reference.groups import CrimeGroup
from transforms.reference.score_settings import HotspotLimits
from transforms.scores.hotspots import Named, Spots, clusters, named
from transforms.scores.labels.emerging import CLASSES
from transforms.scores.methods.expectation import Expectation
from transforms.scores.table.harm_sums import HarmSums
from transforms.scores.table.intervals import (
    negative_binomial_quantiles,
    predictive_size,
    spread_of_one,
)
from transforms.scores.table.top_share import top_probability
from transforms.scores.view import View


INTERVAL = (0.025, 0.975)
_SIZE_DECIMALS, _LEAST_SIZE = 6, 1e-6
_WORDS = {
    "score_band": list(SLUGS),
    "hotspot_class": list(CLASSES),
}


def ranks(score: Floats, cells: Cells) -> NDArray[np.int32]:
    """1 for the highest score, of each row by itself; equal scores rank by cell id."""
    order = np.lexsort((np.broadcast_to(cells, score.shape), -score))
    rank = np.empty(score.shape, dtype=np.int32)
    places = np.arange(1, score.shape[-1] + 1, dtype=np.int32)
    np.put_along_axis(rank, order, np.broadcast_to(places, score.shape), axis=-1)
    return rank


def band_limits(universe_cells: int) -> dict[str, int]:
    """The last rank of each band except the last.

    In whole numbers, since 0.05 x 60 is not 3.
    """
    return {b.slug: -(-b.percent * universe_cells // 100) for b in BANDS[:-1]}


@dataclass(frozen=True)
class GroupScores:
    """The scores of a view's crime groups in every cell: arrays of groups x cells.

    Of all groups at once, because a small force costs calls, not numbers.
    """

    view: View
    expected: Expectation  # a row for each group

    @cached_property
    def groups(self) -> list[CrimeGroup]:
        """Those of the rows."""
        return list(self.view.reported.values())

    @cached_property
    def views(self) -> list[View]:
        """The view that counts each group."""
        return [self.view.counting(group) for group in self.groups]

    def of(self, values: Callable[[View], Floats]) -> Iterator[Floats]:
        """Each group's sum of what its view has for each category."""
        for group, view in zip(self.groups, self.views, strict=True):
            yield view.of(values(view), group.categories)

    def windows(self, name: str) -> Floats:
        """Incidents of each group in that window."""
        return np.array(list(self.of(lambda view: view.windows[name])))

    @cached_property
    def rank(self) -> NDArray[np.int32]:
        """Of each cell, by score."""
        return ranks(self.expected.mean, self.view.cells)

    @cached_property
    def limits(self) -> dict[str, int]:
        """The last rank of each band."""
        return band_limits(len(self.view.cells))

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Cells with incidents of the group in the longest window, or the top 5 %."""
        recorded = self.windows(self.view.clock.longest) > 0
        return np.asarray(recorded | (self.rank <= self.limits["top_5pct"]))

    def hotspots(
        self, force: str, earlier: Spots, limits: HotspotLimits, keep_ids: bool = True
    ) -> dict[str, Named]:
        """The cells of each group's hot spots, by id."""
        view, found = self.view, dict[str, Named]()
        for row, slug in enumerate(view.reported):
            mean, rank = self.expected.mean[row], self.rank[row]
            rows = clusters(rank, mean, view.links[0], view.areas_m2, limits)
            spots = [view.cells[spot] for spot in rows]
            ids = named(f"{force}-{slug}", spots, earlier.get(slug, {}), keep_ids)
            found[slug] = {name: frozenset(of.tolist()) for name, of in ids.items()}
        return found

    def _sizes(self) -> Floats:
        """Size of the negative binomial of next month's count in the kept cells."""
        kept, of_one, steps = self.kept, list[float](), list[Floats]()
        for row, of_group in enumerate(self.of(lambda view: view.steps)):
            of_one.append(spread_of_one(of_group))
            steps.append(of_group[kept[row]])
        group = np.nonzero(kept)[0]
        one = np.array(of_one)[group]
        mean, information = self.expected.mean[kept], self.expected.information[kept]
        sizes = np.empty(len(group))
        months = np.array([of_group.shape[1] for of_group in steps])
        for number in set(months.tolist()):  # some groups were counted in fewer
            rows = months == number
            at = rows[group]
            counts = np.concatenate(list(compress(steps, rows)))
            sizes[at] = predictive_size(mean[at], information[at], counts, one[at])
        return sizes

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns of the kept cells, one group after another; NaN is null."""
        view, kept = self.view, self.kept
        group, cell = np.nonzero(kept)
        mean, rank = self.expected.mean[kept], self.rank[kept]
        # published, so that anybody can compute the very same interval again
        size = np.maximum(np.round(self._sizes(), _SIZE_DECIMALS), _LEAST_SIZE)
        low, high = negative_binomial_quantiles(mean, size, INTERVAL)
        year = view.clock.year
        terms = np.array([of.terms_of(year) for of in self.views])
        return {
            "h3_cell": view.cells[cell],
            "score": mean,
            f"expected_{year}": self.expected.usual[kept] * terms[group],
            "score_lo": low,
            "score_hi": high,
            "score_size": size,
            "score_rank": rank,
            "score_pctile": 1 - (rank - 1) / len(view.cells),
            "score_band": np.searchsorted(list(self.limits.values()), rank),
            "p_top1": top_probability(self.expected, self.limits["top_1pct"], kept),
            **{
                f"n_{name}": self.windows(name)[kept].astype(np.int32)
                for name in view.windows
            },
        }


def score_rows(
    scores: GroupScores,
    harm: HarmSums,
    labelled: Mapping[str, NDArray[Any]],
    spots: Mapping[str, Named],
) -> pa.Table:
    """The kept rows of the groups of a view, one group after another."""
    kept = scores.kept
    columns = {**scores.columns(), **harm.columns(kept), **labelled}
    table = {name: _column(name, values) for name, values in columns.items()}
    table["hotspot_id"] = _hotspot_ids(scores, spots)
    sizes = kept.sum(axis=1)
    # one chunk for each group: the run id of a publication depends on these bytes
    table["crime_group"] = pa.chunked_array(
        _coded(np.zeros(size), [group.slug])
        for size, group in zip(sizes, scores.groups, strict=True)
    )
    for name in scores.view.spans:
        lengths = [len(view.spans[name]) for view in scores.views]
        supplied = np.repeat(np.array(lengths, dtype=np.int16), sizes)
        if not all(lengths):
            none = pa.scalar(None, pa.int32())
            table[f"n_{name}"] = pc.if_else(supplied > 0, table[f"n_{name}"], none)
        table[f"{scores.view.clock.unit}_{name}"] = pa.array(supplied)
    return pa.table(table)


def _hotspot_ids(scores: GroupScores, spots: Mapping[str, Named]) -> pa.Array:
    """The hot spot of each kept cell, null where it is in none."""
    at, ids = np.full(scores.kept.shape, -1, dtype=np.int32), list[str]()
    for row, group in enumerate(scores.groups):
        for spot, cells in spots[group.slug].items():
            at[row, np.searchsorted(scores.view.cells, list(cells))] = len(ids)
            ids.append(spot)
    return _coded(at[scores.kept], ids).dictionary_decode()


def _column(name: str, values: NDArray[Any]) -> pa.Array:
    """NaN becomes null, and codes become words."""
    if name in _WORDS:  # a column of nulls has no words
        return _coded(values, _WORDS[name] if (values >= 0).any() else [])
    return pa.array(values, from_pandas=True)


def _coded(codes: NDArray[Any], words: list[str]) -> pa.Array:
    at = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(at, pa.array(words, pa.string()))
