"""A month before the birth of a category is no exposure for it."""

from random import Random

import numpy as np
import pytest

from tests.builders import panel_of
from tests.oracles import methods as oracles
from tests.oracles.incidents import Incident
from tests.strategies import _CELLS
from transforms.backtests.contest import Contest, outcome_of
from transforms.reference import clocks
from transforms.reference.categories import CATEGORIES, known_then
from transforms.reference.cells import as_text
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_METHOD, METHODS, methods_for
from transforms.scores.score_months import score_month
from transforms.scores.view import view_at


SPAN = month_range(Month(2012, 6), Month(2014, 6))
NEWBORN = {
    "bicycle-theft", "other-theft", "possession-of-weapons", "public-order",
    "theft-from-the-person", "robbery-and-theft-from-person",
}  # fmt: skip


def made(seed: int, span: list[Month] = SPAN, number: int = 1_500) -> list[Incident]:
    """Incidents whose categories are those that their months knew."""
    generator = Random(seed)  # noqa: S311
    found = []
    for _ in range(number):
        month = generator.choice(span)
        slug = known_then(generator.choice([*CATEGORIES]), month)
        found.append((generator.choice(_CELLS), (month.year, month.month), slug))
    return found


@pytest.mark.parametrize("as_of", [Month(2013, 4), Month(2013, 5), Month(2013, 11)])
@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
def test_a_method_equals_the_plain_twin_across_births(name: str, as_of: Month) -> None:
    incidents = made(1)
    supplied = [month for month in SPAN if month != Month(2013, 2)]
    seen = view_at(panel_of(incidents), supplied, as_of)
    cells = as_text(seen.cells)
    found = METHODS[name].expect(seen)
    twin = oracles.METHODS[name](
        incidents, [(m.year, m.month) for m in supplied], (as_of.year, as_of.month)
    )
    assert found.keys() & GROUPS.keys() == twin.keys()
    assert (twin.keys() >= NEWBORN) == (as_of >= Month(2013, 5))
    for slug, rates in twin.items():
        mean, shape = zip(*(rates[cell] for cell in cells), strict=True)
        assert found[slug].mean == pytest.approx(np.array(mean), rel=1e-9, abs=0)
        assert found[slug].rate_shape == pytest.approx(np.array(shape), rel=1e-9)


def scored(incidents: list[Incident], as_of: Month) -> dict[str, list[dict[str, int]]]:
    """The rows of each group."""
    method = METHODS[DEFAULT_METHOD]
    table, _ = score_month(
        panel_of(incidents), SPAN, as_of, method, Scoring(), "kent", {}
    )
    rows: dict[str, list[dict[str, int]]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["crime_group"], []).append(row)
    return rows


def test_windows_begin_with_the_category() -> None:
    incidents = made(2)
    rows = scored(incidents, Month(2014, 6))
    for slug, of_group in rows.items():
        born = Month(2013, 5) if slug in NEWBORN else SPAN[0]
        months = {(m.year, m.month) for m in SPAN if born <= m <= Month(2013, 6)}
        assert {row["months_12m"] for row in of_group} == {12}
        assert {row["months_prev_12m"] for row in of_group} == {min(len(months), 12)}
        assert {row["months_36m"] for row in of_group} == {12 + len(months) - 1 + 1}
        counted = sum(
            month in months and month > (2012, 6) and kind in GROUPS[slug].categories
            for _, month, kind in incidents
        )
        assert sum(row["n_prev_12m"] for row in of_group) == counted


def test_a_group_of_which_nothing_is_known_before_is_null_there() -> None:
    rows = scored(made(3), Month(2014, 4))
    for row in rows["public-order"]:
        assert row["months_prev_12m"] == 0
        assert row["n_prev_12m"] is None
    assert all(row["n_prev_12m"] is not None for row in rows["burglary"])
    assert all(row["hotspot_class"] is not None for row in rows["public-order"])


def test_old_months_can_be_scored_with_the_categories_they_had() -> None:
    incidents = made(4)
    rows = scored(incidents, Month(2013, 4))
    assert not NEWBORN & rows.keys()
    all_crime = GROUPS["all-crime"].categories
    then = [
        kind for _, month, kind in incidents
        if (2012, 5) <= month <= (2013, 4) and kind in all_crime
    ]  # fmt: skip
    assert "public-disorder-and-weapons" in then
    assert sum(row["n_12m"] for row in rows["all-crime"]) == len(then)
    # two months are too few to tell of a group, and not too few to be part of all crime
    later = scored(incidents, Month(2013, 6))
    assert not NEWBORN & later.keys()
    assert scored(incidents, Month(2013, 7)).keys() >= NEWBORN


def test_harm_of_former_categories_is_part_of_all_crime() -> None:
    [row] = [
        row
        for row in scored(
            [(_CELLS[0], (2013, 4), "public-disorder-and-weapons")] * 6, Month(2013, 4)
        )["all-crime"]
        if row["n_12m"]
    ]
    assert row["harm_12m"] == 6 * 7.5
    assert row["harm_score"] > 0


def test_a_backtest_counts_no_outcome_of_an_unborn_group() -> None:
    panel = panel_of(made(5))
    contest = Contest(view_at(panel, SPAN, Month(2013, 4)))
    rows = list(contest.rows(outcome_of(contest.view, Month(2013, 5)), {}))
    told = {row["crime_group"] for row in rows}
    assert not NEWBORN & told
    assert "all-crime" in told
