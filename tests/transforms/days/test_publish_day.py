"""A publication of a force's own feed: what is in it, sealed, and made once."""

import csv
import json
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.transforms.days.made import FIRST, some_records
from transforms.days.day import day_clock
from transforms.days.edition import DayEdition
from transforms.days.hours import day_and_night, weekday_hours
from transforms.days.near import near_repeat_table
from transforms.days.panel import day_panel
from transforms.days.publish import publish_day
from transforms.days.schema import DAY_SCORES
from transforms.days.score import score_day, unscorable
from transforms.errors import UsageError
from transforms.forces import FORCES
from transforms.months import month_range
from transforms.schemas import plain
from transforms.scores import METHODS
from transforms.scoring import Scoring
from transforms.tier_check import check_tier, provenance_of


DAYS = month_range(FIRST, FIRST + 399)
RECORDS = some_records(1, 400, 1500)
METHOD = METHODS["point_exposure"]
PLAIN = pa.schema([plain(field) for field in DAY_SCORES])


@pytest.fixture(scope="module")
def edition() -> DayEdition:
    scoring = Scoring()
    panel = day_panel(RECORDS, DAYS, "kent", scoring)
    scores = score_day(panel, DAYS, DAYS[-1], METHOD, scoring, "kent", {}, "mark")
    force = FORCES["kent"]
    return DayEdition(
        force, DAYS[-1], METHOD, scoring, scores, RECORDS, DAYS, {}, [], ["a" * 64]
    )


def test_scores_keep_to_their_contract(edition: DayEdition) -> None:
    scores = edition.scores
    assert scores.schema == DAY_SCORES
    assert set(scores["horizon_days"].to_pylist()) == {1, 7}
    assert scores["days_365d"].to_pylist() == [365] * len(scores)
    day, week = (
        scores.cast(PLAIN)
        .filter(pc.equal(scores["horizon_days"], n))
        .sort_by([("crime_group", "ascending"), ("h3_cell", "ascending")])
        for n in (1, 7)
    )
    assert day["h3_cell"].equals(week["h3_cell"])
    for name in ("score_rank", "hotspot_id", "n_28d", "gi_star_z"):
        assert day[name].equals(week[name]), name
    for one, seven in zip(
        day["score"].to_pylist(), week["score"].to_pylist(), strict=True
    ):
        assert seven == pytest.approx(7 * one)


def test_a_publication_is_whole_sealed_and_made_once(
    edition: DayEdition, tmp_path: Path
) -> None:
    folder, created = publish_day(tmp_path, edition)
    assert created
    assert publish_day(tmp_path, edition) == (folder, False)
    tier = folder / "internal"
    assert check_tier(tier, edition.run_id) == (10, [])
    assert provenance_of(tier) is not None
    assert json.loads((tmp_path / "latest.json").read_text())["as_of"] == str(DAYS[-1])
    assert not list(folder.glob("public*"))
    frame = gpd.read_parquet(tier / "day_cells.parquet")
    assert len(frame) == len(edition.scores)
    assert frame.geometry.is_valid.all()
    rows = list(csv.DictReader((tier / "top_cells.csv").read_text().splitlines()))
    assert {row["score_band"] for row in rows} == {"top_1pct"}
    assert "Not backtested" in (tier / "METHOD.md").read_text()


def test_the_hours_of_the_week_add_up_to_the_incidents(edition: DayEdition) -> None:
    table = weekday_hours(edition.year)
    for slug in ("burglary", "all-crime"):
        of = table.filter(pc.equal(table["crime_group"], slug))
        assert len(of) == 168
        assert pc.sum(of["incidents"]).as_py() == pytest.approx(
            of["counted"][0].as_py()
        )
    split = day_and_night(edition.year)
    burglary = split.filter(pc.equal(split["crime_group"], "burglary"))
    assert sum(burglary["incidents_day_365d"].to_pylist()) == pytest.approx(
        sum(c == "burglary" for c in edition.year["category"].to_pylist())
    )  # all at noon


def test_near_repeats_tell_each_band_of_each_category(edition: DayEdition) -> None:
    table, notes = near_repeat_table(edition.year, permutations=19)
    assert notes == []
    shape = (
        len(set(table["distance"].to_pylist())),
        len(set(table["days"].to_pylist())),
    )
    assert shape == (5, 5)
    for slug in set(table["category"].to_pylist()):
        of = table.filter(pc.equal(table["category"], slug))
        number = of["incidents"][0].as_py()
        assert sum(of["pairs"].to_pylist()) == number * (number - 1) // 2


def test_months_are_refused_hours_and_near_repeats() -> None:
    rows = RECORDS.reveal().slice(0, 60)
    at = rows.schema.get_field_index("time_precision")
    monthly = rows.set_column(at, "time_precision", pa.repeat("month", 60))
    for analysis in (weekday_hours, near_repeat_table):
        with pytest.raises(UsageError, match="needs the day of every incident"):
            analysis(monthly)


def test_why_a_day_cannot_be_scored() -> None:
    assert unscorable(DAYS, DAYS[-1]) is None
    assert unscorable([], DAYS[0]) == f"no day supplied up to {DAYS[0]}"
    assert "over 7 days before" in str(unscorable(DAYS[:50], DAYS[60]))
    assert unscorable(DAYS[:27], DAYS[26]) == (
        f"only 27 of the 91 days to {DAYS[26]} were supplied"
    )
    assert day_clock(7).terms(28) == 4
