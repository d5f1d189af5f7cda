"""Expectations as rows of scores: ranked, banded, labelled, and only those to keep."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.cells import Cells, Floats
from transforms.groups import CrimeGroup
from transforms.hotspots import Named, clusters, named
from transforms.labels.emerging import CLASSES, MINIMUM_STEPS, hotspot_class
from transforms.labels.gi_star import (
    benjamini_hochberg,
    gi_star_z,
    significant,
    two_sided_p,
)
from transforms.scores.expectation import Expectation
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
# Gi* takes sums to be normal. Of scarce crime a single incident would make its whole
# ring "hot": no step is, with fewer in the cell and the six around it.
HOT_AT_LEAST_INCIDENTS = 5


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

    def rows(self, harm: HarmSums, hotspot_ids: dict[int, str]) -> pa.Table:
        """The rows to keep; `hotspot_ids` by cell."""
        cells = self.seen.cells[self.kept]
        return pa.table(
            {
                "crime_group": _coded(np.zeros(len(cells), int), [self.group.slug]),
                "h3_cell": cells,
                **self._scores(),
                **self._counts(),
                **harm.columns(self.group, self.kept),
                **self._labels(),
                "hotspot_id": pa.array(
                    [hotspot_ids.get(cell) for cell in cells.tolist()], pa.string()
                ),
            }
        )

    def hotspots(self, prefix: str, earlier: Named, limits: HotspotLimits) -> Named:
        """Its hot spots: the cells of each by id."""
        seen = self.seen
        mean, links = self.expected.mean, seen.links[0]
        rows = clusters(self.rank, mean, links, seen.areas_m2, limits)
        spots = named(prefix, [seen.cells[spot] for spot in rows], earlier)
        return {spot: frozenset(cells.tolist()) for spot, cells in spots.items()}

    def _scores(self) -> dict[str, pa.Array]:
        expected, rank = self.expected, self.rank[self.kept]
        mean = expected.mean[self.kept]
        months = self.seen.of(self.seen.steps, self.group.categories)
        size = predictive_size(expected.rate_shape[self.kept], monthly_size(months))
        low, high = negative_binomial_quantiles(mean, size, INTERVAL)
        top = top_probability(expected, self.limits["top_1pct"])[self.kept]
        year = self.seen.clock.year
        return {
            "score": mean,
            f"expected_{year}": pa.array(
                expected.usual[self.kept] * self.seen.terms_of(year)
            ),
            "score_lo": low,
            "score_hi": high,
            "score_rank": rank,
            "score_pctile": 1 - (rank - 1) / len(self.rank),
            "score_band": _coded(
                np.searchsorted(list(self.limits.values()), rank), [*BANDS, REST]
            ),
            "p_top1": _null_for_nan(top),
        }

    def _counts(self) -> dict[str, pa.Array]:
        """Counts of each window, null where they rest on nothing."""
        unit = self.seen.clock.unit
        columns: dict[str, pa.Array] = {}
        for name, counts in self.seen.windows.items():
            rests_on = len(self.seen.spans[name])
            number = self.seen.of(counts, self.group.categories)[self.kept]
            count = pa.array(number.astype(np.int32))
            columns |= {
                f"n_{name}": count if rests_on else pa.nulls(len(number), pa.int32()),
                f"{unit}_{name}": pa.array(
                    np.full(len(number), rests_on, dtype=np.int16)
                ),
            }
        return columns

    def _labels(self) -> dict[str, pa.Array]:
        """Gi* of the twelve steps' mean count, and the class of their course."""
        seen, links = self.seen, self.seen.links[0]
        months = seen.of(seen.steps, self.group.categories)
        z = np.full(len(seen.cells), np.nan)
        if months.shape[1]:
            z = gi_star_z(months.mean(axis=1), links)
        q = benjamini_hochberg(two_sided_p(z))
        label = pa.nulls(int(self.kept.sum()), pa.dictionary(pa.int32(), pa.string()))
        if months.shape[1] >= MINIMUM_STEPS:
            step_z = gi_star_z(months, links)
            marks = significant(step_z)
            few = months + links @ months < HOT_AT_LEAST_INCIDENTS
            marks[(marks > 0) & few] = 0
            kinds = hotspot_class(marks[self.kept], step_z[self.kept])
            label = _coded(kinds, list(CLASSES))
        return {
            "gi_star_z": _null_for_nan(z[self.kept]),
            "gi_star_q": _null_for_nan(q[self.kept]),
            "hotspot_class": label,
        }


def _null_for_nan(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _coded(codes: NDArray[np.integer], words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)
