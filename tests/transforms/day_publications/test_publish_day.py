"""A publication of a force's own feed: what is in it, sealed, and made once."""

import csv
import html
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pytest

from tests.transforms.day_publications.made_day import (
    COVERAGE,
    DAYS,
    RECORDS,
    made_inputs,
    published,
)
from tests.transforms.publications.formats.test_workbook import read as read_sheet
from tests.transforms.publications.formats.test_workbook import texts
from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import saved_in
from tests.transforms.publications.map.map_page import unpacked
from tests.transforms.publications.test_intervals_again import same_intervals
from tests.transforms.scores.days.made_records import (
    CELLS,
    scored_day,
    street_of,
)
from transforms.day_publications.edition import DayInputs, known_then_in_words
from transforms.errors import UsageError
from transforms.homes.runs.seal_check import check_tier, provenance_of
from transforms.lake.schemas import DAY_SCORES, plain
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.selection import top_cells, top_hotspots
from transforms.publications.formats.day_method import day_method
from transforms.publications.formats.gpx import GROUPS_SHOWN
from transforms.publications.formats.registry import FORMATS, formats_for
from transforms.publications.map import days
from transforms.publications.map.facts import MapFacts
from transforms.publications.publish import place
from transforms.publications.titles import title
from transforms.reference.coverage import PeriodCoverage
from transforms.reference.days import Day
from transforms.reference.groups import GROUPS
from transforms.reference.overrides import Override
from transforms.restricted import Restricted
from transforms.scores.days.panel import day_panel
from transforms.scores.timing.hours import day_and_night, of_the_year, weekday_hours
from transforms.scores.timing.near_repeat_table import near_repeat_table


STREETS = {street_of(cell) for cell in CELLS}
PLAIN = pa.schema([plain(field) for field in DAY_SCORES])


@pytest.fixture(scope="module")
def inputs() -> DayInputs:
    return made_inputs()


@pytest.fixture(scope="module")
def edition(inputs: DayInputs) -> DayEdition:
    return inputs.edition()


@pytest.fixture(scope="module")
def year(inputs: DayInputs) -> pa.Table:
    return of_the_year(RECORDS, inputs.as_of, DAYS)


@pytest.fixture(scope="module")
def tier(edition: DayEdition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    placed = published(tmp_path_factory.mktemp("published"), edition)
    return placed.folder / "internal"


def test_every_interval_is_computed_again_from_the_file_alone(tier: Path) -> None:
    rows = pq.read_table(tier / "day_cells.parquet")
    assert same_intervals(rows.to_pandas()) == len(rows) > 500
    assert same_intervals(pd.read_csv(tier / "powerbi_fact_cells.csv")) > 500


def test_scores_keep_to_their_contract(inputs: DayInputs) -> None:
    scores = inputs.scores
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
    inputs: DayInputs, edition: DayEdition, tmp_path: Path
) -> None:
    done = published(tmp_path, edition)
    assert (done.created, done.unwritten) == (True, {})

    def again() -> DayEdition:
        raise AssertionError("the tables of a run that stands are not made")

    standing = place(tmp_path, edition.as_of, edition.rests_on, again)
    assert (standing.run_id, standing.created) == (done.run_id, False)
    tier = done.folder / "internal"
    unsaid = ("accuracy.csv", "hotspot_changes.csv")  # no backtest, no day before
    rows = [row.name for row in formats_for("days") if row.name not in unsaid]
    rows.append("map-7-days.html")
    rows[rows.index("briefing-*.pdf")] = "briefing-kent.pdf"
    sealed = ["datapackage.json", "manifest.json", "SHA256SUMS"]
    assert {f.name for f in tier.iterdir()} == {*rows, *sealed}
    assert check_tier(tier, edition.run_id) == (len(rows) + len(sealed), [])
    assert provenance_of(tier) is not None
    assert json.loads((tmp_path / "latest.json").read_text())["as_of"] == str(DAYS[-1])
    assert not list(done.folder.glob("public*"))
    frame = gpd.read_parquet(tier / "day_cells.parquet")
    assert len(frame) == len(inputs.scores)
    assert frame.geometry.is_valid.all()
    top = list(csv.DictReader((tier / "top_cells.csv").read_text().splitlines()))
    assert {row["score_band"] for row in top} == {"top_1pct"}
    method = (tier / "METHOD.md").read_text()
    assert "Not backtested" in method
    named = set(re.findall(r"^- `([^`]+)`: ", method, re.MULTILINE))
    unlisted = {"METHOD.md", "SHA256SUMS", "manifest.json", "provenance.json"}
    assert named == {f.name for f in tier.iterdir()} - unlisted


