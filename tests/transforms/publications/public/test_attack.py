"""Thirteen releases, and someone who wants to know what they do not tell.

The attacker holds all thirteen, the exact total of each table, what the
searches of each quarter found, every rule (how counts are rounded, a cell split, what
is hidden and what is hidden with it), which cells were searched in which month, and an
integer programme. The guarantee: of each cell, of resolution 7 or 8, that truly holds
one to nine incidents, the attacker can rule out neither 0 nor 9. So no such count is
recovered, of none is it known that there was any, and none is known more closely than
"below the minimum", which is what the rule says of it anyhow. Those above the minimum
are no secret. That nothing between 0 and 9 is ruled out either is walked through, all
worlds there are, in test_suppression.py.

The last tests give the same attacker a tier that only leaves out small counts at
resolution 8, which is what most would do first: it has to lose.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from tests.transforms.publications.public.attack import (
    NONE_ABOVE,
    Knowledge,
    Range,
    subtractions,
    ways_to_hide,
)
from tests.transforms.publications.public.towns import COUNTS, PARENTS
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.gate import Key, Release, by_key, frozen, refusals
from transforms.publications.public.periods import (
    PUBLIC_GROUPS,
    Quarter,
    public_quarters,
)
from transforms.publications.public.share_gate import frozen_accuracy
from transforms.publications.public.shares import STEP_PERCENT, public_accuracy
from transforms.publications.public.suppression import interval
from transforms.publications.public.table import public_table
from transforms.publications.schemas import PUBLIC_CELLS
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range


LIMITS = DisclosureSettings()
MINIMUM, BASE = LIMITS.minimum_count, LIMITS.rounding
LISTED = cells.from_text(PARENTS[:6])
CHILDREN = cells.children(LISTED, 8)
MONTHS = month_range(Month(2024, 1), Month(2025, 12))
AS_OFS = MONTHS[-13:]
# Incidents a month of a child of resolution 8, in the country and in town.
RATES = ([0, 0, 0, 0, 0.3, 1], [0, 0, 0, 5, 9, 0.8])
Truth = NDArray[np.int64]  # groups, months, children
Ways = Callable[[list[int], list[int], int], Iterable[dict[int, Range]]]


def history(seed: int) -> list[Truth]:
    """What was held to be true at each release: the newest months are revised."""
    random = np.random.default_rng(seed)
    town = random.random(len(LISTED)) < 0.6
    rates = np.array([random.choice(RATES[int(t)], (2, 7)) for t in town])
    rates = rates.transpose(1, 0, 2).reshape(2, 1, len(CHILDREN))
    truth = random.poisson(np.repeat(rates, len(MONTHS), axis=1))
    found = []
    for as_of in AS_OFS:
        truth = truth.copy()
        known = MONTHS.index(as_of) + 1
        moved = random.integers(-1, 2, (2, 6, len(CHILDREN)))
        moved *= random.random(moved.shape) < 0.1
        truth[:, known - 6 : known] = (truth[:, known - 6 : known] + moved).clip(0)
        found.append(truth)
    return found


def of_quarter(truth: Truth, group: str, period: str) -> NDArray[np.int64]:
    """Incidents of each child in a quarter."""
    quarter = Quarter(int(period[:4]), int(period[-1]))
    months = [MONTHS.index(month) for month in quarter.months]
    return np.asarray(truth[PUBLIC_GROUPS.index(group), months].sum(axis=0))


def table_of(
    truth: Truth, as_of: Month, limits: DisclosureSettings = LIMITS
) -> pa.Table:
    """The public table at an as-of, of nothing but what is true then."""
    held = MONTHS[: MONTHS.index(as_of) + 1]
    periods = [str(q) for q in public_quarters(held, as_of, limits.lag_months)]
    below = cells.children(CHILDREN, 9)[::7]  # one scored cell in each
    counts = [
        pa.table(
            {
                "crime_group": [group] * len(below),
                "period": [period] * len(below),
                "h3_cell": below,
                "incidents": of_quarter(truth, group, period),
            },
            schema=COUNTS,
        )
        for group in PUBLIC_GROUPS
        for period in periods
    ]
    return public_table("kent", pa.concat_tables(counts), LISTED, periods, limits)


def searched_of(seed: int) -> dict[tuple[str, str], Cells]:
    """Which scored cells are searched in each month: some of the children's first."""
    random = np.random.default_rng([seed, 7])
    below = cells.children(CHILDREN, 9)[::7]
    return {
        (group, str(month)): np.sort(random.choice(below, 14, replace=False))
        for group in PUBLIC_GROUPS
        for month in MONTHS
    }


