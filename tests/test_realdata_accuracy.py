"""What the scores must achieve on real forces, held against an independent count.

Twelve forces, one release, one month ahead, outcomes July to December 2025; universe as
known at each origin, outcomes outside it missed, no place excluded. The default score
was chosen on other months and forces (docs/methods.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from transforms.backtests.blocks import estimate
from transforms.backtests.calibration import BANDS, coverage_by_band
from transforms.backtests.contest import outcome_of
from transforms.backtests.hit_curve import hit_curve
from transforms.feeds.police_uk import street
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.reference.categories import CATEGORIES
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import FORCES
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_METHOD, METHODS, shared_prior
from transforms.scores.methods.rolling_count import ROLLING_MONTHS
from transforms.scores.score_months import force_panel
from transforms.scores.table.intervals import predictive_size, spread_of_one
from transforms.scores.view import View, view_at


ARCHIVE = Path(__file__).parent.parent.parent / "shared/data/police_uk/archive"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not ARCHIVE.exists(), reason="the real archive is not beside the checkout"
    ),
]
TWELVE = (
    "kent", "sussex", "lancashire", "leicestershire", "northumbria", "hampshire",
    "dyfed-powys", "gwent", "north-wales", "dorset", "north-yorkshire", "durham",
)  # fmt: skip
# Share of next month's crime in the top 1 % of cells, as an independent implementation
# counted it: the shared-prior formula borrowing from all other categories, and the
# rolling count of all months.
INDEPENDENT = {
    "burglary": (0.2713, 0.2340),
    "vehicle-crime": (0.2594, 0.2257),
    "robbery-and-theft-from-person": (0.5620, 0.4614),
    "criminal-damage-and-arson": (0.3198, 0.3045),
    "anti-social-behaviour": (0.3915, 0.3846),
    "violence-and-sexual-offences": (0.3356, 0.3332),
    "shoplifting": (0.8720, 0.8679),
}
SHARE = 0.01
FORMULA = "formula"
ROLLING = [method.NAME for method in ROLLING_MONTHS]
STALE = "default, from data three months old"


@dataclass(frozen=True)
class Rates:
    """Shares found: by contestant and crime group, one for each force-month."""

    force: NDArray[np.int64]
    month: NDArray[np.int64]
    found: Mapping[tuple[str, str], NDArray[np.float64]]

    def mean(self, name: str, slug: str) -> float:
        """Mean over force-months."""
        return float(self.found[name, slug].mean())

    def gain(self, name: str, rival: str, slug: str) -> tuple[float, float, float]:
        """Mean gain, and its paired 95 % interval, in percentage points."""
        difference = self.found[name, slug] - self.found[rival, slug]
        found = estimate(self.force, self.month, 100 * difference[:, None], seed=1)
        return float(found.mean[0]), float(found.low[0]), float(found.high[0])

    def best_rolling(self, slug: str) -> str:
        """The rolling count that found most, in hindsight."""
        return max(ROLLING, key=lambda name: self.mean(name, slug))


def _rates(lake: Lake, forces: tuple[str, ...], origins: list[Month]) -> Rates:
    rows = [
        (code, month, key, rate)
        for code, force in enumerate(forces)
        for month, key, rate in _of_force(lake, force, origins)
    ]
    keys = dict.fromkeys(key for _, _, key, _ in rows)
    first = [(code, month) for code, month, key, _ in rows if key == rows[0][2]]
    force, month = np.array(first, dtype=np.int64).T
    found = {
        key: np.array([rate for _, _, k, rate in rows if k == key]) for key in keys
    }
    return Rates(force, month, found)


def _of_force(
    lake: Lake, force: str, origins: list[Month]
) -> Iterator[tuple[int, tuple[str, str], float]]:
    months = force_coverage(lake, FORCES[force])
    panel = force_panel(lake, FORCES[force], Scoring(exclusions=()))
    supplied = supplied_periods(months)
    views = {
        m: view_at(panel, supplied, m)
        for m in month_range(origins[0] + -2, origins[-1])
    }
    default = {m: METHODS[DEFAULT_METHOD].expect(v) for m, v in views.items()}
    for origin in origins:
        seen, stale = views[origin], views[origin + -2]
        means = {
            (name, slug): expected.mean
            for name in ROLLING
            for slug, expected in METHODS[name].expect(seen).items()
        }
        means |= {(DEFAULT_METHOD, s): e.mean for s, e in default[origin].items()}
        means |= {(FORMULA, slug): _formula(seen, slug) for slug in INDEPENDENT}
        for slug in (*INDEPENDENT, ALL_CRIME):
            for name in (*ROLLING, DEFAULT_METHOD, FORMULA):
                if (name, slug) in means:
                    rate = _rate(seen, means[name, slug], slug, origin + 1)
                    yield origin.since(origins[0]), (name, slug), rate
            rate = _rate(stale, default[origin + -2][slug].mean, slug, origin + 1)
            yield origin.since(origins[0]), (STALE, slug), rate


def _formula(seen: View, slug: str) -> NDArray[np.float64]:
    """The shared-prior formula, borrowing from every other category."""
    group = GROUPS[slug]
    others = tuple(c for c in CATEGORIES if c not in group.categories)
    memory = seen.memory(shared_prior.HALF_LIFE_MONTHS)
    return shared_prior.expect_group(replace(group, others=others), seen, memory).mean


def _rate(seen: View, mean: NDArray[np.float64], slug: str, month: Month) -> float:
    inside, outside = outcome_of(seen, month).of(seen, GROUPS[slug])
    return hit_curve(mean, inside, seen.areas_m2, outside).hit_rate(SHARE)


def _lake(folder: Path, forces: tuple[str, ...], release: str, start: str) -> Lake:
    lake = Lake(folder / "lake")
    request = resolve(ARCHIVE, FORCES, list(forces), start=start, until_release=release)
    members = [m for m in request.members if m.release == release]
    for force in request.forces:
        now = datetime(2026, 1, 2, tzinfo=UTC)
        ingest_force(lake, street, force, members, request.months, now)
    return lake


@pytest.fixture(scope="module")
def lake_of_twelve(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("twelve"), TWELVE, "2025-12", "2025-01")


@pytest.fixture(scope="module")
def twelve(lake_of_twelve: Lake) -> Rates:
    return _rates(lake_of_twelve, TWELVE, month_range(Month(2025, 6), Month(2025, 11)))


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_the_formula_and_the_rolling_count_find_what_an_independent_count_found(
    twelve: Rates, slug: str
) -> None:
    formula, rolling = INDEPENDENT[slug]
    assert twelve.mean(FORMULA, slug) == pytest.approx(formula, abs=0.002)
    assert twelve.mean("rolling_count_all", slug) == pytest.approx(rolling, abs=0.002)


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_the_default_finds_more_than_the_best_rolling_count(
    twelve: Rates, slug: str
) -> None:
    _, low, _ = twelve.gain(DEFAULT_METHOD, twelve.best_rolling(slug), slug)
    assert low > 0


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_the_default_is_nowhere_worse_than_the_formula(
    twelve: Rates, slug: str
) -> None:
    gain, _, _ = twelve.gain(DEFAULT_METHOD, FORMULA, slug)
    assert gain > -0.1


def test_the_default_is_no_worse_than_the_rolling_count_of_all_crime(
    twelve: Rates,
) -> None:
    rival = twelve.best_rolling(ALL_CRIME)
    assert twelve.gain(DEFAULT_METHOD, rival, ALL_CRIME)[0] > -0.1


@pytest.mark.parametrize(
    "slug", ["burglary", "vehicle-crime", "robbery-and-theft-from-person"]
)
def test_the_default_beats_the_formula_beyond_chance(twelve: Rates, slug: str) -> None:
    _, low, _ = twelve.gain(DEFAULT_METHOD, FORMULA, slug)
    assert low > 0


@pytest.mark.parametrize("slug", ["burglary", "robbery-and-theft-from-person"])
def test_data_three_months_old_still_beats_the_newest_rolling_count(
    twelve: Rates, slug: str
) -> None:
    _, low, _ = twelve.gain(STALE, twelve.best_rolling(slug), slug)
    assert low > 0


def test_intervals_hold_in_every_band_and_the_season_is_known(
    lake_of_twelve: Lake,
) -> None:
    """Outcomes October to December; bands with too few cells to tell are left out.

    Over half a year .94 to .965 (docs/methods.md); over three months levels drift.
    """
    sums = np.zeros((len(GROUPS), 2, len(BANDS)))
    errors = []
    for force in TWELVE:
        panel = force_panel(lake_of_twelve, FORCES[force], Scoring(exclusions=()))
        supplied = supplied_periods(force_coverage(lake_of_twelve, FORCES[force]))
        for origin in month_range(Month(2025, 9), Month(2025, 11)):
            seen = view_at(panel, supplied, origin)
            outcome = outcome_of(seen, origin + 1)
            expected = METHODS[DEFAULT_METHOD].expect(seen)
            for row, (slug, group) in enumerate(GROUPS.items()):
                count, _ = outcome.of(seen, group)
                one, steps = expected[slug], seen.of(seen.steps, group.categories)
                size = predictive_size(
                    one.mean, one.information, steps, spread_of_one(steps)
                )
                sums[row] += coverage_by_band(one.mean, size, count)
                if slug == "anti-social-behaviour":
                    errors.append(abs(np.log(count.sum() / one.mean.sum())))
    cells, inside = sums.transpose(1, 0, 2)
    enough = cells >= 1000
    share = inside[enough] / cells[enough]
    assert enough.sum() > 25
    assert 0.935 <= share.min() <= share.max() <= 0.97
    assert np.mean(errors) < 0.1


def test_bedfordshire_tells_the_same_over_eighteen_months(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    force = ("bedfordshire",)
    lake = _lake(tmp_path_factory.mktemp("beds"), force, "2023-10", "2021-05")
    rates = _rates(lake, force, month_range(Month(2022, 4), Month(2023, 9)))
    for slug in INDEPENDENT:
        gain, _, _ = rates.gain(DEFAULT_METHOD, "rolling_count_all", slug)
        assert gain > 0, slug
        # shoplifting is level with the rolling count that did best there in hindsight
        _, _, high = rates.gain(DEFAULT_METHOD, rates.best_rolling(slug), slug)
        assert high > 0, slug
