"""What the scores must achieve where the truth is known: made-up forces, true rates."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray

from transforms.backtests.calibration import pit_inside
from transforms.feeds.police_uk import street
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.lake.lake import Lake
from transforms.reference import cells
from transforms.reference.categories import CATEGORIES
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import DEMO_FORCES
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.methods.expectation import Expectation
from transforms.scores.panel import Panel
from transforms.scores.score_months import force_panel
from transforms.scores.table.intervals import predictive_size, spread_of_one
from transforms.scores.table.rows import band_limits, ranks
from transforms.scores.table.top_share import top_probability
from transforms.scores.view import View, view_at
from transforms.simulator import simulate


ORIGINS = month_range(Month(2025, 3), Month(2025, 11))
BORROWING = [
    "burglary",
    "vehicle-crime",
    "robbery-and-theft-from-person",
    "criminal-damage-and-arson",
    "anti-social-behaviour",
    "shoplifting",
]
SHARE_PERCENT = 1
BOOTSTRAPS = 2_000
RIVAL = "rolling_count"


@dataclass(frozen=True)
class Origin:
    """One force at one month, with what came next: in truth, and as counted."""

    force: str
    as_of: Month
    seen: View
    truth: NDArray[np.float64]  # categories x cells: expected incidents next month
    counted: NDArray[np.float64]  # categories x cells: incidents next month
    expected: dict[str, dict[str, Expectation]]  # by method and crime group


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> list[Origin]:
    folder = tmp_path_factory.mktemp("simulated")
    truth = simulate(folder / "source", seed=3).intensities
    lake = Lake(folder / "lake")
    feed, received = street, datetime(2026, 1, 1, tzinfo=UTC)
    members = feed.members(folder / "source")
    months = month_range(Month(2024, 1), Month(2025, 12))
    found = []
    for force in DEMO_FORCES.values():
        ingest_force(lake, feed, force, members, months, received)
        coverage = force_coverage(lake, force)
        panel = force_panel(lake, force, Scoring())
        found += _origins(force.id, panel, supplied_periods(coverage), truth)
    return found


def _origins(
    force: str, panel: Panel, supplied: list[Month], truth: pa.Table
) -> list[Origin]:
    """The force at each origin of which the next month is known."""
    found = []
    for as_of in ORIGINS:
        nxt = as_of + 1
        if as_of not in supplied or nxt not in supplied:
            continue
        seen = view_at(panel, supplied, as_of)
        at_next = np.array([[float(month == nxt)] for month in panel.periods])
        counted = panel.weighted(at_next)[:, panel.universe(as_of), 0]
        rates = _true_rates(truth, force, nxt, seen)
        expected = {
            name: METHODS[name].expect(seen) for name in (DEFAULT_METHOD, RIVAL)
        }
        found.append(Origin(force, as_of, seen, rates, counted, expected))
    return found


def _true_rates(
    truth: pa.Table, force: str, month: Month, seen: View
) -> NDArray[np.float64]:
    rows = truth.filter(
        pc.and_(
            pc.equal(truth["force"].cast(pa.string()), force),
            pc.equal(truth["month"].cast(pa.string()), str(month)),
        )
    )
    points = np.column_stack([rows["longitude"], rows["latitude"]])
    distinct, of_row = np.unique(points, axis=0, return_inverse=True)
    cell = cells.index_points(distinct[:, 0], distinct[:, 1], 9)[of_row.ravel()]
    at = np.searchsorted(seen.cells, cell)
    at[at == len(seen.cells)] = 0
    inside = seen.cells[at] == cell
    slugs = rows["category"].cast(pa.string()).to_pylist()
    category = np.array([list(CATEGORIES).index(slug) for slug in slugs])
    rates = np.zeros((len(CATEGORIES), len(seen.cells)))
    intensity = rows["intensity"].to_numpy()
    np.add.at(rates, (category[inside], at[inside]), intensity[inside])
    return rates


def _captured(origin: Origin, slug: str, method: str) -> tuple[float, float]:
    """True incidents in the method's top share of cells, and in the whole universe."""
    group = GROUPS[slug]
    mean = origin.expected[method][slug].mean
    truth = origin.seen.of(origin.truth, group.categories)
    top = ranks(mean, origin.seen.cells) <= len(mean) * SHARE_PERCENT // 100
    return float(truth[top].sum()), float(truth.sum())