def shares_of(truth: Truth, table: pa.Table, as_of: Month, seed: int) -> pa.Table:
    """What the searches found, of nothing but what is true at an as-of."""
    held = MONTHS[: MONTHS.index(as_of) + 1]
    below = cells.children(CHILDREN, 9)[::7]
    monthly = pa.concat_tables(
        [
            pa.table(
                {
                    "h3_cell": below,
                    "period": [str(month)] * len(below),
                    "category": [GROUPS[group].categories[0]] * len(below),
                    "incidents": truth[number, MONTHS.index(month)],
                }
            )
            for number, group in enumerate(PUBLIC_GROUPS)
            for month in held
        ]
    )
    quarters = public_quarters(held, as_of, LIMITS.lag_months)
    return public_accuracy("kent", table, monthly, searched_of(seed), quarters, LIMITS)


@dataclass
class Published:
    """All that is out, and what was true when each table first came out."""

    releases: list[Release]
    truth: dict[Key, NDArray[np.int64]]


def published(seed: int) -> Published:
    """Thirteen releases, each through the gate."""
    found = Published([], {})
    for number, (truth, as_of) in enumerate(zip(history(seed), AS_OFS, strict=True)):
        new, before = table_of(truth, as_of), found.releases
        made = frozen(new, before)
        counted = pa.concat_tables(
            [PUBLIC_CELLS.empty_table(), *(r.cells for r in before)]
        )
        shares = frozen_accuracy(
            shares_of(truth, new, as_of, seed), counted, [r.accuracy for r in before]
        )
        release = Release(str(number), made, LIMITS, shares)
        assert refusals(release, found.releases) == []
        found.releases.append(release)
        for key in by_key(made):
            found.truth.setdefault(key, of_quarter(truth, key[1], key[2]))
    return found


def figures(table: pa.Table) -> Iterator[tuple[list[int], Range]]:
    """The told sums of one table: which children, and between what they lie."""
    for row in table.filter(pa.compute.invert(table["suppressed"])).to_pylist():
        count = row["incidents_rounded"]
        low, high = interval(count, BASE) if count else (0, 0)
        yield inside(row["h3_cell"]), (max(low, MINIMUM if count else 0), high)


def inside(cell: str) -> list[int]:
    """Which children a cell of resolution 7 or 8 is."""
    of_resolution = cells.parents(CHILDREN, 7) if cell[1] == "7" else CHILDREN
    return np.flatnonzero(of_resolution == int(cell, 16)).tolist()


def suppositions(
    table: pa.Table, total: int, rule: Ways = ways_to_hide
) -> list[Knowledge]:
    """All that the attacker knows of one table: it is in one of these states."""
    known = Knowledge(len(CHILDREN))
    known.fact(range(len(CHILDREN)), total, total)
    for members, (low, high) in figures(table):
        known.fact(members, low, high)
        if len(members) > 1:
            known.one_is_small(members, MINIMUM)
    secret = [row["h3_cell"] for row in table.to_pylist() if row["suppressed"]]
    untold = sorted(PARENTS.index(cell) for cell in secret)
    if not untold:
        return [known]
    told = sorted(set(range(len(LISTED))) - set(untold))
    return [known.and_also(facts_of(way)) for way in rule(untold, told, MINIMUM)]


def facts_of(ways: dict[int, Range]) -> Iterator[tuple[list[int], int, int]]:
    small = [p for p, (_, high) in ways.items() if p >= 0 and high < MINIMUM]
    for place, (low, high) in ways.items():
        asked = small if place < 0 else [place]
        yield [7 * p + child for p in asked for child in range(7)], low, high


def small_cells(truth: NDArray[np.int64]) -> Iterator[tuple[str, list[int]]]:
    """The cells of either resolution that hold a count nobody may know."""
    for cell in [*cells.as_text(LISTED), *cells.as_text(CHILDREN)]:
        members = inside(cell)
        if 0 < truth[members].sum() < MINIMUM:
            yield cell, members