def test_every_file_has_the_columns_that_its_dictionary_says(tier: Path) -> None:
    words = (tier / "DATA_DICTIONARY.md").read_text()
    for file in sorted(tier.iterdir()):
        if file.suffix == ".parquet":
            found = [
                n for n in pq.read_schema(file).names if n not in ("geometry", "bbox")
            ]
        elif file.suffix == ".csv":
            found = next(csv.reader(file.read_text().splitlines()))
        else:
            continue
        contents = FORMATS[file.name].days
        assert contents is not None
        assert found == contents.schema.names, file.name
        assert file.name in words
        assert all(f"| `{name}` |" in words for name in found)


def test_the_data_package_describes_the_tables(tier: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(tier / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])[:5]
    package = json.loads((tier / "datapackage.json").read_text())
    tables = {r["path"] for r in package["resources"] if "schema" in r}
    assert tables == {file.name for file in tier.glob("*.csv")}


def test_the_geopackage_contains_both_horizons(edition: DayEdition, tier: Path) -> None:
    cells = gpd.read_file(tier / "hotspots.gpkg", layer="hotspot_cells")
    assert set(cells["horizon_days"]) == {1, 7}
    spots = gpd.read_file(tier / "hotspots.gpkg", layer="hotspots")
    for row in cells.itertuples():
        assert row.place_label in (None, street_of(row.h3_cell))
    assert set(spots["name"]) <= STREETS
    all_crime = edition.cells.filter(
        pc.equal(edition.cells["crime_group"], "all-crime")
    )
    assert sum(cells["crime_group"] == "all-crime") == len(all_crime)
    with closing(sqlite3.connect(tier / "hotspots.gpkg")) as file:
        styles = dict(file.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert '"horizon_days" = 1' in html.unescape(styles["hotspot_cells"])
    for style in styles.values():
        assert "month" not in style
        tip = ET.fromstring(style).findtext("mapTip")  # noqa: S314
        assert tip is not None
        assert "'1 day', \"horizon_days\" || ' days'" in tip
    spots = ET.fromstring(styles["hotspots"]).find("renderer-v2")  # noqa: S314
    assert spots is not None
    assert '"horizon_days" = 1' in str(spots.get("attr"))  # both lie on the same ground
    shown = [
        c.get("value") for c in spots.iter("category") if c.get("render") == "true"
    ]
    assert shown == ["all-crime"]


def test_the_workbook_lists_the_top_at_each_horizon(
    edition: DayEdition, tier: Path
) -> None:
    file = tier / "top_hotspots.xlsx"
    sheets = ["Kent Police", "Read me", "Hot spots", "Top cells", "Changes"]
    sheets += ["Coverage", "Columns"]
    assert pyogrio.list_layers(file)[:, 0].tolist() == sheets
    published = {"Hot spots": top_hotspots(edition), "Top cells": top_cells(edition)}
    for name, rows in published.items():
        sheet = read_sheet(file, name)
        assert list(sheet.columns) == [title(n) for n in rows.column_names]
        sheet.columns = rows.column_names
        assert {day.date() for day in sheet["as_of"]} == {DAYS[-1].date}
        assert set(sheet["horizon_days"]) == {1, 7}
        groups = [GROUPS[slug].label for slug in rows["crime_group"].to_pylist()]
        assert sheet["crime_group"].tolist() == groups
        for column in ("p_top1", "n_28d", "lat"):
            assert sheet[column].tolist() == rows[column].to_pylist(), column
    spots = read_sheet(file, "Hot spots")
    assert spots["Around"].tolist() == published["Hot spots"]["name"].to_pylist()
    days = [day.date() for day in read_sheet(file, "Coverage")["Day"]]
    assert days == [day.date for day in DAYS]
    said = " ".join(texts(file))
    assert "365 of the last 365 days supplied; the newest is 2026-02-09" in said
    assert not re.search(r"\bmonths?\b", said)


def test_the_waypoints_are_of_the_next_day(edition: DayEdition, tier: Path) -> None:
    spots = top_hotspots(edition, GROUPS_SHOWN)
    spots = spots.filter(pc.equal(spots["horizon_days"], 1))
    frame = pyogrio.read_dataframe(tier / "top_hotspots.gpx", layer="waypoints")
    assert frame.geometry.x.tolist() == spots["lon"].to_pylist()
    first = spots.slice(0, 1).to_pylist()[0]
    assert frame["name"][0] == f"Kent Police 1 {first['name']}"
    [cell] = [
        row
        for row in edition.cells.to_pylist()
        if (row["h3_cell"], row["crime_group"], row["horizon_days"])
        == (first["top_cell"], "all-crime", 1)
    ]
    assert frame["desc"][0] == (
        f"All crime: {first['expected']:.2f} expected on the next day; in the highest"
        f" of its cells ({first['cells']}) {cell['score_lo']} to {cell['score_hi']} in"
        f" 95 of 100 such days. Counted: {first['n_7d']} in 7, {first['n_28d']} in 28,"
        f" {first['n_365d']} in 365 days."
    )


@pytest.mark.parametrize("horizon", [1, 7])
def test_the_map_has_a_page_for_each_horizon(
    edition: DayEdition, tier: Path, horizon: int
) -> None:
    names = {1: "map.html", 7: "map-7-days.html"}
    page = (tier / names[horizon]).read_text()
    assert f'href="{names[8 - horizon]}"' in page
    data = unpacked(page)
    assert (data["unit"], data["term"]) == ("days", horizon)
    assert data["as_ofs"] == [str(day) for day in DAYS[-8:]]
    assert data["months"] == [str(day) for day in DAYS[-63:]]
    rows = edition.cells.filter(pc.equal(edition.cells["horizon_days"], horizon))
    of_group = rows.filter(pc.equal(rows["crime_group"], "all-crime")).sort_by(
        "h3_cell"
    )
    [block] = [b for b in data["blocks"] if data["groups"][b[0]]["slug"] == "all-crime"]
    mine = slice(block[2], block[3])
    columns = data["columns"]
    for name, of in {"n_12m": "n_365d", "score_hi": "score_hi"}.items():
        assert columns[name][mine] == of_group[of].to_pylist()
    week = [columns[f"n.{at}"][mine] for at in range(56, 63)]
    assert [sum(days) for days in zip(*week, strict=True)] == of_group[
        "n_7d"
    ].to_pylist()
    spots = {spot["hotspot_id"]: spot["name"] for spot in edition.hotspots.to_pylist()}
    assert {s["id"]: s["name"] for s in data["hotspots"]} == spots
    assert set(spots.values()) <= STREETS
    assert set(data["words"]["place_label"]) == STREETS
    assert not re.search("month", html.unescape(words_of(page)))


def words_of(page: str) -> str:
    """What a reader sees of a page, before its scripts."""
    body = page.partition("<body>")[2].partition("<details>")[0]
    return re.sub(r"<[^>]*>", " ", body)


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_a_map_of_days_opens_and_speaks_of_days(tier: Path) -> None:
    with browser.opened(tier / "map.html", "#show=cells") as tab:
        tab.click("#top button")
        words = str(tab.value("document.body.innerText"))
        slider = 'getComputedStyle(document.querySelector(".slider")).display'
        assert tab.value(slider) == "none"  # no earlier day has a score
        assert tab.complaints() == []
    assert "should be between" in words
    assert "The count of the next day" in words
    assert "supplied days of the last 365" in words
    assert "month" not in words.partition("Licences of the software")[0]


def test_a_hot_spot_is_the_sum_of_its_cells(edition: DayEdition) -> None:
    spots = edition.hotspots.to_pylist()
    members: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in edition.cells.to_pylist():
        if row["hotspot_id"] is not None:
            members.setdefault((row["hotspot_id"], row["horizon_days"]), []).append(row)
    assert {(s["hotspot_id"], s["horizon_days"]) for s in spots} == members.keys()
    best: dict[tuple[int, str], float] = {}
    for spot in spots:
        cells = members[spot["hotspot_id"], spot["horizon_days"]]
        cells.sort(key=lambda row: row["score_rank"])
        assert spot["h3_cells"].split() == [row["h3_cell"] for row in cells]
        assert (spot["top_cell"], spot["cells"]) == (cells[0]["h3_cell"], len(cells))
        assert spot["expected"] == pytest.approx(sum(row["score"] for row in cells))
        assert spot["n_365d"] == sum(row["n_365d"] for row in cells)
        group = spot["horizon_days"], spot["crime_group"]
        assert spot["expected"] <= best.get(group, spot["expected"])
        best[group] = spot["expected"]


def test_a_file_that_cannot_be_written_is_left_out_and_comes_later(
    edition: DayEdition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such driver")

    with monkeypatch.context() as patched:
        row = replace(FORMATS["hotspots.gpkg"], write=fail)
        patched.setitem(FORMATS, "hotspots.gpkg", row)
        first = published(tmp_path, edition)
        assert not published(tmp_path, edition).created
    assert (first.created, list(first.unwritten)) == (True, ["hotspots.gpkg"])
    tier = first.folder / "internal"
    assert not (tier / "hotspots.gpkg").exists()
    manifest = json.loads((tier / "manifest.json").read_text())
    assert manifest["left_out"] == ["hotspots.gpkg"]
    assert "**Left out of this run**" in (tier / "METHOD.md").read_text()
    whole = published(tmp_path, edition)
    assert (whole.created, whole.unwritten) == (True, {})
    assert whole.run_id != first.run_id


@pytest.mark.parametrize(
    ("lost", "kept"), [("map.html", "map-7-days.html"), ("map-7-days.html", "map.html")]
)
def test_a_page_that_cannot_be_written_does_not_take_the_other_along(
    edition: DayEdition,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost: str,
    kept: str,
) -> None:
    term = 1 if lost == "map.html" else 7
    render = days.render

    def fail(rows: pa.Table, past: Any, facts: MapFacts, *more: Any) -> str:
        if facts.term == term:
            raise RuntimeError("no such page")
        return render(rows, past, facts, *more)

    monkeypatch.setattr(days, "render", fail)
    done = published(tmp_path, edition)
    assert (done.created, list(done.unwritten)) == (True, [lost])
    tier = done.folder / "internal"
    assert not (tier / lost).exists()
    assert lost not in (tier / kept).read_text()
    method, _, left_out = (tier / "METHOD.md").read_text().partition("**Left out")
    assert f"- `{kept}`:" in method
    assert lost not in method
    assert lost in left_out


def test_a_map_whose_pages_all_fail_is_left_out(
    edition: DayEdition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no map")

    row = replace(FORMATS["map.html"], write=fail)
    monkeypatch.setitem(FORMATS, "map.html", row)
    done = published(tmp_path, edition)
    assert (done.created, list(done.unwritten)) == (True, ["map.html"])


@pytest.fixture(scope="module")
def thin(inputs: DayInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # the same day, with five of the last seven set aside
    supplied = [*DAYS[:-6], DAYS[-1]]
    panel = day_panel(RECORDS, DAYS, "kent", inputs.scoring)
    coverage = COVERAGE | {
        day: PeriodCoverage[Day, None](day, "missing") for day in DAYS[-6:-1]
    }
    scores = scored_day(panel, supplied)
    edition = replace(inputs, scores=scores, coverage=coverage).edition()
    path = tmp_path_factory.mktemp("thin") / "map.html"
    FORMATS["map.html"].write(edition, path)
    return path


def test_the_map_says_how_many_days_of_each_window_were_supplied(thin: Path) -> None:
    [force] = unpacked(thin.read_text())["forces"]
    assert [force[f"months_{name}"] for name in ("prev_12m", "12m")] == [28, 360]
    assert force["looks"][-7:] == ["supplied", *["missing"] * 5, "supplied"]


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_a_week_with_gaps_does_not_read_as_quiet(thin: Path, tmp_path: Path) -> None:
    with browser.opened(thin, "#show=cells") as tab:
        tab.click("#top button")
        words = str(tab.value("document.getElementById('panel').innerText"))
        tab.press("Escape")  # back to the list
        file = saved_in(tab, tmp_path, lambda: tab.click("#save"))
    assert re.search(r"last 7 days\s+\d+ \(in 2 of 7 days\)", words)
    assert re.search(r"the 28 days before the last 28\s+\d+\s*Expected", words)
    [row, *_] = csv.DictReader(file.read_text().splitlines())
    assert "lsoa21cd" not in row
    assert row["place_label"] in STREETS
    assert row["days_365d"] == "360"
    assert all(row.values())


def test_the_public_tier_has_no_file_of_days() -> None:
    assert list(formats_for("days", "public")) == []


def test_coverage_says_what_each_day_counts_as(inputs: DayInputs) -> None:
    gone, known = DAYS[380], DAYS[390]
    aside = Override("set_aside", "the export failed")
    fewer = replace(
        inputs,
        coverage=COVERAGE
        | {
            gone: PeriodCoverage(gone, "missing"),
            known: PeriodCoverage(known, "set_aside", override=aside),
        },
    )
    told = {row["day"]: row for row in fewer.edition().coverage.to_pylist()}
    assert len(told) == len(DAYS)
    assert told[str(gone)]["status"] == "missing"
    assert (told[str(known)]["status"], told[str(known)]["reason"]) == (
        "set_aside",
        "the export failed",
    )
    assert sum(row["status"] == "supplied" for row in told.values()) == len(DAYS) - 2


def test_the_hours_of_the_week_add_up_to_the_incidents(year: pa.Table) -> None:
    table = weekday_hours(year)
    for slug in ("burglary", "all-crime"):
        of = table.filter(pc.equal(table["crime_group"], slug))
        assert len(of) == 168
        assert pc.sum(of["incidents"]).as_py() == pytest.approx(
            of["counted"][0].as_py()
        )
    split = day_and_night(year)
    burglary = split.filter(pc.equal(split["crime_group"], "burglary"))
    assert sum(burglary["incidents_day_365d"].to_pylist()) == pytest.approx(
        sum(c == "burglary" for c in year["category"].to_pylist())
    )  # all at noon


def test_no_hours_are_made_of_days(year: pa.Table) -> None:
    at = year.schema.get_field_index("time_precision")
    half = ["day" if row % 2 else "minute" for row in range(len(year))]
    some = year.set_column(at, "time_precision", pa.array(half))
    timed = year.take(pa.array(range(0, len(year), 2)))
    assert weekday_hours(some) == weekday_hours(timed)
    assert day_and_night(some) == day_and_night(timed)
    days = year.set_column(at, "time_precision", pa.repeat("day", len(year)))
    assert len(weekday_hours(days)) == len(day_and_night(days)) == 0


def test_a_feed_without_hours_has_no_tables_of_them(
    inputs: DayInputs, tmp_path: Path
) -> None:
    rows = inputs.records.reveal()
    at = rows.schema.get_field_index("time_precision")
    days = rows.set_column(at, "time_precision", pa.repeat("day", len(rows)))
    edition = replace(inputs, records=Restricted(days)).edition()
    for name in ("weekday_hours.csv", "day_and_night.csv", "hotspot_hours.parquet"):
        path = tmp_path / name
        FORMATS[path.name].write(edition, path)
        assert not path.exists()
    said = day_method(edition)
    assert "`hotspot_hours.parquet` are not made: no record" in " ".join(said.split())


def test_near_repeats_tell_each_band_of_each_category(year: pa.Table) -> None:
    table, notes = near_repeat_table(year, permutations=19)
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


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "are seen as they are now"),
        (1.0, "what was deleted since is gone."),
        (0.9, " 9 % of the records do not say"),
        (0.999, " Under 1 % of the records do not say"),
        (0.001, " 99 % of the records do not say"),
    ],
)
def test_what_a_past_day_knows_is_said_as_it_is(share: float, said: str) -> None:
    assert said in known_then_in_words(share)


def test_months_are_refused_hours_and_near_repeats() -> None:
    rows = RECORDS.reveal().slice(0, 60)
    at = rows.schema.get_field_index("time_precision")
    monthly = rows.set_column(at, "time_precision", pa.repeat("month", 60))
    for analysis in (weekday_hours, near_repeat_table):
        with pytest.raises(UsageError, match="needs the day of every incident"):
            analysis(monthly)


def test_what_near_repeats_could_not_test_is_published(
    inputs: DayInputs,
    year: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transforms.scores.timing.near_repeat._MOST_PAIRS", 1)
    tier = published(tmp_path, inputs.edition()).folder / "internal"
    words = " ".join((tier / "METHOD.md").read_text().split())
    tested = set(year["category"].to_pylist())
    assert tested
    for category in tested:
        assert f"Not tested: {category}: " in words
    assert "pairs of incidents are within 400 m" in words
    assert "So the file has no row." in words
    assert len((tier / "near_repeats.csv").read_text().splitlines()) == 1
