"""The hit curve: equals the plain twins, owes nothing to luck, and knows its bounds."""

import csv
from fractions import Fraction
from itertools import groupby
from math import isnan
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import backtests as oracles
from transforms.backtests.hit_curve import (
    HitCurve,
    best_curve,
    hit_curve,
    pai,
    pei_star,
)


PAI_TOOL = Path(__file__).parents[4] / "shared" / "data" / "benchmarks" / "pai_tool"

# Few values, so that many cells tie.
CELLS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(1, 5)),
    min_size=1,
    max_size=12,
)
FEW_CELLS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 6)), min_size=1, max_size=6
)
SHARES = st.fractions(0, 1, max_denominator=40)
MISSED = st.integers(0, 3)

OBSERVED = [6, 7, 3, 2, 1, 0]
PREDICTED = [8, 4, 4, 2, 1, 0]


def _curve(cells: list[tuple[int, int, int]], missed: int = 0) -> HitCurve:
    ranking, outcome, areas = np.array(cells, dtype=float).reshape(-1, 3).T
    return hit_curve(ranking, outcome, areas, missed)


def _best(cells: list[tuple[int, int, int]], missed: int = 0) -> HitCurve:
    _, outcome, areas = np.array(cells, dtype=float).reshape(-1, 3).T
    return best_curve(outcome, areas, missed)


@given(FEW_CELLS, SHARES)
@settings(max_examples=100)
def test_hits_are_the_mean_over_all_orders_of_equal_cells(
    cells: list[tuple[int, int]], share: Fraction
) -> None:
    ranking, outcome = ([cell[i] for cell in cells] for i in (0, 1))
    curve = _curve([(r, y, 7) for r, y in cells])
    areas = [Fraction(7)] * len(cells)
    expected = oracles.hits_over_all_orders(ranking, outcome, areas, share)
    assert curve.hits(float(share)) == pytest.approx(float(expected), abs=1e-9)


@given(FEW_CELLS, SHARES, st.lists(st.booleans(), min_size=6, max_size=6))
@settings(max_examples=100)
def test_where_areas_differ_by_5_percent_the_mean_is_near(
    cells: list[tuple[int, int]], share: Fraction, large: list[bool]
) -> None:
    ranking, outcome = ([cell[i] for cell in cells] for i in (0, 1))
    areas = [Fraction(105 if more else 100) for more in large[: len(cells)]]
    expected = oracles.hits_over_all_orders(ranking, outcome, areas, share)
    curve = hit_curve(
        np.array(ranking), np.array(outcome), np.array(areas, dtype=float), missed=0
    )
    within = 0.05 / 4 * max(sum(outcome), 1e-6)
    assert curve.hits(float(share)) == pytest.approx(float(expected), abs=within)


@given(CELLS, SHARES, MISSED)
@settings(max_examples=300)
def test_all_measures_equal_the_plain_python_oracle(
    cells: list[tuple[int, int, int]], share: Fraction, missed: int
) -> None:
    ranking, outcome, areas = ([cell[i] for cell in cells] for i in range(3))
    curve, total = _curve(cells, missed), sum(outcome) + missed
    hits = oracles.hits_by_value(ranking, outcome, areas, share)
    assert curve.hits(float(share)) == pytest.approx(float(hits), abs=1e-9)
    if not total:
        measures = (curve.hit_rate(0.5), curve.pai(0.5), curve.auc)
        assert all(isnan(measure) for measure in measures)
        return
    rate = hits / total
    assert curve.hit_rate(float(share)) == pytest.approx(float(rate), abs=1e-9)
    auc = oracles.hit_auc(ranking, outcome, areas, missed)
    assert curve.auc == pytest.approx(float(auc), abs=1e-9)
    if share:
        assert curve.pai(float(share)) == pytest.approx(float(rate / share), abs=1e-9)


@given(CELLS, SHARES, MISSED)
@settings(max_examples=200)
def test_no_ranking_finds_more_than_the_best_one(
    cells: list[tuple[int, int, int]], share: Fraction, missed: int
) -> None:
    curve, best = _curve(cells, missed), _best(cells, missed)
    assert pei_star(best, best, float(share)) == 1 or not best.hits(float(share))
    star = pei_star(curve, best, float(share))
    assert star <= 1 + 1e-9 or (isnan(star) and not best.hits(float(share)))
    assert not best.auc < curve.auc - 1e-9


