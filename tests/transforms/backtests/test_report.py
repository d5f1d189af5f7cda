"""What a backtest says, against means taken one force-month after another."""

from collections import defaultdict
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.backtests.blocks import LEAST_BLOCKS
from transforms.backtests.contest import (
    AREA_SHARES,
    AREAS_M2,
    CALIBRATED,
    GI_STAR,
    ORACLE,
    RANDOM,
)
from transforms.backtests.report import (
    calibration,
    equal_area,
    headline,
    paired_gain,
    summary,
)
from transforms.backtests.schemas import ACCURACY_SUMMARY, CALIBRATION
from transforms.lake.schemas import ACCURACY
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.methods import METHODS


SLUGS = ["all-crime", "burglary"]
ROLLING = ["rolling_count", "rolling_count_1m", "rolling_count_3m"]
NAMES = ["point_exposure", *ROLLING, GI_STAR, RANDOM, ORACLE]
MONTHS = [Month(2024, 11) + i for i in range(5)]
SCARCE = [0, 0, 0, 1, 2, 8, 24]

Row = dict[str, Any]


def a_row(slug: str, method: str, month: str, incidents: int, **others: Any) -> Row:
    """A row with what every row has, and nothing found."""
    return {
        "force": "kent",
        "as_of": str(Month.parse(month) + -others.get("horizon_months", 1)),
        "horizon_months": 1,
        "outcome_month": month,
        "crime_group": slug,
        "method": method,
        "incidents": incidents,
        "incidents_outside": 0,
        **{f"hits_{name}": 0.0 for name in (*AREA_SHARES, *AREAS_M2)},
        "auc": 0.5 if incidents else None,
        "universe_cells": 100,
        "universe_area_m2": 1e7,
        "inputs_sha256": "0" * 64,
        **others,
    }


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=ACCURACY)


def _some_rows(generator: Random) -> list[Row]:
    """Two forces, five months, two horizons: a row here and there is not there."""
    rows = []
    dropped = generator.choice([0.0, 0.0, 0.3])
    for force in ("kent", "sussex")[: generator.randint(1, 2)]:
        for slug in SLUGS:
            scarce = generator.choice([SCARCE, SCARCE, [0]])
            for month in MONTHS[: generator.randint(1, 5)]:
                incidents = generator.choice(scarce)
                for horizon in (1, 3):
                    rows += [
                        _random_row(generator, slug, name, str(month), incidents)
                        | {"force": force, "horizon_months": horizon}
                        for name in NAMES
                        if generator.random() >= dropped
                    ]
    generator.shuffle(rows)
    return rows


def _random_row(
    generator: Random, slug: str, name: str, month: str, incidents: int
) -> Row:
    universe_m2 = generator.choice([3e6, 9e6, 14e6, 90e6])
    hits: Row = {
        f"hits_{k}": incidents * generator.randint(0, 8) / 8
        if AREAS_M2.get(k, 0) <= universe_m2
        else None
        for k in (*AREA_SHARES, *AREAS_M2)
    }
    hits["universe_area_m2"] = universe_m2
    more: Row = {}
    if name not in (RANDOM, ORACLE) and generator.random() < 0.8:
        more["jaccard_1pct"] = generator.randint(0, 4) / 4
    if name in METHODS:
        more["log_score"] = -generator.random()
        more["expected"] = generator.choice([0.0, 1.5, 20.0])
    if name in CALIBRATED:
        cells = [float(generator.randint(0, 5)) for _ in range(3)]
        more["interval_cells"] = cells
        more["interval_inside"] = [n * generator.randint(0, 4) / 4 for n in cells]
        for told in ("tenths_expected", "tenths_observed"):
            more[told] = [float(generator.randint(0, 9)) for _ in range(10)]
    if incidents:
        more["auc"] = generator.random()
    return a_row(slug, name, month, incidents) | hits | more


SOME = st.randoms(use_true_random=True).map(_some_rows)