def bounds(states: list[Knowledge], members: list[int]) -> Range:
    """The least and the most that a cell may hold, in any state that can be."""
    low, high = NONE_ABOVE, -1
    for state in states:
        found = state.bounds(members)
        if found is not None:
            low, high = min(low, found[0]), max(high, found[1])
        if low <= 0 and high >= MINIMUM - 1:
            break
    return low, high


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_count_is_known_more_closely_than_that_it_is_small(seed: int) -> None:
    out = published(seed)
    newest = by_key(out.releases[-1].cells)
    assert len(newest) == 14
    attacked = 0
    for key, table in newest.items():
        truth = out.truth[key]
        states = suppositions(table, int(truth.sum()))
        for cell, members in small_cells(truth):
            low, high = bounds(states, members)
            assert low <= truth[members].sum() <= high, "the attacker knows the rules"
            assert low == 0, (key, cell, low, high)
            assert high >= MINIMUM - 1, (key, cell, low, high)
            attacked += 1
    assert attacked > 100


def test_the_attacker_knows_more_where_only_the_small_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transforms.publications.public.table.hidden", np.less)
    truth = history(1)[-1]
    known = 0
    for key, table in by_key(table_of(truth, AS_OFS[-1])).items():
        exact = of_quarter(truth, key[1], key[2])
        states = suppositions(table, int(exact.sum()), only_small)
        for _, members in small_cells(exact):
            if len(members) == 1:
                continue
            low, high = bounds(states, members)
            known += low > 0 or high < MINIMUM - 1
    assert known > 0


def only_small(untold: list[int], _: list[int], minimum: int) -> list[dict[int, Range]]:
    """What is hidden, if it is what is below the minimum."""
    return [dict.fromkeys(untold, (0, minimum - 1))]


def split(members: Iterable[int]) -> list[int]:
    """The parts of those children: not searched, and searched in some month."""
    return [part for m in members for part in (m, m + len(CHILDREN))]


def suppositions_of_share(
    table: pa.Table, total: int, searched: list[int], percent: int
) -> list[Knowledge]:
    """The same, and what is known of a share: which children had any search, too."""
    known = []
    half = STEP_PERCENT / 2
    for state in suppositions(table, total):
        parts = Knowledge(2 * len(CHILDREN))
        parts.take(state, split)
        idle = sorted(set(range(len(CHILDREN))) - set(searched))
        parts.fact([m + len(CHILDREN) for m in idle], 0, 0)
        low = max(2 * MINIMUM, np.ceil((percent - half) * total / 100))
        high = np.ceil((percent + half) * total / 100) - 1
        parts.fact([m + len(CHILDREN) for m in searched], low, high)
        known.append(parts)
    return known


@pytest.mark.parametrize("seed", [3, 5])
def test_a_share_found_says_no_more_of_a_small_count(seed: int) -> None:
    out = published(seed)
    tables, searches, attacked = by_key(out.releases[-1].cells), searched_of(seed), 0
    below = cells.children(CHILDREN, 9)[::7].tolist()
    for row in out.releases[-1].accuracy.to_pylist():
        key = (row["force"], row["crime_group"], row["period"])
        if row["suppressed"]:
            continue
        quarter = Quarter(int(key[2][:4]), int(key[2][-1]))
        ids = np.concatenate([searches[key[1], str(m)] for m in quarter.months])
        searched = sorted({below.index(cell) for cell in ids.tolist()})
        truth = out.truth[key]
        states = suppositions_of_share(
            tables[key], int(truth.sum()), searched, row["found_percent"]
        )
        for cell, members in small_cells(truth):
            low, high = bounds(states, split(members))
            assert low <= truth[members].sum() <= high, "the attacker knows the rules"
            assert (low, high >= MINIMUM - 1) == (0, True), (key, cell, low, high)
            attacked += 1
    assert attacked > 50


def test_a_share_is_the_same_in_every_release() -> None:
    out, seen = published(5), dict[Key, dict[str, object]]()
    for release in out.releases:
        for row in release.accuracy.to_pylist():
            key = (row["force"], row["crime_group"], row["period"])
            assert seen.setdefault(key, row) == row
    assert {key[2] for key in seen} == {key[2] for key in out.truth}
    assert any(row["suppressed"] for row in seen.values())
    assert any(row["found_percent"] for row in seen.values())


