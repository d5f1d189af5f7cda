"""Every published number of a score, against the slow obvious twin."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import h3
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders import HARM_BY_CATEGORY, panel_of
from tests.oracles import labels, methods, scores
from tests.oracles.incidents import Incident, age, known_months
from tests.oracles.rates import Rates
from tests.oracles.universe import universe
from tests.strategies import LONG_MONTHS, MONTHS, histories, long_histories
from transforms.reference import clocks
from transforms.reference.categories import CATEGORIES
from transforms.reference.cells import as_text
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.reference.score_settings import HotspotLimits, Scoring
from transforms.scores.hotspots import Named
from transforms.scores.methods import DEFAULT_METHOD, METHODS, methods_for
from transforms.scores.methods.expectation import Expectation
from transforms.scores.score_months import score_month
from transforms.scores.view import view_at


AS_OF = MONTHS[13]
SOME_GROUPS = [
    "all-crime",
    "burglary",
    "drugs",
    "anti-social-behaviour",
    "robbery-and-theft-from-person",
]
WINDOWS = {"n_1m": (0, 0), "n_3m": (0, 2), "n_12m": (0, 11), "n_36m": (0, 35)}
WINDOWS["n_prev_12m"] = (12, 23)
# the small universes here need more of their cells than a home does
SCORING = Scoring(hotspots=HotspotLimits(5.0, 3, 350_000.0))
# Kinds of cells are an eighth of a doubling wide: none is moved by more than half.
KIND = 2 ** (1 / 16)
CENTRE = h3.latlng_to_cell(52.5, -1.5, 9)

History = tuple[list[Incident], list[tuple[int, int]]]


def _supplied_by_then(history: History) -> bool:
    incidents, supplied = history
    return min(supplied) <= AS_OF and any(m in supplied for _, m, _ in incidents)


def _scorable(history: History) -> bool:
    """Three months of the last twelve supplied, one with an incident; some universe."""
    incidents, supplied = history
    recent = known_months(supplied, AS_OF, 12)
    return (
        len(recent) >= 3
        and any(m in recent for _, m, _ in incidents)
        and bool(universe(incidents, AS_OF))
    )


ANY = st.one_of(histories().filter(_supplied_by_then), long_histories())
SCORABLE = st.one_of(histories().filter(_scorable), long_histories())


def exactly(examples: int) -> settings:
    """So many examples, the same ones each time."""
    return settings(max_examples=examples)


@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
@given(ANY)
@exactly(50)
def test_what_a_method_expects_equals_the_plain_python_oracle(
    name: str, history: History
) -> None:
    incidents, supplied = history
    seen = view_at(panel_of(incidents), [Month(*m) for m in supplied], Month(*AS_OF))
    cells = as_text(seen.cells)
    assert set(cells) == universe(incidents, AS_OF)
    if not cells:
        return
    found = METHODS[name].expect(seen)
    expected = methods.METHODS[name](incidents, supplied, AS_OF)
    assert list(found) == list(GROUPS)
    for slug, rates in expected.items():
        mean, shape = zip(*(rates[cell] for cell in cells), strict=True)
        assert found[slug].mean == pytest.approx(np.array(mean), rel=1e-9, abs=0)
        assert found[slug].rate_shape == pytest.approx(np.array(shape), rel=1e-9)


@dataclass(frozen=True)
class Scored:
    """A history scored by a method, next to the history itself."""

    method: str
    incidents: list[Incident]
    supplied: list[tuple[int, int]]

    @cached_property
    def cells(self) -> list[str]:
        return sorted(universe(self.incidents, AS_OF))

    @cached_property
    def expected(self) -> dict[str, Expectation]:
        """What the method expects: checked above, and the start of all the rest."""
        months = [Month(*m) for m in self.supplied]
        seen = view_at(panel_of(self.incidents), months, Month(*AS_OF))
        return METHODS[self.method].expect(seen)

    def mean(self, slug: str) -> dict[str, float]:
        return dict(zip(self.cells, self.expected[slug].mean.tolist(), strict=True))

    def usual(self, slug: str) -> dict[str, float]:
        return dict(zip(self.cells, self.expected[slug].usual.tolist(), strict=True))

    def rates(self, slug: str) -> Rates:
        shape = self.expected[slug].rate_shape.tolist()
        rates = zip(self.mean(slug).values(), shape, strict=True)
        return dict(zip(self.cells, rates, strict=True))

    @cached_property
    def result(self) -> tuple[pa.Table, dict[str, Named]]:
        return _score(self.method, self.incidents, self.supplied)

    def rows(self, slug: str) -> dict[str, dict[str, Any]]:
        """The rows of a group by cell."""
        rows = self.result[0].to_pylist()
        return {f"{r['h3_cell']:x}": r for r in rows if r["crime_group"] == slug}

    @property
    def history(self) -> tuple[list[Incident], list[tuple[int, int]], tuple[int, int]]:
        return self.incidents, self.supplied, AS_OF


def _score(
    method: str,
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    earlier: Mapping[str, Named] | None = None,
) -> tuple[pa.Table, dict[str, Named]]:
    months = [Month(*m) for m in supplied]
    panel = panel_of(incidents)
    return score_month(
        panel, months, Month(*AS_OF), METHODS[method], SCORING, "kent", earlier or {}
    )


def _town() -> list[Incident]:
    """A steady town's incidents of four years, and more of them in every March."""
    return [
        (cell, month, category)
        for month in LONG_MONTHS
        for place, cell in enumerate(h3.grid_disk(CENTRE, 3))
        for category, often in (
            ("anti-social-behaviour", 3 if month[1] == 3 else 1 + place % 2),
            ("burglary", int(place % 3 == 0)),
            ("robbery", int(place % 7 == 0)),
        )
        for _ in range(often)
    ]