def searched(line: Row) -> str:
    """The name of the area that a line is of."""
    if line["area_share"] is None:
        return f"{line['area_km2']:g}km2"
    return {area: name for name, area in AREA_SHARES.items()}[line["area_share"]]


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


class Plain:
    """A contestant's months at a horizon, the slow way."""

    def __init__(self, rows: list[Row], slug: str, method: str, horizon: int) -> None:
        asked = (slug, method, horizon)
        self.rows = [
            r
            for r in rows
            if (r["crime_group"], r["method"], r["horizon_months"]) == asked
        ]

    def rates(self, share: str) -> dict[tuple[str, str], float]:
        """By force-month, of those in which there was anything to find."""
        return {
            (r["force"], r["outcome_month"]): r[f"hits_{share}"] / r["incidents"]
            for r in self.rows
            if r["incidents"] and r[f"hits_{share}"] is not None
        }

    def values(self, name: str) -> list[float]:
        return [r[name] for r in self.rows if r.get(name) is not None]

    @property
    def blocks(self) -> int:
        """Pairs of months, from the first on, with anything to find."""
        first = min(Month.parse(r["outcome_month"]) for r in self.rows)
        pairs = defaultdict(set)
        for r in self.rows:
            if r["incidents"]:
                pair = Month.parse(r["outcome_month"]).since(first) // 2
                pairs[r["force"]].add(pair)
        return sum(len(of_force) for of_force in pairs.values())


@given(SOME)
@settings(max_examples=60)
def test_the_summary_equals_plain_means_over_force_months(rows: list[Row]) -> None:
    found = {
        (r["crime_group"], r["method"], r["horizon_months"], searched(r)): r
        for r in summary(table(rows)).to_pylist()
    }
    expected_keys = set()
    for slug, name, horizon in (
        (s, n, h) for s in SLUGS for n in NAMES for h in (1, 3)
    ):
        for share in (*AREA_SHARES, *AREAS_M2):
            large = [r for r in rows if r[f"hits_{share}"] is not None]
            mine = Plain(large, slug, name, horizon)
            if not any(mine.values("incidents")):
                continue
            area = AREA_SHARES.get(share)
            expected_keys.add((slug, name, horizon, share))
            line = found[slug, name, horizon, share]
            rates = mine.rates(share)
            assert line["force_months"] == len(rates)
            assert line["forces"] == len({r["force"] for r in mine.rows})
            assert line["incidents"] == sum(mine.values("incidents"))
            months = [r["outcome_month"] for r in mine.rows]
            assert line["first_outcome_month"] == min(months)
            assert line["last_outcome_month"] == max(months)
            assert line["hit_rate"] == pytest.approx(mean(list(rates.values())))
            if area:
                assert line["pai"] == pytest.approx(line["hit_rate"] / area)
                universe_m2 = mean(mine.values("universe_area_m2")) or 0
                assert line["area_km2"] == pytest.approx(area * universe_m2 / 1e6)
            else:
                assert line["pai"] is None
                assert line["area_km2"] == AREAS_M2[share] / 1e6
            best = Plain(rows, slug, ORACLE, horizon).rates(share)
            of_best = [rates[key] / best[key] for key in rates if best.get(key)]
            assert line["pei_star"] == pytest.approx(mean(of_best))
            for measure in ("auc", "jaccard_1pct", "log_score"):
                known = mean(mine.values(measure))
                assert line[measure] == pytest.approx(known), measure
            expected = mine.values("expected")
            assert line["expected"] == (
                pytest.approx(sum(expected)) if expected else None
            )
    assert found.keys() == expected_keys


