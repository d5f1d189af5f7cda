"""One force at one origin: every contestant's ranking, compared with what came next.

Contestants, and the universe, use what was known at the origin and nothing later. The
contestants are the methods; Gi*, which is a label and not a ranking; a random search;
and the oracle, which knows the outcome and shows the most that could be found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np

from transforms.backtests.calibration import (
    coverage_by_band,
    jaccard,
    log_score,
    reliability,
)
from transforms.backtests.hit_curve import HitCurve, Search, best_curve, search
from transforms.lake.schemas.accuracy import EQUAL_AREAS_KM2
from transforms.reference.arrays import Cells, Floats
from transforms.reference.clocks import Period
from transforms.reference.groups import CrimeGroup
from transforms.scores.labels.gi_star import gi_star_z
from transforms.scores.methods import METHODS, Method, methods_for
from transforms.scores.methods.expectation import Expectation
from transforms.scores.table.intervals import predictive_size, spread_of_one
from transforms.scores.table.rows import band_limits
from transforms.scores.view import View


AREA_SHARES = {"0_5pct": 0.005, "1pct": 0.01, "2pct": 0.02, "5pct": 0.05}
# The same for every universe: 1 % grows with the months that a home holds.
AREAS_M2 = {f"{km2}km2": km2 * 1e6 for km2 in EQUAL_AREAS_KM2}
_LARGEST_SHARE = max(AREA_SHARES.values())  # in more nearly everything is found
# As outputs name them.
AREAS_IN_WORDS = {
    **{name: f"{100 * share:g} %" for name, share in AREA_SHARES.items()},
    **{name: f"{area_m2 / 1e6:g} km2" for name, area_m2 in AREAS_M2.items()},
}
GI_STAR, RANDOM, ORACLE = "gi_star", "random", "oracle"
# Methods whose calibration is reported; of the others only what they find.
CALIBRATED = tuple(name for name, method in METHODS.items() if method.CALIBRATED)

Tops = Mapping[tuple[str, str], Cells]  # top 1 % by (method, crime group)


@dataclass(frozen=True)
class Outcome:
    """The incidents of a later time, in the universe as known at the origin."""

    counts: Floats  # categories x cells of the universe, incidents
    totals: Floats  # by category, in all cells

    def of(self, view: View, group: CrimeGroup) -> tuple[Floats, float]:
        """A group's incidents in each cell, and those outside the universe."""
        inside = view.of(self.counts, group.categories)
        rows = view.rows_of(group.categories)
        return inside, float(self.totals[rows].sum() - inside.sum())


def outcome_of(view: View, *span: Period) -> Outcome:
    """The incidents of supplied periods in the cells of a view."""
    counts = view.sums([dict.fromkeys(span, 1.0)])[:, :, 0]
    at = [i for i, period in enumerate(view.panel.periods) if period in span]
    return Outcome(counts, view.panel.totals[:, at].sum(axis=1))


@dataclass(frozen=True)
class Contest:
    """All contestants' expectations and searches at one origin."""

    view: View

    @cached_property
    def methods(self) -> dict[str, Method]:
        """Those that work with the view's clock, by name."""
        return methods_for(self.view.clock)

    @cached_property
    def expected(self) -> dict[str, dict[str, Expectation]]:
        """By method and crime group."""
        return {name: method.expect(self.view) for name, method in self.methods.items()}

    @cached_property
    def searches(self) -> dict[tuple[str, str], Search]:
        """By method and crime group; the oracle searches each outcome by itself."""
        searches = {}
        for slug, group in self.view.reported.items():
            for name in self.methods:
                mean = self.expected[name][slug].mean
                searches[name, slug] = search(mean, self.view.areas_m2)
            searches[GI_STAR, slug] = search(self._gi_star(group), self.view.areas_m2)
            nothing = np.zeros(len(self.view.cells))
            searches[RANDOM, slug] = search(nothing, self.view.areas_m2)
        return searches

    @cached_property
    def tops(self) -> Tops:
        """The top 1 % of the cells of each ranking; ties by cell id."""
        places = band_limits(len(self.view.cells))["top_1pct"]
        return {
            key: self.view.cells[search.order[:places]]
            for key, search in self.searches.items()
            if key[0] != RANDOM
        }

    def _gi_star(self, group: CrimeGroup) -> Floats:
        view = self.view.counting(group)
        counts = view.of(view.windows[view.clock.year], group.categories)
        z = gi_star_z(counts, self.view.links[0])
        return np.nan_to_num(z, nan=-np.inf)

    def rows(self, outcome: Outcome, before: Tops) -> Iterator[dict[str, Any]]:
        """How each contestant did in each crime group.

        `before` are the tops of the origin a month earlier.
        """
        for slug, group in self.view.reported.items():
            inside, outside = outcome.of(self.view, group)
            month = {
                "crime_group": slug,
                "incidents": int(inside.sum() + outside),
                "incidents_outside": int(outside),
            }
            for name in (*self.methods, GI_STAR, RANDOM):
                curve = self.searches[name, slug].curve(inside, outside)
                stable = self._stability((name, slug), before)
                row = month | self._hits(name, curve) | {"jaccard_1pct": stable}
                yield row | self._calibration(name, group, inside)
            best = best_curve(inside, self.view.areas_m2, outside)
            yield month | self._hits(ORACLE, best)

    def _hits(self, method: str, curve: HitCurve) -> dict[str, Any]:
        hits = {f"hits_{name}": curve.hits(of) for name, of in AREA_SHARES.items()}
        for name, area_m2 in AREAS_M2.items():
            few = area_m2 <= _LARGEST_SHARE * self._universe_m2
            found = curve.hits(area_m2 / self._universe_m2) if few else nan
            hits[f"hits_{name}"] = found
        return {"method": method, **hits, "auc": curve.auc}

    @cached_property
    def _universe_m2(self) -> float:
        return float(self.view.areas_m2.sum())

    def _stability(self, key: tuple[str, str], before: Tops) -> float:
        """How much of the top 1 % is as before; NaN if that is not known."""
        top, earlier = self.tops.get(key), before.get(key)
        return nan if top is None or earlier is None else jaccard(top, earlier)

    def _calibration(
        self, name: str, group: CrimeGroup, inside: Floats
    ) -> dict[str, Any]:
        """How the expectations of the cells compare with what happened there."""
        if name not in self.methods:
            return {}
        expected = self.expected[name][group.slug]
        scored: dict[str, Any] = {
            "log_score": log_score(expected.mean, inside),
            "expected": float(expected.mean.sum()),
        }
        if name not in CALIBRATED:
            return scored
        counted = self.view.counting(group)
        steps = counted.of(counted.steps, group.categories)
        size = predictive_size(
            expected.mean, expected.information, steps, spread_of_one(steps)
        )
        cells, covered = coverage_by_band(expected.mean, size, inside)
        tenths = reliability(expected.mean, inside)
        return scored | {
            "interval_cells": cells.tolist(),
            "interval_inside": covered.tolist(),
            "tenths_expected": tenths[0].tolist(),
            "tenths_observed": tenths[1].tolist(),
        }