STEADY = Scored(DEFAULT_METHOD, _town(), LONG_MONTHS)
SCORED = st.builds(
    lambda method, history: Scored(method, *history),
    st.sampled_from([DEFAULT_METHOD, "rolling_count"]),
    SCORABLE,
)


@given(SCORED)
@example(STEADY)
@exactly(15)
def test_counts_and_ranks_and_intervals_equal_the_oracle(scored: Scored) -> None:
    for slug in SOME_GROUPS:
        group = GROUPS[slug]
        rates = scored.rates(slug)
        rank = scores.ranked(scored.mean(slug))
        months = scores.monthly_counts(*scored.history, group)
        of_one = scores.spread_of_one(months.values())
        for cell, row in scored.rows(slug).items():
            mean, shape = rates[cell]
            assert row["score"] == mean
            size = scores.predictive_size(mean, shape, months[cell], of_one)
            assert (row["score_lo"], row["score_hi"]) == scores.interval(mean, size)
            assert row["score_size"] == pytest.approx(size, abs=1e-6)
            assert row["score_rank"] == rank[cell]
            assert row["score_pctile"] == pytest.approx(
                sum(r >= rank[cell] for r in rank.values()) / len(rank)
            )
            assert row["score_band"] == scores.band(rank[cell], len(rank))
            for name, (youngest, oldest) in WINDOWS.items():
                ages = [age(AS_OF, m) for m in scored.supplied]
                within = sum(youngest <= a <= oldest for a in ages)
                assert row[name.replace("n_", "months_", 1)] == within
                assert row[name] == scores.window_count(
                    *scored.history, group, cell, youngest, oldest
                )
            usual = scored.usual(slug)[cell] * row["months_12m"]
            assert row["expected_12m"] == pytest.approx(usual)


@given(SCORED)
@example(STEADY)
@exactly(15)
def test_rows_are_kept_for_incidents_of_36_months_or_a_top_5_percent_rank(
    scored: Scored,
) -> None:
    for slug in SOME_GROUPS:
        rank = scores.ranked(scored.mean(slug))
        assert set(scored.rows(slug)) == {
            cell
            for cell in scored.cells
            if 20 * (rank[cell] - 1) < len(rank)
            or scores.window_count(*scored.history, GROUPS[slug], cell, 0, 35)
        }