@pytest.mark.parametrize("seed", range(1, 7))
def test_no_difference_of_two_figures_tells_a_small_count(seed: int) -> None:
    out = published(seed)
    everything, nothing = (1 << len(CHILDREN)) - 1, PUBLIC_CELLS.empty_table()
    for key, truth in out.truth.items():
        told = [(everything, (int(truth.sum()), int(truth.sum())))]
        for release in out.releases:
            for members, reach in figures(by_key(release.cells).get(key, nothing)):
                told.append((sum(1 << m for m in members), reach))
        assert len({mask for mask, _ in told}) == len(set(told)), "told twice"
        small = {sum(1 << m for m in members) for _, members in small_cells(truth)}
        for left, (low, high) in subtractions(told):
            assert left not in small or (low == 0 and high >= MINIMUM - 1)


def test_the_simulated_releases_put_every_rule_to_use() -> None:
    out = published(1)
    rows = out.releases[-1].cells.to_pylist()
    assert {row["h3_res"] for row in rows if row["suppressed"]} == {7}
    assert {row["h3_res"] for row in rows if not row["suppressed"]} == {7, 8}
    hidden = [
        out.truth[row["force"], row["crime_group"], row["period"]][
            inside(row["h3_cell"])
        ].sum()
        for row in rows
        if row["suppressed"]
    ]
    assert any(count >= MINIMUM for count in hidden)
    assert any(0 < count < MINIMUM for count in hidden)
    # without the gate, revisions would have changed what is out
    changed = [
        refusals(Release("x", table_of(truth, as_of), LIMITS), out.releases[:number])
        for number, (truth, as_of) in enumerate(zip(history(1), AS_OFS, strict=True))
    ]
    assert sum(map(bool, changed)) > 3


WINDOW_MONTHS = 12
Windows = dict[
    tuple[int, int], int | None
]  # by last month and child, -1 for the parent


def naive(truth: Truth, as_of: int, parent: int) -> Windows:
    """Windows of twelve months to the last three as-ofs, small children left out."""
    found: Windows = {}
    for last in range(as_of - 2, as_of + 1):
        window = truth[0, last - WINDOW_MONTHS + 1 : last + 1, 7 * parent :][:, :7]
        for child, count in enumerate(window.sum(axis=0).tolist()):
            found[last, child] = None if 0 < count < MINIMUM else count
        found[last, -1] = int(window.sum())
    return found


def months_of(last: int, children: range | list[int]) -> list[int]:
    """Which (month, child) counts a window holds, months outermost."""
    months = range(last - WINDOW_MONTHS + 1, last + 1)
    return [7 * month + child for month in months for child in children]


def recovered(windows: Windows) -> dict[tuple[int, int], int]:
    """What the attacker works out of the windows that were left out of a release."""
    known = Knowledge(7 * len(MONTHS))
    for (last, child), count in windows.items():
        members = months_of(last, range(7) if child < 0 else [child])
        known.fact(members, *((1, MINIMUM - 1) if count is None else (count, count)))
    found = {}
    for (last, child), count in windows.items():
        reach = known.bounds(months_of(last, [child])) if count is None else None
        if reach and reach[0] == reach[1]:
            found[last, child] = reach[0]
    return found


def test_the_same_attacker_recovers_counts_of_a_naive_tier() -> None:
    truth, as_of = history(1)[-1], len(MONTHS) - 1
    found = 0
    for parent in range(len(LISTED)):
        for (last, child), count in recovered(naive(truth, as_of, parent)).items():
            window = truth[0, last - WINDOW_MONTHS + 1 : last + 1, 7 * parent + child]
            assert count == window.sum()
            found += 1
    assert found > 0


def test_a_naive_tier_tells_how_many_incidents_each_revision_moved() -> None:
    found = 0
    before, after = history(1)[-2:]
    for parent in range(len(LISTED)):
        old = naive(before, len(MONTHS) - 2, parent)
        new = naive(after, len(MONTHS) - 1, parent)
        for key in old.keys() & new.keys():
            if (first := old[key]) is not None and (second := new[key]) is not None:
                found += 0 < abs(second - first) < MINIMUM
    assert found > 0