def _gains(origins: list[Origin], slug: str) -> NDArray[np.float64]:
    """Per force and block of two months: rows of (score, rolling, all)."""
    blocks: dict[tuple[str, int], NDArray[np.float64]] = {}
    for origin in origins:
        score, total = _captured(origin, slug, DEFAULT_METHOD)
        rolling, _ = _captured(origin, slug, RIVAL)
        block = origin.force, ORIGINS.index(origin.as_of) // 2
        row = np.array([score, rolling, total])
        blocks[block] = blocks.get(block, np.zeros(3)) + row
    return np.array(list(blocks.values()))


def _paired_interval(blocks: NDArray[np.float64]) -> tuple[float, float]:
    """95 % bootstrap interval of the gain in the share of crime found."""
    generator = np.random.default_rng(7)
    drawn = generator.integers(0, len(blocks), (BOOTSTRAPS, len(blocks)))
    score, rolling, total = blocks[drawn].sum(axis=1).T
    low, high = np.quantile((score - rolling) / total, [0.025, 0.975])
    return float(low), float(high)


@pytest.mark.parametrize("slug", BORROWING)
def test_the_score_finds_more_true_crime_than_the_rolling_count(
    origins: list[Origin], slug: str
) -> None:
    low, high = _paired_interval(_gains(origins, slug))
    assert 0 < low < high


@pytest.mark.parametrize("slug", ["all-crime", "violence-and-sexual-offences"])
def test_where_nothing_can_be_borrowed_the_score_costs_next_to_nothing(
    origins: list[Origin], slug: str
) -> None:
    low, _ = _paired_interval(_gains(origins, slug))
    assert low > -0.003


@pytest.mark.parametrize("band", [(0.2, 1.0), (1.0, 5.0), (5.0, inf)])
def test_next_months_counts_fall_in_their_interval(
    origins: list[Origin], band: tuple[float, float]
) -> None:
    """Randomised PIT: exactly 95 % should lie between 0.025 and 0.975."""
    inside = []
    for origin in origins:
        for slug, group in GROUPS.items():
            expected = origin.expected[DEFAULT_METHOD][slug]
            steps = origin.seen.of(origin.seen.steps, group.categories)
            count = origin.seen.of(origin.counted, group.categories)
            among = (expected.mean >= band[0]) & (expected.mean < band[1])
            mean, information = expected.mean[among], expected.information[among]
            size = predictive_size(
                mean, information, steps[among], spread_of_one(steps)
            )
            inside.append(pit_inside(mean, size, count[among]))
    assert 0.93 <= np.concatenate(inside).mean() <= 0.97


@pytest.mark.parametrize("band", [(0.05, 0.35), (0.35, 0.65), (0.65, 0.95)])
def test_as_many_cells_are_truly_in_the_top_as_their_probability_says(
    origins: list[Origin], band: tuple[float, float]
) -> None:
    """Of all groups together; of one alone it may be off by three times as much."""
    chances, is_top = [], []
    for origin in origins:
        for slug, group in GROUPS.items():
            truth = origin.seen.of(origin.truth, group.categories)
            places = band_limits(len(truth))["top_1pct"]
            chance = top_probability(origin.expected[DEFAULT_METHOD][slug], places)
            among = (chance >= band[0]) & (chance < band[1])
            chances.append(chance[among])
            highest = (ranks(truth, origin.seen.cells) <= places) & (truth > 0)
            is_top.append(highest[among])
    chance, share = np.concatenate(chances).mean(), np.concatenate(is_top).mean()
    assert share == pytest.approx(chance, abs=0.05)