@given(SCORED)
@example(STEADY)
@exactly(10)
def test_top_probabilities_lie_where_the_exact_cutoff_puts_them(scored: Scored) -> None:
    """Between the cutoffs of cells all moved to one end of their kind or the other."""
    for slug in SOME_GROUPS:
        rates = scored.rates(slug)
        rows = scored.rows(slug)
        if not any(mean for mean, _ in rates.values()):
            assert all(row["p_top1"] is None for row in rows.values())
            continue
        places = -(-len(rates) // 100)
        low, high = (
            scores.top_cutoff(list(rates.values()), places, scores.blurred(end, KIND))
            for end in (min, max)
        )
        for cell, row in rows.items():
            most = scores.chance_above(low, rates[cell])
            least = scores.chance_above(high, rates[cell])
            assert least - 1e-5 <= row["p_top1"] <= most + 1e-5


@given(SCORED)
@example(STEADY)
@exactly(10)
def test_labels_equal_the_oracle(scored: Scored) -> None:
    for slug in SOME_GROUPS:
        months = scores.monthly_counts(*scored.history, GROUPS[slug])
        at = {cell: i for i, cell in enumerate(scored.cells)}
        near = [{at[n] for n in h3.grid_ring(c, 1) if n in at} for c in scored.cells]
        z, q = _gi_star([sum(row) / len(row) for row in months.values()], near)
        kinds = _hotspot_classes(list(months.values()), near)
        for cell, row in scored.rows(slug).items():
            for name, values in (("gi_star_z", z), ("gi_star_q", q)):
                expected = values[at[cell]]
                assert row[name] == (
                    None
                    if np.isnan(expected)
                    else pytest.approx(expected, rel=1e-9, abs=1e-9)
                )
            assert row["hotspot_class"] == (kinds[at[cell]] if kinds else None)


def _gi_star(
    values: Sequence[float], near: Sequence[set[int]]
) -> tuple[list[float], list[float]]:
    z = labels.gi_star(values, near)
    return z, labels.false_discovery_q([labels.two_sided(x) for x in z])


def _hotspot_classes(
    months: Sequence[Sequence[int]], near: Sequence[set[int]]
) -> list[str] | None:
    """Of each cell; a ring of fewer than five incidents is neither hot nor cold."""
    if len(months[0]) < 10:
        return None
    marks, zs = [], []
    for counts in zip(*months, strict=True):
        z, q = _gi_star(counts, near)
        enough = [
            counts[i] + sum(counts[n] for n in near[i]) >= 5 for i in range(len(counts))
        ]
        marks.append(
            [
                (1 if z[i] > 0 else -1) if q[i] <= 0.05 and enough[i] else 0
                for i in range(len(counts))
            ]
        )
        zs.append(z)
    return [
        labels.hotspot_class(of_cell, z)
        for of_cell, z in zip(
            zip(*marks, strict=True), zip(*zs, strict=True), strict=True
        )
    ]


@given(SCORED)
@example(STEADY)
@exactly(15)
def test_harm_equals_the_oracle(scored: Scored) -> None:
    for slug in SOME_GROUPS:
        group = GROUPS[slug]
        weights = scores.mean_weights(*scored.history, HARM_BY_CATEGORY)
        now = [category for category in group.categories if category in CATEGORIES]
        means = {category: scored.mean(category) for category in now}
        for cell, row in scored.rows(slug).items():
            harm, gravest_share = scores.harm_columns(
                *scored.history, group, cell, HARM_BY_CATEGORY
            )
            assert row["harm_12m"] == pytest.approx(harm)
            assert row["harm_top_share_12m"] == pytest.approx(gravest_share)
            assert row["harm_score"] == pytest.approx(
                sum(means[category][cell] * weights[category] for category in means)
            )


@given(SCORED)
@example(STEADY)
@exactly(15)
def test_hot_spots_equal_the_oracle_and_stand_on_their_rows(scored: Scored) -> None:
    for slug in SOME_GROUPS:
        limits = SCORING.hotspots
        rank = scores.ranked(scored.mean(slug))
        share = Fraction(limits.share_percent)
        spots = scores.clusters(
            rank, scored.mean(slug), share, limits.max_cells, limits.max_area_m2
        )
        expected = scores.named(f"kent-{slug}", spots, {})
        _, found = scored.result
        assert {
            name: {f"{cell:x}" for cell in cells} for name, cells in found[slug].items()
        } == expected
        of_cell = {cell: name for name, cells in expected.items() for cell in cells}
        rows = scored.rows(slug)
        assert {c: row["hotspot_id"] for c, row in rows.items()} == {
            c: of_cell.get(c) for c in rows
        }
        assert of_cell.keys() <= rows.keys()


def test_hot_spots_take_the_ids_that_their_cells_had_the_month_before() -> None:
    _, spots = STEADY.result
    before = {
        slug: {f"was-{name}": cells for name, cells in of_group.items()}
        for slug, of_group in spots.items()
    }
    table, found = _score(STEADY.method, STEADY.incidents, STEADY.supplied, before)
    assert found == before
    ids = {(r["crime_group"], r["hotspot_id"]) for r in table.to_pylist()}
    assert {(slug, name) for slug, of_group in before.items() for name in of_group} == {
        (slug, name) for slug, name in ids if name is not None
    }


@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
@given(SCORABLE)
@exactly(12)
def test_nothing_after_the_as_of_moves_a_score(name: str, history: History) -> None:
    incidents, supplied = history
    known = [i for i in incidents if i[1] <= AS_OF]
    planted = [(known[0][0], MONTHS[-1], "burglary")] * 50
    elsewhere = [(h3.latlng_to_cell(54.0, -2.5, 9), MONTHS[-1], "robbery")] * 50
    alone, spots = _score(name, known, supplied)
    with_future, later = _score(
        name, [*incidents, *planted, *elsewhere], [*supplied, MONTHS[-1]]
    )
    assert with_future.equals(alone)
    assert later == spots


@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
def test_no_part_of_a_score_is_learned_from_what_came_later(name: str) -> None:
    """The next month changes everything that a score rests on, and must not show."""
    incidents = _town()
    known = [i for i in incidents if i[1] <= AS_OF]
    nxt = MONTHS[14]
    planted = [
        # points that were not there, harm, and more of it than ever at the edge
        *[(c, nxt, k) for c in h3.grid_ring(CENTRE, 4) for k in CATEGORIES] * 5,
        # other neighbourhoods
        *[(h3.latlng_to_cell(52.6, -1.5, 9), nxt, "robbery")] * 9,
        # a season turned about
        *[(CENTRE, nxt, "anti-social-behaviour")] * 500,
    ]
    alone, spots = _score(name, known, LONG_MONTHS)
    found, later = _score(name, [*known, *planted], LONG_MONTHS)
    assert found.equals(alone)
    assert later == spots


def test_that_town_has_a_season_points_and_a_hot_spot_to_move() -> None:
    incidents = _town()
    counts = Counter(month for _, month, slug in incidents if slug == methods.ASB)
    assert methods.season(counts, LONG_MONTHS, AS_OF) > 1.5
    assert methods.points_of(incidents, LONG_MONTHS, AS_OF, CENTRE) == 3
    assert len(STEADY.result[1]["burglary"]) > 1


@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
@given(SCORABLE)
@exactly(8)
def test_the_order_of_incidents_changes_nothing(name: str, history: History) -> None:
    incidents, supplied = history
    one, spots = _score(name, incidents, supplied)
    other, others = _score(name, incidents[::-1], supplied)
    assert one.equals(other)
    assert spots == others


def test_a_score_is_empty_where_nothing_is_expected_and_never_nan() -> None:
    old = [(CENTRE, LONG_MONTHS[0], "bicycle-theft")] * 1000
    recent = [(CENTRE, m, "burglary") for m in MONTHS[:14]]
    for name in methods_for(clocks.MONTHS):
        table, _ = _score(name, [*old, *recent], LONG_MONTHS)
        for field in table.schema:
            if pa.types.is_floating(field.type):
                values = table[field.name].drop_null().to_numpy()
                assert not np.isnan(values).any(), (name, field.name)
        quiet = table.filter(pa.compute.equal(table["crime_group"], "shoplifting"))
        assert quiet["p_top1"].null_count == len(quiet) > 0
        assert set(quiet["score_hi"].to_pylist()) == {0}


def test_of_a_year_without_supplied_months_there_are_no_steps() -> None:
    old = [(CENTRE, LONG_MONTHS[0], "burglary")] * 5
    seen = view_at(panel_of(old), [Month(*LONG_MONTHS[0])], Month(*AS_OF))
    assert seen.steps.shape == (len(CATEGORIES), len(seen.cells), 0)