@given(CELLS, SHARES, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_order_of_rows_earns_nothing(
    cells: list[tuple[int, int, int]], share: Fraction, random: Random
) -> None:
    shuffled = random.sample(cells, len(cells))
    one, other = _curve(cells), _curve(shuffled)
    assert one.hits(float(share)) == pytest.approx(other.hits(float(share)), abs=1e-9)


def test_a_ranking_that_tells_nothing_apart_is_a_random_search() -> None:
    curve = _curve([(0, 5, 1), (0, 0, 3), (0, 1, 2)])
    assert [curve.pai(share) for share in (0.01, 0.3, 1.0)] == pytest.approx([1, 1, 1])
    assert curve.auc == 0.5


def test_missed_incidents_count_in_the_total_and_are_never_found() -> None:
    curve = _curve([(1, 3, 1), (0, 1, 1)], missed=4)
    assert (curve.total, curve.hits(1.0), curve.hit_rate(1.0)) == (8, 4, 0.5)
    assert curve.hit_rate(0.5) == 3 / 8


def test_a_month_of_no_incidents_has_no_accuracy() -> None:
    curve = _curve([(1, 0, 1), (0, 0, 1)])
    assert curve.hits(0.5) == 0
    assert isnan(curve.hit_rate(0.5)) and isnan(curve.pai(0.5)) and isnan(curve.auc)
    assert isnan(pei_star(curve, curve, 0.5))


def test_a_universe_of_no_cells_finds_nothing() -> None:
    curve = _curve([], missed=2)
    assert (curve.hits(0.01), curve.hit_rate(0.01), curve.auc) == (0, 0, 0)
    assert isnan(pei_star(curve, curve, 0.01))


def test_pai_is_the_same_in_any_unit_of_area_and_unknown_for_none() -> None:
    assert pai(5, 20, 2, 100) == pai(5, 20, 2e6, 100e6) == 12.5
    assert isnan(pai(0, 0, 2, 100)) and isnan(pai(0, 20, 0, 100))


@pytest.mark.parametrize(("cells", "index", "star"), [(1, 1.895, 0.857), (3, 1.684, 1)])
def test_known_answers_where_no_tie_matters(
    cells: int, index: float, star: float
) -> None:
    rows = list(zip(PREDICTED, OBSERVED, [1] * 6, strict=True))
    curve, best = _curve(rows), _best(rows)
    assert round(curve.pai(cells / 6), 3) == index
    assert round(pei_star(curve, best, cells / 6), 3) == star


def test_known_answers_of_ties_broken_against_the_forecast_lie_below_ours() -> None:
    rows = list(zip(PREDICTED, OBSERVED, [1] * 6, strict=True))
    unlucky = list(zip([8, 4, 5, 2, 1, 0], OBSERVED, [1] * 6, strict=True))
    best = _best(rows)
    assert round(_curve(unlucky).pai(2 / 6), 3) == 1.421
    assert round(pei_star(_curve(unlucky), best, 2 / 6), 3) == 0.692
    # of the two tied cells, of 7 and 3 incidents, either may be searched first
    assert _curve(rows).hits(2 / 6) == pytest.approx(6 + (7 + 3) / 2)
    assert round(_curve(rows).pai(2 / 6), 3) == 1.737
    assert round(pei_star(_curve(rows), best, 2 / 6), 3) == 0.846


@pytest.mark.realdata
@pytest.mark.skipif(not PAI_TOOL.exists(), reason="no benchmarks beside the checkout")
@pytest.mark.parametrize("crime", ["robbery", "theft_person"])
def test_london_hexagons_equal_a_plain_walk_over_the_file(crime: str) -> None:
    with (PAI_TOOL / f"{crime}_test_accuracy.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    units = [
        (int(u["crime_count_t1"]), int(u["crime_count_t2"]), int(u["area"]))
        for u in lines
    ]
    curve = _curve(units)
    all_area = sum(area for _, _, area in units)
    all_crime = sum(after for _, after, _ in units)
    units.sort(key=lambda unit: unit[0], reverse=True)
    by_before = [list(g) for _, g in groupby(units, key=lambda unit: unit[0])]

    # the areas chosen by "so many before, or more" hold no tie: whole numbers
    area = hits = 0
    for tied in by_before:
        area += sum(unit[2] for unit in tied)
        hits += sum(unit[1] for unit in tied)
        assert curve.hits(area / all_area) == pytest.approx(hits, abs=1e-6)
        known = (hits / all_crime) / (area / all_area)
        assert curve.pai(area / all_area) == pytest.approx(known, rel=1e-9)
        assert pai(hits, all_crime, area, all_area) == pytest.approx(known, rel=1e-9)
    assert (area, hits) == (all_area, all_crime)

    for percent in (1, 2, 5):
        left, found = all_area * percent / 100, 0.0
        for tied in by_before:
            area = sum(unit[2] for unit in tied)
            fits = min(1.0, left / area)
            found += fits * sum(unit[1] for unit in tied)
            left -= fits * area
        assert curve.hits(percent / 100) == pytest.approx(found, rel=1e-9)
        known = found / all_crime / (percent / 100)
        assert curve.pai(percent / 100) == pytest.approx(known, rel=1e-9)
