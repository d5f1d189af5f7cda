"""What changed of the hot spots since an earlier day, and when they have hours."""

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.transforms.scores.days.made_records import FIRST, some_records
from transforms.day_publications.edition import Before, DayInputs
from transforms.lake.schemas import DAY_SCORES, conform
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.formats.registry import FORMATS
from transforms.reference.coverage import PeriodCoverage
from transforms.reference.days import Day
from transforms.reference.forces import FORCES
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.days.panel import day_panel
from transforms.scores.days.score_day import score_day
from transforms.scores.hotspots import Spots
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_view import with_value


DAYS = month_range(FIRST, FIRST + 120)
RECORDS = some_records(3, 120, 900)
METHOD = METHODS[DEFAULT_METHOD]
AS_OFS = DAYS[-40], DAYS[-1]  # far enough apart for hot spots to come and go


def scored() -> list[pa.Table]:
    """The scores of both days: the second takes the ids of the first."""
    scoring, tables = Scoring(), []
    spots: Spots = {}
    panel = day_panel(RECORDS, DAYS, "kent", scoring)
    for as_of in AS_OFS:
        rows, spots = score_day(panel, DAYS, as_of, METHOD, scoring, "kent", spots)
        facts = {"force": "kent", "as_of": str(as_of), "inputs_sha256": "mark"}
        for name, value in facts.items():
            rows = with_value(rows, name, value)
        tables.append(conform(rows, DAY_SCORES))
    return tables


def inputs(now: pa.Table, before: pa.Table | None) -> DayInputs:
    supplied = {day: PeriodCoverage[Day, None](day, "supplied") for day in DAYS}
    earlier = before and Before(
        as_of=AS_OFS[0], scores_hmac="c" * 64, scores=lambda: before
    )
    return DayInputs(
        force=FORCES["kent"],
        as_of=AS_OFS[1],
        method=METHOD,
        scoring=Scoring(),
        scores=now,
        scores_hmac="b" * 64,
        records=RECORDS,
        coverage=supplied,
        overrides={},
        accuracy=[],
        accepted=[],
        before=earlier,
        drops=["a" * 64],
    )


@pytest.fixture(scope="module")
def both() -> list[pa.Table]:
    return scored()


@pytest.fixture(scope="module")
def edition(both: list[pa.Table]) -> DayEdition:
    before, now = both
    return inputs(now, before).edition()


def by_method(scores: pa.Table, name: str) -> pa.Table:
    return conform(
        with_value(scores.drop_columns(["method"]), "method", name), DAY_SCORES
    )


def ranks(scores: pa.Table) -> dict[tuple[str, str], int]:
    """Each hot spot's rank in its group, from the scores alone."""
    sums: dict[tuple[str, str], float] = {}
    for row in scores.to_pylist():
        if row["hotspot_id"] is not None and row["horizon_days"] == 1:
            key = row["crime_group"], row["hotspot_id"]
            sums[key] = sums.get(key, 0.0) + row["score"]
    return {
        key: 1
        + sum(
            (-round(other, 9), k) < (-round(total, 9), key)
            for k, other in sums.items()
            if k[0] == key[0]
        )
        for key, total in sums.items()
    }


def test_each_hot_spot_is_new_gone_or_kept(
    both: list[pa.Table], edition: DayEdition
) -> None:
    before, now = map(ranks, both)
    expected = {
        key: (
            "kept" if key in now and key in before else "new" if key in now else "gone",
            now.get(key),
            before.get(key),
        )
        for key in now | before
    }
    rows = edition.hotspot_changes.to_pylist()
    found = {
        (r["crime_group"], r["hotspot_id"]): (
            r["change"],
            r["hotspot_rank"],
            r["previous_rank"],
        )
        for r in rows
    }
    assert found == expected
    assert {change for change, *_ in found.values()} == {"new", "gone", "kept"}
    assert len(rows) == len(found)
    assert {r["previous_as_of"] for r in rows} == {str(AS_OFS[0])}
    assert all((r["name"] or "Street").startswith("Street") for r in rows)
    for spot in edition.hotspots.to_pylist():
        key = spot["crime_group"], spot["hotspot_id"]
        change, _, previous = expected[key]
        assert (spot["change"], spot["previous_rank"]) == (change, previous)


def test_the_file_lists_them_in_order(edition: DayEdition, tmp_path: Path) -> None:
    path = tmp_path / "hotspot_changes.csv"
    FORMATS[path.name].write(edition, path)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    order = [
        (
            row["crime_group"],
            ["new", "gone", "kept"].index(row["change"]),
            int(row["hotspot_rank"] or row["previous_rank"]),
        )
        for row in rows
    ]
    assert order == sorted(order)
    assert len(rows) == len(edition.hotspot_changes)


@pytest.mark.parametrize("reason", ["no earlier day", "another method"])
def test_without_such_a_day_nothing_is_compared(
    both: list[pa.Table], tmp_path: Path, reason: str
) -> None:
    before, now = both
    other = (
        None if reason == "no earlier day" else by_method(before, f"{METHOD.NAME} 0")
    )
    edition = inputs(now, other).edition()
    path = tmp_path / "hotspot_changes.csv"
    FORMATS[path.name].write(edition, path)
    assert not path.exists()
    for name in ("change", "previous_rank"):
        assert edition.hotspots[name].null_count == len(edition.hotspots)


def test_the_day_that_is_compared_is_part_of_the_run(both: list[pa.Table]) -> None:
    before, now = both
    with_it, without = inputs(now, before), inputs(now, None)
    assert with_it.identity != without.identity
    assert with_it.before is not None
    revised = replace(with_it, before=replace(with_it.before, scores_hmac="d" * 64))
    assert revised.identity != with_it.identity


def test_a_hot_spot_adds_up_the_hours_of_its_cells(edition: DayEdition) -> None:
    by_cell = {
        (row["crime_group"], row["h3_cell"]): row
        for row in edition.tables.day_and_night.to_pylist()
    }
    names = ("incidents_day_365d", "incidents_night_365d")
    for spot in edition.hotspots.to_pylist():
        cells = [
            by_cell.get((spot["crime_group"], c)) for c in spot["h3_cells"].split()
        ]
        for name in names:
            total = sum(cell[name] for cell in cells if cell)
            assert spot[name] == pytest.approx(total)
    assert pc.sum(edition.hotspots[names[0]]).as_py() > 0
    # of dates alone nobody knows whether it was day or night
    silent = replace(
        edition.tables, day_and_night=edition.tables.day_and_night.slice(0, 0)
    )
    spots = replace(edition, tables=silent).hotspots
    assert all(spots[name].null_count == len(spots) for name in names)
