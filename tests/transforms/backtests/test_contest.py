"""The contest: all see the same past, and none of them the month they are held against.

Rows of incidents are small and made up, as in `tests/strategies.py`; what a row should
say is counted from them one by one.
"""

from collections import Counter
from math import ceil, isnan
from random import Random

import h3
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.builders import CATEGORY_SLUGS, panel_of
from tests.oracles import backtests
from tests.oracles import universe as oracles
from tests.oracles.incidents import Incident
from tests.strategies import MONTHS, long_histories
from transforms.backtests import contest as contests
from transforms.backtests.contest import (
    AREA_SHARES,
    AREAS_M2,
    CALIBRATED,
    GI_STAR,
    ORACLE,
    RANDOM,
    Contest,
    outcome_of,
)
from transforms.reference import clocks
from transforms.reference.cells import as_text
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.methods import methods_for
from transforms.scores.view import view_at


ORIGIN, NEXT = MONTHS[11], MONTHS[12]
METHODS = methods_for(clocks.MONTHS)
RANKED = [*METHODS, GI_STAR]
CONTESTANTS = [*RANKED, RANDOM, ORACLE]
HITS = {f"hits_{name}": share for name, share in AREA_SHARES.items()}
# Far from everywhere that `tests/strategies.py` puts incidents.
STRANGE = sorted(h3.cell_to_children(h3.latlng_to_cell(54.0, -1.0, 7), 9))

Time = tuple[int, int]
History = tuple[list[Incident], list[Time]]
Row = dict[str, object]


def a_contest(history: History, origin: Time = ORIGIN) -> Contest:
    incidents, supplied = history
    months = [Month(*month) for month in supplied]
    return Contest(view_at(panel_of(incidents), months, Month(*origin)))


def rows_of(contest: Contest, month: Time = NEXT) -> dict[tuple[str, str], Row]:
    """The rows of an outcome month by crime group and contestant."""
    rows = list(contest.rows(outcome_of(contest.view, Month(*month)), {}))
    by_key = {(str(r["crime_group"]), str(r["method"])): r for r in rows}
    assert len(by_key) == len(rows)
    return by_key


def planted(history: History, generator: Random) -> History:
    """The same history, and much more from the month after the origin on.

    In places that had nothing before as in those that had, and of a town of which
    nothing was known at the origin.
    """
    incidents, supplied = history
    known = sorted({cell for cell, _, _ in incidents})
    cells = [*known[:10], *STRANGE, h3.grid_ring(known[0], 4)[0]]
    signal = [
        (generator.choice(cells), generator.choice(MONTHS[12:]), slug)
        for slug in CATEGORY_SLUGS
        for _ in range(generator.randint(0, 40))
    ]
    return incidents + signal, sorted({*supplied, *MONTHS[12:]})


HISTORIES = long_histories()
PLANTED = st.builds(planted, HISTORIES, st.randoms(use_true_random=True))


def some(examples: int) -> settings:
    """So many examples, the same ones each time."""
    return settings(max_examples=examples)


@given(PLANTED)
@some(20)
def test_every_contestant_has_a_row_for_every_group(history: History) -> None:
    rows = rows_of(a_contest(history))
    assert rows.keys() == {(slug, name) for slug in GROUPS for name in CONTESTANTS}


@given(PLANTED)
@some(20)
def test_incidents_outside_the_universe_count_and_are_found_by_nobody(
    history: History,
) -> None:
    incidents, _ = history
    universe = oracles.universe(incidents, ORIGIN)
    assert not universe & set(STRANGE)
    for (slug, _), row in rows_of(a_contest(history)).items():
        of_month = [
            cell
            for cell, month, category in incidents
            if month == NEXT and category in GROUPS[slug].categories
        ]
        outside = sum(cell not in universe for cell in of_month)
        assert row["incidents"] == len(of_month)
        assert row["incidents_outside"] == outside
        assert all(row[name] <= len(of_month) - outside + 1e-9 for name in HITS)


@given(HISTORIES)
@some(10)
def test_a_month_that_lies_all_outside_is_counted_and_missed(history: History) -> None:
    incidents = [i for i in history[0] if i[1] <= ORIGIN]
    incidents += [(STRANGE[0], NEXT, "burglary")] * 7
    rows = rows_of(a_contest((incidents, history[1])))
    for (slug, _), row in rows.items():
        struck = "burglary" in GROUPS[slug].categories
        assert row["incidents"] == row["incidents_outside"] == (7 if struck else 0)
        assert [row[name] for name in HITS] == [0.0] * 4
        assert row["auc"] == 0.0 if struck else isnan(row["auc"])


