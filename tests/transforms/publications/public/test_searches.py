"""Public searches: thirteen releases, and someone who wants to know what they withhold.

The attacker knows the exact number of searches of each quarter, all rules and all
releases. Of each number below the minimum neither 0 nor the minimum less one can be
ruled out, as of cells (test_attack.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.transforms.publications.public.attack import (
    Knowledge,
    Range,
    ways_to_hide,
)
from tests.transforms.publications.public.test_attack import (
    AS_OFS,
    LIMITS,
    MONTHS,
    history,
    table_of,
)
from tests.transforms.searches.made_searches import put_searches
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.runs.seal import PUBLIC
from transforms.publications.formats import registry
from transforms.publications.public.gate import Release, frozen, refusals
from transforms.publications.public.periods import Quarter, public_quarters
from transforms.publications.public.publish import publish_public
from transforms.publications.public.search_gate import frozen_searches
from transforms.publications.public.searches import LISTED, OTHERWISE, search_rows
from transforms.publications.public.suppression import interval
from transforms.publications.publish import publish
from transforms.publications.schemas import PUBLIC_CELLS, PUBLIC_SEARCHES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS


MINIMUM, BASE = LIMITS.minimum_count, LIMITS.rounding
Counts = dict[tuple[str, str, str], int]
Key = tuple[str, str]  # period and breakdown
# Searches a month: some values have next to none, others dozens.
RATES = [0, 0.2, 1, 2.5, 4, 12]


def monthly(seed: int) -> Iterator[dict[tuple[Month, str, str], int]]:
    """What was held to be true at each release: the newest months are revised."""
    random = np.random.default_rng([seed, 11])
    keys = [(b, v) for b, values in LISTED.items() if b != "all" for v in values]
    rates = {key: random.choice(RATES) for key in keys}
    truth = {(m, *key): int(random.poisson(rates[key])) for m in MONTHS for key in keys}
    for as_of in AS_OFS:
        known = MONTHS[: MONTHS.index(as_of) + 1]
        for month, *key in list(truth):
            if month in known[-6:] and random.random() < 0.1:
                number = truth[month, key[0], key[1]] + int(random.integers(-1, 2))
                truth[month, key[0], key[1]] = max(0, number)
        yield dict(truth)


def quarterly(
    truth: dict[tuple[Month, str, str], int], quarters: list[Quarter]
) -> Counts:
    counts: Counts = {}
    for quarter in quarters:
        for (month, breakdown, value), number in truth.items():
            if month in quarter.months:
                key = (str(quarter), breakdown, value)
                counts[key] = counts.get(key, 0) + number
        counts[str(quarter), "all", "all"] = sum(
            n for (q, b, _), n in counts.items() if (q, b) == (str(quarter), "object")
        )
    return counts


def release(
    seed: int, at: int, before: list[Release], limits: DisclosureSettings = LIMITS
) -> tuple[Release, Counts]:
    """That release, on top of those before, and what was true then."""
    as_of = AS_OFS[at]
    held = MONTHS[: MONTHS.index(as_of) + 1]
    quarters = list(public_quarters(held, as_of, limits.lag_months))
    counts = quarterly(list(monthly(seed))[at], quarters)
    new = search_rows("kent", [str(q) for q in quarters], counts, limits)
    cells = frozen(table_of(history(seed)[at], as_of, limits), before)
    counted = pa.concat_tables([PUBLIC_CELLS.empty_table(), *(r.cells for r in before)])
    searches = frozen_searches(new, counted, [r.searches for r in before])
    made = Release(str(at), cells, limits, searches=searches)
    return made, counts


@cache
def published(seed: int) -> tuple[list[Release], Counts]:
    """Thirteen releases through the gate, and each number as it was at its first."""
    out: list[Release] = []
    truth: Counts = {}
    for at in range(len(AS_OFS)):
        made, counts = release(seed, at, out)
        assert refusals(made, out) == []
        out.append(made)
        truth = counts | truth
    return out, truth


def states(rows: list[dict[str, object]], total: int) -> list[Knowledge]:
    """All that the attacker knows of one breakdown: it is in one of these states."""
    known = Knowledge(len(rows))
    known.fact(range(len(rows)), total, total)
    for at, row in enumerate(rows):
        if isinstance(count := row["searches_rounded"], int):
            low, high = interval(count, BASE)
            known.fact([at], max(low, MINIMUM), high)
    untold = [at for at, row in enumerate(rows) if row["suppressed"]]
    if not untold:
        return [known]
    told = [at for at in range(len(rows)) if at not in untold]
    return [
        known.and_also(facts_of(way)) for way in ways_to_hide(untold, told, MINIMUM)
    ]


def facts_of(ways: dict[int, Range]) -> Iterator[tuple[list[int], int, int]]:
    small = [p for p, (_, high) in ways.items() if p >= 0 and high < MINIMUM]
    for place, (low, high) in ways.items():
        yield small if place < 0 else [place], low, high


def tables(searches: pa.Table) -> dict[Key, list[dict[str, object]]]:
    found: dict[Key, list[dict[str, object]]] = {}
    for row in searches.to_pylist():
        found.setdefault((row["period"], row["breakdown"]), []).append(row)
    return found


@pytest.mark.parametrize("seed", [1, 3])
def test_no_small_number_is_known_more_closely_than_that_it_is_small(seed: int) -> None:
    out, truth = published(seed)
    attacked = 0
    for (period, breakdown), rows in tables(out[-1].searches).items():
        exact = [truth[period, breakdown, str(row["value"])] for row in rows]
        if breakdown == "all" or sum(exact) < MINIMUM:
            continue
        worlds = states(rows, sum(exact))
        for at, number in enumerate(exact):
            if 0 < number < MINIMUM:
                found = [b for world in worlds if (b := world.bounds([at]))]
                low, high = min(b[0] for b in found), max(b[1] for b in found)
                assert low <= number <= high, "the attacker knows the rules"
                assert low == 0, (period, breakdown, rows[at])
                assert high >= MINIMUM - 1, (period, breakdown, rows[at])
                attacked += 1
    assert attacked > 10


@pytest.mark.parametrize("seed", [1, 3])
def test_each_number_is_the_same_in_every_release(seed: int) -> None:
    out, truth = published(seed)
    seen: dict[tuple[object, ...], object] = {}
    for one in out:
        for row in one.searches.to_pylist():
            key = (row["period"], row["breakdown"], row["value"])
            assert seen.setdefault(key, row) == row
            if row["searches_rounded"] is not None:
                assert abs(truth[key] - row["searches_rounded"]) <= BASE // 2
                assert truth[key] >= MINIMUM
    alone = [tables(release(seed, at, [])[0].searches) for at in range(0, 13, 3)]
    revised = [key for one in alone for key in one if one[key] != alone[-1][key]]
    assert revised, "the gate had work to do"
    assert any(row["suppressed"] for row in out[-1].searches.to_pylist())


def test_a_raised_threshold_holds_for_every_new_number() -> None:
    first, _ = release(1, 3, [])
    second, _ = release(1, 12, [first], replace(LIMITS, minimum_count=20))
    assert refusals(second, [first]) == []
    old = set(first.searches["period"].to_pylist())
    for row in second.searches.to_pylist():
        least = 10 if row["period"] in old else 20
        assert row["searches_rounded"] is None or row["searches_rounded"] >= least
    assert set(second.searches["period"].to_pylist()) > old


@pytest.mark.parametrize(
    "looser", [{"minimum_count": 5}, {"minimum_count": 10, "rounding": 1}]
)
def test_a_lowered_threshold_makes_no_release(looser: dict[str, int]) -> None:
    first, _ = release(1, 3, [])
    second, _ = release(1, 12, [first], replace(LIMITS, **looser))
    assert refusals(second, [first])


def test_a_second_home_of_the_same_data_says_nothing_more() -> None:
    assert release(2, 12, [])[0].searches.equals(release(2, 12, [])[0].searches)


def changed(searches: pa.Table, at: int, **values: object) -> pa.Table:
    rows = searches.to_pylist()
    rows[at] |= values
    return pa.Table.from_pylist(rows, schema=PUBLIC_SEARCHES)


def few_hidden(searches: pa.Table) -> pa.Table:
    """The same, as if all but one of the withheld rows of each breakdown were told."""
    rows, seen = searches.to_pylist(), set()
    for row in rows:
        key = row["period"], row["breakdown"]
        if row["suppressed"] and key in seen:
            row |= {"suppressed": False, "searches_rounded": 10}
        elif row["suppressed"]:
            seen.add(key)
    return pa.Table.from_pylist(rows, schema=PUBLIC_SEARCHES)


def test_the_gate_reads_the_rows_themselves() -> None:
    good, _ = release(1, 12, [])
    rows = good.searches.to_pylist()
    told = next(at for at, row in enumerate(rows) if not row["suppressed"])
    untold = next(at for at, row in enumerate(rows) if row["suppressed"])
    bad = {
        "a count below 10": changed(good.searches, told, searches_rounded=5),
        "not rounded to 5": changed(good.searches, told, searches_rounded=33),
        "a suppressed count is published": changed(
            good.searches, untold, searches_rounded=10
        ),
        "other rows than those": changed(good.searches, told, value="Crossbows"),
        "without counts of incidents": changed(good.searches, told, period="2031-Q1"),
        "fewer than 3 rows": few_hidden(good.searches),
    }
    for why, searches in bad.items():
        found = refusals(replace(good, searches=searches), [])
        assert any(why in line for line in found), (why, found)
    other = changed(good.searches, told, searches_rounded=500)
    assert any(
        "other rows" in line for line in refusals(replace(good, searches=other), [good])
    )
    gone = replace(good, searches=PUBLIC_SEARCHES.empty_table())
    assert refusals(good, [gone]), "never after the counts of its quarter"


def test_rare_values_are_never_listed_and_small_forces_say_nothing() -> None:
    counts = {
        ("2025-Q1", "all", "all"): 4,
        ("2025-Q1", "object", "Crossbows"): 4,
        ("2025-Q1", "officer-defined", "another label"): 4,
        ("2025-Q1", "self-defined", "not stated"): 4,
    }
    rows = search_rows("kent", ["2025-Q1"], counts, LIMITS).to_pylist()
    assert all(row["suppressed"] for row in rows)
    assert "Crossbows" not in {row["value"] for row in rows}
    many = {key: 10 * number for key, number in counts.items()}
    found = {
        (row["breakdown"], row["value"]): row["searches_rounded"]
        for row in search_rows("kent", ["2025-Q1"], many, LIMITS).to_pylist()
    }
    assert found["all", "all"] == 40
    assert found["object", OTHERWISE] is None  # the others are none: it would tell so


def test_a_tier_with_searches_has_their_file(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    force = min(home.registry)
    put_searches(home, force, [h3.latlng_to_cell(52.5, -1.5, 9)], tmp_path / "s")
    wanted = {
        n: r for n, r in registry.FORMATS.items() if r.needed or r.audience == "public"
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "FORMATS", wanted)
        done = publish(home, AS_OF, METHODS[DEFAULT_METHOD])
        assert publish_public(home, done.edition).created
    tier = done.folder / PUBLIC
    table = pq.read_table(tier / "public_searches.parquet")
    assert set(table["force"].to_pylist()) == {force}
    quarters = set(table["period"].to_pylist())
    assert quarters == {"2025-Q1", "2025-Q2", "2025-Q3"}
    totals = [r for r in table.to_pylist() if r["breakdown"] == "all"]
    assert [row["searches_rounded"] for row in totals] == [90] * 3
    page = (tier / "index.html").read_text()
    assert "public_searches.csv" in page
    assert "searches_rounded" in page
    assert (tier / "public_searches.csv").read_text().count("\n") == len(table) + 1
