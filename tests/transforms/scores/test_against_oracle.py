"""Every published number of a score, against the slow obvious twin."""

import h3
import pytest
from hypothesis import given, settings

from tests import oracles
from tests.builders import panel_of
from tests.oracles import Incident
from tests.strategies import MONTHS, histories
from transforms.cells import as_text
from transforms.groups import GROUPS
from transforms.months import Month
from transforms.score import score_month
from transforms.scores import METHODS
from transforms.scores.table import score_rows
from transforms.scores.view import view


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

History = tuple[list[Incident], list[tuple[int, int]]]


def _supplied_by_then(history: History) -> bool:
    incidents, supplied = history
    return min(supplied) <= AS_OF and any(m in supplied for _, m, _ in incidents)


@given(histories().filter(_supplied_by_then))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_scores_equal_the_plain_python_oracle(history: History) -> None:
    incidents, supplied = history
    seen = view(panel_of(incidents), [Month(*m) for m in supplied], Month(*AS_OF))
    ids = as_text(seen.cells)
    assert set(ids) == oracles.universe(incidents, AS_OF)
    if not ids:
        return
    for slug in SOME_GROUPS:
        group = GROUPS[slug]
        expected = METHODS["shared_prior"].expect(group, seen)
        score, sizes = oracles.shared_prior(incidents, supplied, AS_OF, group)
        assert dict(zip(ids, expected.mean, strict=True)) == pytest.approx(
            score, rel=1e-9, abs=1e-12
        )
        rank = oracles.ranked(dict(zip(ids, expected.mean, strict=True)))
        for row in score_rows(group, seen, expected).to_pylist():
            cell = f"{row['h3_cell']:x}"
            interval = oracles.interval(row["score"], sizes[cell])
            assert (row["score_lo"], row["score_hi"]) == interval
            assert row["score_rank"] == rank[cell]
            assert row["score_band"] == oracles.band(rank[cell], len(ids))
            for name, ages in WINDOWS.items():
                assert row[name] == oracles.window_count(
                    incidents, supplied, AS_OF, group, cell, *ages
                )


@given(histories().filter(_supplied_by_then))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_nothing_after_the_as_of_moves_a_score(history: History) -> None:
    incidents, supplied = history
    months = [Month(*m) for m in supplied]
    known = [i for i in incidents if i[1] <= AS_OF]
    if not known:
        return
    planted = [(known[0][0], MONTHS[-1], "burglary")] * 50
    elsewhere = [(h3.latlng_to_cell(54.0, -2.5, 9), MONTHS[-1], "robbery")] * 50
    alone = score_month(panel_of(known), months, Month(*AS_OF), METHODS["shared_prior"])
    with_future = score_month(
        panel_of([*incidents, *planted, *elsewhere]),
        [*months, Month(*MONTHS[-1])],
        Month(*AS_OF),
        METHODS["shared_prior"],
    )
    assert with_future.equals(alone)


@given(histories().filter(_supplied_by_then))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_order_of_incidents_changes_nothing(history: History) -> None:
    incidents, supplied = history
    months = [Month(*m) for m in supplied]
    one, other = (
        score_month(panel_of(order), months, Month(*AS_OF), METHODS["shared_prior"])
        for order in (incidents, incidents[::-1])
    )
    assert one.equals(other)


def test_cells_are_kept_for_incidents_of_36_months_or_a_top_5_percent_rank() -> None:
    cell = "89195c30003ffff"
    incidents = [(cell, m, "burglary") for m in MONTHS[:14]]
    seen = view(panel_of(incidents), [Month(*m) for m in MONTHS[:14]], Month(*AS_OF))
    group = GROUPS["burglary"]
    rows = score_rows(group, seen, METHODS["shared_prior"].expect(group, seen))
    assert len(seen.cells) == 49
    assert len(rows) == 3  # ceil(5 % of 49); the one with incidents is among them
    assert f"{rows['h3_cell'][0].as_py():x}" in as_text(seen.cells)