@given(PLANTED)
@some(40)
def test_nobody_finds_more_than_the_oracle(history: History) -> None:
    rows = rows_of(a_contest(history))
    for (slug, _), row in rows.items():
        best = rows[slug, ORACLE]
        for name in (*HITS, "auc"):
            assert not row[name] > best[name] + 1e-9, (slug, row["method"], name)


@given(PLANTED)
@some(20)
def test_a_random_search_finds_the_share_of_the_area_that_it_searches(
    history: History,
) -> None:
    rows = rows_of(a_contest(history))
    for slug in GROUPS:
        row = rows[slug, RANDOM]
        inside = row["incidents"] - row["incidents_outside"]
        for name, share in HITS.items():
            assert row[name] == pytest.approx(share * inside)
        if row["incidents"]:
            assert row["auc"] == pytest.approx(0.5 * inside / row["incidents"])


@given(PLANTED)
@some(20)
def test_in_an_equal_area_as_much_is_found_as_a_plain_walk_finds(
    history: History,
) -> None:
    contest = a_contest(history)
    view = contest.view
    areas = [h3.cell_area(cell, "m^2") for cell in as_text(view.cells)]
    outcome = outcome_of(view, Month(*NEXT))
    # as small as these universes: a real one is a thousand km2
    small = {name: area_m2 / 1e2 for name, area_m2 in AREAS_M2.items()}
    few = {name: area for name, area in small.items() if area <= 0.05 * sum(areas)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(contests, "AREAS_M2", small)
        rows = rows_of(contest)
    for (slug, name), row in rows.items():
        if name not in contest.methods:
            continue
        ranking = contest.expected[name][slug].mean.tolist()
        inside, _ = outcome.of(view, GROUPS[slug])
        for area, area_m2 in few.items():
            hits = backtests.hits_within(ranking, inside.tolist(), areas, area_m2)
            assert row[f"hits_{area}"] == pytest.approx(hits, abs=1e-5)
        assert all(isnan(row[f"hits_{area}"]) for area in {*AREAS_M2} - {*few})


def test_where_gi_star_cannot_be_told_no_cell_comes_before_another() -> None:
    """Nothing in twelve months: all cells are alike, and the search is as random."""
    cells = sorted(h3.cell_to_children(h3.latlng_to_cell(52.5, -1.5, 7), 9))
    incidents = [(cell, MONTHS[11], "drugs") for cell in cells[:8]]
    incidents += [(cells[3], NEXT, "burglary")] * 5
    rows = rows_of(a_contest((incidents, MONTHS)))
    for name in (*HITS, "auc"):
        assert rows["burglary", GI_STAR][name] == rows["burglary", RANDOM][name]
        assert rows["drugs", GI_STAR]["incidents"] == 0


def test_cells_without_a_gi_star_are_searched_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = sorted(h3.cell_to_children(h3.latlng_to_cell(52.5, -1.5, 7), 9))
    z = np.arange(len(cells), dtype=float) - 20
    z[[5, 11, 40]] = np.nan
    monkeypatch.setattr(contests, "gi_star_z", lambda *_: z)
    incidents = [(cell, ORIGIN, "drugs") for cell in cells[:8]]
    order = a_contest((incidents, MONTHS)).searches[GI_STAR, "drugs"].order.tolist()
    assert sorted(order[-3:]) == [5, 11, 40]
    assert order[:3] == [48, 47, 46]
    assert order[-4] == 0


@given(PLANTED)
@some(20)
def test_the_top_of_a_method_is_one_cell_in_a_hundred_the_highest_first(
    history: History,
) -> None:
    contest = a_contest(history)
    cells = as_text(contest.view.cells)
    for slug in GROUPS:
        for name in METHODS:
            mean = contest.expected[name][slug].mean.tolist()
            rank = sorted(range(len(cells)), key=lambda i, m=mean: (-m[i], cells[i]))
            top = [cells[i] for i in rank[: ceil(len(cells) / 100)]]
            assert as_text(contest.tops[name, slug]) == top
    assert contest.tops.keys() == {(name, slug) for slug in GROUPS for name in RANKED}


@given(PLANTED)
@some(20)
def test_stability_is_the_overlap_with_the_top_of_the_month_before(
    history: History,
) -> None:
    now, earlier = a_contest(history), a_contest(history, MONTHS[10])
    outcome = outcome_of(now.view, Month(*NEXT))
    told = 0
    for row in now.rows(outcome, earlier.tops):
        name, slug = row["method"], row["crime_group"]
        if name in RANKED:
            tops = [set(c.tops[name, slug].tolist()) for c in (now, earlier)]
            assert row["jaccard_1pct"] == len(tops[0] & tops[1]) / len(
                tops[0] | tops[1]
            )
            told += 1
        else:
            assert isnan(row.get("jaccard_1pct", np.nan))
    assert told == len(RANKED) * len(GROUPS)
    assert all(
        isnan(r["jaccard_1pct"]) for (_, n), r in rows_of(now).items() if n in RANKED
    )


@given(HISTORIES, st.randoms(use_true_random=True))
@some(40)
def test_no_contestant_knows_anything_of_the_months_after_the_origin(
    history: History, generator: Random
) -> None:
    """Neither what happens there nor which places will have any crime at all."""
    incidents, supplied = history
    until = (
        [i for i in incidents if i[1] <= ORIGIN],
        [month for month in supplied if month <= ORIGIN],
    )
    assume(oracles.universe(until[0], ORIGIN))
    then, later = a_contest(until), a_contest(planted(history, generator))
    assert then.view.cells.tolist() == later.view.cells.tolist()
    assert len(later.view.panel.cells) > len(later.view.cells)
    assert then.searches.keys() == later.searches.keys()
    for key, search in then.searches.items():
        assert search.order.tolist() == later.searches[key].order.tolist(), key
        assert search.ends.tolist() == later.searches[key].ends.tolist(), key
        assert search.area_share.tolist() == later.searches[key].area_share.tolist()
    assert then.tops.keys() == later.tops.keys()
    for key, top in then.tops.items():
        assert top.tolist() == later.tops[key].tolist(), key
    for name, by_group in then.expected.items():
        for slug, expected in by_group.items():
            after = later.expected[name][slug]
            assert expected.mean.tolist() == after.mean.tolist(), (name, slug)
            assert expected.rate_shape.tolist() == after.rate_shape.tolist()


@given(HISTORIES, st.randoms(use_true_random=True))
@some(10)
def test_what_the_intervals_rest_on_knows_nothing_later_either(
    history: History, generator: Random
) -> None:
    """The same month held against both: all that is told of it is the same."""
    incidents, _ = history
    more, months = planted(history, generator)
    until = [i for i in incidents if i[1] <= NEXT]
    beyond = until + [i for i in more if i[1] > NEXT]
    then, later = (
        rows_of(a_contest((until, months))),
        rows_of(a_contest((beyond, months))),
    )
    for key, row in then.items():
        for name, value in row.items():
            both_nan = isinstance(value, float) and isnan(value)
            after = later[key][name]
            assert isnan(after) if both_nan else after == value, (key, name)


@given(PLANTED, st.sampled_from(MONTHS[12:]))
@some(20)
def test_an_outcome_is_of_its_own_month_alone(history: History, month: Time) -> None:
    incidents, _ = history
    seen = a_contest(history).view
    outcome = outcome_of(seen, Month(*month))
    of_month = Counter(
        (category, cell) for cell, when, category in incidents if when == month
    )
    cells = as_text(seen.cells)
    for slug, group in GROUPS.items():
        counts, outside = outcome.of(seen, group)
        assert counts.tolist() == [
            sum(of_month[category, cell] for category in group.categories)
            for cell in cells
        ], slug
        total = sum(n for (c, _), n in of_month.items() if c in group.categories)
        assert outside == total - counts.sum()


@given(HISTORIES)
@some(5)
def test_a_month_of_no_incident_at_all_is_an_outcome_of_none(history: History) -> None:
    rows = rows_of(a_contest(history), (2026, 7))
    assert {row["incidents"] for row in rows.values()} == {0}
    assert all(isnan(row["auc"]) for row in rows.values())


@given(PLANTED)
@some(10)
def test_what_is_expected_is_told_of_methods_and_in_full_of_the_two_calibrated(
    history: History,
) -> None:
    contest = a_contest(history)
    for (slug, name), row in rows_of(contest).items():
        assert ("expected" in row) == ("log_score" in row) == (name in METHODS)
        assert ("tenths_expected" in row) == (name in CALIBRATED)
        if name in METHODS:
            mean = contest.expected[name][slug].mean
            assert row["expected"] == pytest.approx(mean.sum())
        if name in CALIBRATED:
            inside = row["incidents"] - row["incidents_outside"]
            assert sum(row["tenths_expected"]) == pytest.approx(mean.sum())
            assert sum(row["tenths_observed"]) == inside
            assert len(row["interval_cells"]) == len(row["interval_inside"]) == 3
