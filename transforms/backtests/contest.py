"""One force at one origin: every contestant's ranking, held against what came next.

Contestants see what was known at the origin and nothing later, the universe included.
Beside the methods run Gi*, which is a label and no ranking; a random search; and the
oracle, which knows the outcome and shows how much could be found at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from typing import Any

import numpy as np

from transforms.backtest.calibration import (
    coverage_by_band,
    jaccard,
    log_score,
    reliability,
)
from transforms.backtest.hit_curve import HitCurve, Search, best_curve, search
from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.clocks import Period
from transforms.groups import GROUPS, CrimeGroup
from transforms.labels.gi_star import gi_star_z
from transforms.scores import DEFAULT_METHOD, METHODS, Method, shared_prior
from transforms.scores.expectation import Expectation
from transforms.scores.intervals import monthly_size, predictive_size
from transforms.scores.table import band_limits
from transforms.scores.view import View


AREA_SHARES = {"0_5pct": 0.005, "1pct": 0.01, "2pct": 0.02, "5pct": 0.05}
GI_STAR, RANDOM, ORACLE = "gi_star", "random", "oracle"
# Of these, whether as much happens as is expected; of the others only what they find.
CALIBRATED = (DEFAULT_METHOD, shared_prior.NAME)

Tops = Mapping[tuple[str, str], Cells]  # top 1 % by (method, crime group)


@dataclass(frozen=True)
class Outcome:
    """What a later time brought, in the universe as it was known at the origin."""

    counts: Floats  # categories x cells of the universe, incidents
    totals: Floats  # by category, in all cells

    def of(self, seen: View, group: CrimeGroup) -> tuple[Floats, float]:
        """A group's incidents in each cell, and those outside the universe."""
        inside = seen.of(self.counts, group.categories)
        rows = [list(CATEGORIES).index(c) for c in group.categories]
        return inside, float(self.totals[rows].sum() - inside.sum())


def outcome_of(seen: View, *span: Period) -> Outcome:
    """What supplied periods brought to the cells of a view."""
    counts = seen.sums([dict.fromkeys(span, 1.0)])[:, :, 0]
    at = [i for i, period in enumerate(seen.panel.periods) if period in span]
    return Outcome(counts, seen.panel.totals[:, at].sum(axis=1))


@dataclass(frozen=True)
class Contest:
    """All contestants' expectations and searches at one origin."""

    seen: View
    methods: Mapping[str, Method] = field(default_factory=lambda: METHODS)

    @cached_property
    def expected(self) -> dict[str, dict[str, Expectation]]:
        """By method and crime group."""
        return {name: method.expect(self.seen) for name, method in self.methods.items()}

    @cached_property
    def searches(self) -> dict[tuple[str, str], Search]:
        """By method and crime group; the oracle searches each outcome by itself."""
        found = {}
        for slug, group in GROUPS.items():
            for name in self.methods:
                mean = self.expected[name][slug].mean
                found[name, slug] = search(mean, self.seen.areas_m2)
            found[GI_STAR, slug] = search(self._gi_star(group), self.seen.areas_m2)
            nothing = np.zeros(len(self.seen.cells))
            found[RANDOM, slug] = search(nothing, self.seen.areas_m2)
        return found

    @cached_property
    def tops(self) -> Tops:
        """The top 1 % of the cells of each ranking; ties by cell id."""
        places = band_limits(len(self.seen.cells))["top_1pct"]
        return {
            key: self.seen.cells[search.order[:places]]
            for key, search in self.searches.items()
            if key[0] != RANDOM
        }

    def _gi_star(self, group: CrimeGroup) -> Floats:
        counts = self.seen.of(self.seen.windows[self.seen.clock.year], group.categories)
        z = gi_star_z(counts, self.seen.links[0])
        return np.nan_to_num(z, nan=-np.inf)

    def rows(self, outcome: Outcome, before: Tops) -> Iterator[dict[str, Any]]:
        """How each contestant did in each crime group.

        `before` are the tops of the origin a month earlier.
        """
        for slug, group in GROUPS.items():
            inside, outside = outcome.of(self.seen, group)
            month = {
                "crime_group": slug,
                "incidents": int(inside.sum() + outside),
                "incidents_outside": int(outside),
            }
            for name in (*self.methods, GI_STAR, RANDOM):
                curve = self.searches[name, slug].curve(inside, outside)
                stable = self._stability((name, slug), before)
                found = month | _found(name, curve) | {"jaccard_1pct": stable}
                yield found | self._calibration(name, group, inside)
            best = best_curve(inside, self.seen.areas_m2, outside)
            yield month | _found(ORACLE, best)

    def _stability(self, key: tuple[str, str], before: Tops) -> float:
        """How much of the top 1 % is as it was; NaN where it was not known."""
        top, earlier = self.tops.get(key), before.get(key)
        return nan if top is None or earlier is None else jaccard(top, earlier)

    def _calibration(
        self, name: str, group: CrimeGroup, inside: Floats
    ) -> dict[str, Any]:
        """How what was expected of the cells compares with what happened there."""
        if name not in self.methods:
            return {}
        expected = self.expected[name][group.slug]
        found: dict[str, Any] = {
            "log_score": log_score(expected.mean, inside),
            "expected": float(expected.mean.sum()),
        }
        if name not in CALIBRATED:
            return found
        monthly = monthly_size(self.seen.of(self.seen.steps, group.categories))
        size = predictive_size(expected.rate_shape, monthly)
        cells, covered = coverage_by_band(expected.mean, size, inside)
        tenths = reliability(expected.mean, inside)
        return found | {
            "interval_cells": cells.tolist(),
            "interval_inside": covered.tolist(),
            "tenths_expected": tenths[0].tolist(),
            "tenths_observed": tenths[1].tolist(),
        }


def _found(method: str, curve: HitCurve) -> dict[str, Any]:
    hits = {f"hits_{name}": curve.hits(share) for name, share in AREA_SHARES.items()}
    return {"method": method, **hits, "auc": curve.auc}