@given(SOME)
@settings(max_examples=60)
def test_gains_are_over_the_best_rolling_count_of_the_month_before(
    rows: list[Row],
) -> None:
    """At the longer horizon too: the rival of those months knew two months more."""
    for line in summary(table(rows)).to_pylist():
        slug = line["crime_group"]
        rivals = {name: Plain(rows, slug, name, 1) for name in ROLLING}
        by = "1pct" if line["area_share"] else searched(line)
        found = {
            name: mean(list(rates.values()))
            for name, rival in rivals.items()
            if (rates := rival.rates(by))
        }
        if not found:
            assert line["rival"] is line["gain"] is None
            continue
        assert found[line["rival"]] == pytest.approx(max(found.values()))
        share = searched(line)
        mine = Plain(rows, slug, line["method"], line["horizon_months"]).rates(share)
        others = rivals[line["rival"]].rates(share)
        gains = [mine[key] - others[key] for key in mine if key in others]
        assert line["gain"] == pytest.approx(mean(gains), abs=1e-12)
        if line["method"] == line["rival"] and line["horizon_months"] == 1:
            assert line["gain"] == 0.0


@given(SOME)
@settings(max_examples=60)
def test_intervals_hold_the_mean_and_few_blocks_have_none(rows: list[Row]) -> None:
    for line in summary(table(rows)).to_pylist():
        key = line["crime_group"], line["method"], line["horizon_months"]
        large = [r for r in rows if r[f"hits_{searched(line)}"] is not None]
        few = Plain(large, *key).blocks < LEAST_BLOCKS
        assert (line["hit_rate_lo"] is None) == (line["hit_rate_hi"] is None) == few
        for name in ("hit_rate", "gain"):
            low, high = line[f"{name}_lo"], line[f"{name}_hi"]
            if low is not None:
                assert low - 1e-9 <= line[name] <= high + 1e-9


def test_the_gain_is_paired_so_that_hard_months_do_not_blur_it() -> None:
    """Always 1 in 8 better, in months of which much or little can be found."""
    rows = []
    months = [Month(2024, 1) + i for i in range(10)]
    for month, found in zip(months, 2 * (1, 6, 0, 5, 2), strict=True):
        for name, more in (("point_exposure", 1), ("rolling_count", 0)):
            row = a_row("burglary", name, str(month), 8, hits_1pct=float(found + more))
            rows.append(row)
    line = next(r for r in headline(summary(table(rows))).to_pylist())
    assert (line["method"], line["rival"]) == ("point_exposure", "rolling_count")
    assert [line[n] for n in ("gain", "gain_lo", "gain_hi")] == [0.125] * 3
    assert line["hit_rate_hi"] - line["hit_rate_lo"] > 0.1
    told = paired_gain(table(rows), "burglary", "point_exposure", "rolling_count")
    assert told == (0.125, 0.125, 0.125)


@given(SOME, st.sampled_from(NAMES), st.sampled_from(NAMES))
@settings(max_examples=40)
def test_a_paired_gain_is_that_of_the_months_both_have(
    rows: list[Row], one: str, other: str
) -> None:
    mine, theirs = (Plain(rows, "burglary", n, 1).rates("2pct") for n in (one, other))
    gains = [mine[key] - theirs[key] for key in mine if key in theirs]
    gain, low, high = paired_gain(table(rows), "burglary", one, other, "2pct")
    known = mean(gains)
    assert gain == pytest.approx(float("nan") if known is None else known, nan_ok=True)
    assert not low > gain + 1e-9
    assert not high < gain - 1e-9


@given(SOME)
@settings(max_examples=30)
def test_the_headline_is_a_month_ahead_and_1_percent_of_the_area(
    rows: list[Row],
) -> None:
    whole = summary(table(rows))
    kept = [
        r
        for r in whole.to_pylist()
        if r["horizon_months"] == 1 and r["area_share"] == 0.01
    ]
    assert headline(whole).to_pylist() == kept


@given(SOME)
@settings(max_examples=30)
def test_an_equal_area_is_a_month_ahead_and_10_km2(rows: list[Row]) -> None:
    whole = summary(table(rows))
    kept = [
        r
        for r in whole.to_pylist()
        if r["horizon_months"] == 1 and searched(r) == "10km2"
    ]
    assert equal_area(whole).to_pylist() == kept


