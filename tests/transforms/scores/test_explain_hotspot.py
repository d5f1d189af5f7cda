"""A hot spot is explained by the scores and incidents that the lake has of it."""

from collections import Counter
from typing import Any

import pytest

from tests.transforms.simulated_home import AS_OF, Simulated
from transforms.errors import UsageError
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.scores.explain_hotspot import ExplainedHotspot, explain_hotspot


FORCE = "avonmere"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def scored(simulated: Simulated) -> list[Row]:
    """Every score of a force, as stored."""
    return list(simulated.home.lake.read("scores", FORCE).to_pylist())


@pytest.fixture(scope="module")
def first(scored: list[Row]) -> str:
    """The hot spot of all crime that has the highest cell."""
    [row] = [
        row
        for row in scored
        if (row["as_of"], row["crime_group"]) == (str(AS_OF), ALL_CRIME)
        and row["score_rank"] == 1
    ]
    return str(row["hotspot_id"])


@pytest.fixture(scope="module")
def explained(simulated: Simulated, first: str) -> ExplainedHotspot:
    return explain_hotspot(simulated.home, first, None)


def test_its_numbers_are_those_of_its_cells(
    explained: ExplainedHotspot, scored: list[Row], first: str
) -> None:
    rows = [r for r in scored if (r["as_of"], r["hotspot_id"]) == (str(AS_OF), first)]
    rows.sort(key=lambda row: row["score_rank"])
    assert [cell for cell, _, _ in explained.cells] == [
        f"{r['h3_cell']:x}" for r in rows
    ]
    assert explained.expected == pytest.approx(sum(row["score"] for row in rows))
    assert explained.n_12m == sum(row["n_12m"] for row in rows)
    low, high = explained.interval
    assert low < explained.expected < high
    assert high - low < sum(row["score_hi"] - row["score_lo"] for row in rows) or (
        len(rows) == 1
    )


def test_its_months_are_the_incidents_in_its_cells(
    simulated: Simulated, explained: ExplainedHotspot
) -> None:
    cells = {int(cell, 16) for cell, _, _ in explained.cells}
    counted: Counter[str] = Counter()
    for row in simulated.home.lake.read("incidents", FORCE).to_pylist():
        in_group = row["category"] in GROUPS[ALL_CRIME].categories
        if row["h3_r9"] in cells and row["in_area"] and in_group:
            counted[row["month"]] += 1
    assert len(explained.months) == 12
    for month, number in explained.months:
        assert number == counted[month]
    assert sum(number or 0 for _, number in explained.months) == explained.n_12m


def test_its_mix_is_of_every_category_in_its_cells(
    explained: ExplainedHotspot, scored: list[Row]
) -> None:
    cells = {int(cell, 16) for cell, _, _ in explained.cells}
    mix: Counter[str] = Counter()
    for row in scored:
        single = len(GROUPS[row["crime_group"]].categories) == 1
        if row["as_of"] == str(AS_OF) and row["h3_cell"] in cells and single:
            mix[row["crime_group"]] += row["n_12m"]
    wanted = sorted(((-n, slug) for slug, n in mix.items() if n))
    assert list(explained.mix) == [(slug, -n) for n, slug in wanted]


def test_its_history_is_told_by_its_id_and_an_older_as_of_as_it_was(
    simulated: Simulated, explained: ExplainedHotspot, first: str
) -> None:
    assert explained.ranks[-1]["as_of"] == str(AS_OF)
    assert explained.ranks[-1]["expected"] == pytest.approx(explained.expected)
    *_, before, _ = explained.ranks
    then = explain_hotspot(simulated.home, first, AS_OF + -1)
    assert before["as_of"] == str(then.as_of) == str(AS_OF + -1)
    assert then.expected == pytest.approx(before["expected"])
    assert len(then.cells) == before["cells"]


@pytest.mark.parametrize("asked", ["avonmere-all-crime-nowhere", "nowhere-at-all"])
def test_an_unknown_one_is_said_in_one_line(simulated: Simulated, asked: str) -> None:
    with pytest.raises(UsageError, match=rf"^no hot spot {asked} as of 2025-12: copy"):
        explain_hotspot(simulated.home, asked, None)