def test_a_longer_history_finds_more_in_1_percent_and_as_much_in_10_km2() -> None:
    """The same ranking in a universe of twice the size, quiet cells around it."""
    found = {}
    for universe_m2 in (900e6, 1800e6):
        share = universe_m2 / 100 / 1e6  # km2 searched, an incident in each
        row = a_row("burglary", "point_exposure", "2024-12", 40)
        row |= {"hits_1pct": share, "hits_10km2": 10.0, "universe_area_m2": universe_m2}
        whole = summary(table([row]))
        [one], [alike] = headline(whole).to_pylist(), equal_area(whole).to_pylist()
        found[universe_m2] = (one["area_km2"], one["hit_rate"], alike["hit_rate"])
    assert found == {900e6: (9.0, 0.225, 0.25), 1800e6: (18.0, 0.45, 0.25)}


@given(SOME)
@settings(max_examples=40)
def test_calibration_adds_up_the_months_of_those_told(rows: list[Row]) -> None:
    found = calibration(table(rows)).to_pylist()
    keys = []
    for slug in SLUGS:
        for name in CALIBRATED:
            mine = Plain(rows, slug, name, 1).rows
            if not mine:
                continue
            of = [r for r in found if (r["crime_group"], r["method"]) == (slug, name)]
            tenths = [r for r in of if r["kind"] == "tenth of expected crime"]
            bands = [r for r in of if r["kind"] == "cells by expected incidents"]
            assert [r["part"] for r in tenths] == [str(i) for i in range(1, 11)]
            assert [r["part"] for r in bands] == ["0.2 to 1", "1 to 5", "over 5"]
            for at, line in enumerate(tenths):
                for told in ("expected", "observed"):
                    assert line[told] == sum(r[f"tenths_{told}"][at] for r in mine)
                assert line["cells"] is line["inside_interval"] is None
            for at, line in enumerate(bands):
                cells = sum(r["interval_cells"][at] for r in mine)
                inside = sum(r["interval_inside"][at] for r in mine)
                assert line["cells"] == cells
                assert line["inside_interval"] == (
                    pytest.approx(inside / cells) if cells else None
                )
                assert line["expected"] is line["observed"] is None
            keys.append((slug, name))
    assert {(r["crime_group"], r["method"]) for r in found} == set(keys)


def test_crime_groups_come_in_their_own_order() -> None:
    slugs = list(reversed(GROUPS))
    rows = table([a_row(s, "rolling_count", "2024-11", 2) for s in slugs])
    told = dict.fromkeys(summary(rows)["crime_group"].to_pylist())
    assert list(told) == list(GROUPS)


def test_a_method_that_expects_nothing_is_told_to_expect_nothing() -> None:
    row = a_row("burglary", "rolling_count_1m", "2024-11", 2, expected=0.0)
    assert headline(summary(table([row])))["expected"].to_pylist() == [0.0]


def test_a_group_of_which_nothing_happened_in_the_next_month_has_no_rival() -> None:
    """Three months on it has: there is a share found, and nothing to compare with."""
    later = {"horizon_months": 3, "hits_1pct": 1.0}
    rows = [
        a_row("burglary", "rolling_count", "2024-11", 0),
        a_row("burglary", "rolling_count", "2025-01", 2, **later),
    ]
    lines = summary(table(rows)).to_pylist()
    assert {r["horizon_months"] for r in lines} == {3}
    assert {r["rival"] for r in lines} == {r["gain"] for r in lines} == {None}


def test_no_rows_give_empty_tables() -> None:
    none = ACCURACY.empty_table()
    assert summary(none).equals(ACCURACY_SUMMARY.empty_table())
    assert headline(summary(none)).equals(ACCURACY_SUMMARY.empty_table())
    assert calibration(none).equals(CALIBRATION.empty_table())
    nothing = table([a_row("burglary", "rolling_count", "2024-11", 0)])
    assert len(summary(nothing)) == 0
