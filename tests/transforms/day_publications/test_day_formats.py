"""The files of a day beside one another: they add up, join, and print on one page."""

import csv
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.transforms.day_publications.made_day import (
    DAYS,
    RECORDS,
    made_inputs,
    published,
)
from tests.transforms.publications.formats.test_workbook import (
    pages_on_paper,
    sheet_rows,
)
from tests.transforms.publications.formats.test_workbook import read as read_sheet
from tests.transforms.publications.map.map_page import unpacked
from tests.transforms.publications.named_files import named_but_not_there
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.selection import TOP_CELLS, groups_shown
from transforms.publications.formats.analyst_database import DAY_VIEWS
from transforms.publications.formats.registry import FORMATS, formats_for
from transforms.publications.titles import title
from transforms.reference.bands import TOP_5
from transforms.reference.groups import ALL_CRIME, GROUPS


NUMBERS = ("n_7d", "n_28d", "n_365d")
STAR = [row.name for row in formats_for("days") if row.name.startswith("powerbi_")]
JOINS = {
    "hotspot_id": "powerbi_dim_hotspot.csv",
    "cell_key": "powerbi_dim_cell.csv",
    "force": "powerbi_dim_force.csv",
    "crime_group": "powerbi_dim_group.csv",
    "date": "powerbi_dim_day.csv",
}
Sums = Counter[tuple[str, int, str]]  # group, horizon, column


@pytest.fixture(scope="module")
def edition() -> DayEdition:
    return made_inputs().edition()


@pytest.fixture(scope="module")
def tier(edition: DayEdition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    return published(folder, edition).folder / "internal"


@pytest.fixture(scope="module")
def con(tier: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(tier / "hotspots.duckdb", read_only=True) as opened:
        yield opened


def rows_of(file: Path) -> list[dict[str, Any]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def told(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    return list(con.table(name).to_arrow_table().to_pylist())


def layer(tier: Path, name: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(tier / "hotspots.gpkg")) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute(f'select * from "{name}"')]  # noqa: S608


def features(file: Path) -> list[dict[str, Any]]:
    return [
        feature["properties"] for feature in json.loads(file.read_text())["features"]
    ]


def summed(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The counts over rows of cells or hot spots, where there are any."""
    sums: Sums = Counter()
    for row in rows:
        for name in NUMBERS:
            key = row["crime_group"], int(row["horizon_days"]), name
            sums[key] += int(row[name] or 0)
    return +sums


def by_hand() -> Sums:
    """The records of each window, walked one by one: the same at both horizons."""
    sums: Sums = Counter()
    for record in RECORDS.reveal().to_pylist():
        age = (DAYS[-1].date - record["occurred_from"].date()).days
        for name in NUMBERS:
            if not 0 <= age < int(name[2:-1]):
                continue
            for group in GROUPS.values():
                if record["category"] in group.categories:
                    for horizon in (1, 7):
                        sums[group.slug, horizon, name] += 1
    return sums


def test_every_file_of_all_cells_has_the_sums_of_the_records(
    tier: Path, con: duckdb.DuckDBPyConnection
) -> None:
    expected = by_hand()
    assert min(expected[ALL_CRIME, 1, name] for name in NUMBERS) > 0
    files = {
        "parquet": pq.read_table(tier / "day_cells.parquet").to_pylist(),
        "csv": rows_of(tier / "day_cells.csv"),
        "duckdb": told(con, "cells"),
    }
    for name, rows in files.items():
        assert summed(rows) == expected, name


def test_every_file_of_the_top_has_the_sums_of_the_same_cells(
    tier: Path, con: duckdb.DuckDBPyConnection
) -> None:
    cells = rows_of(tier / "day_cells.csv")
    top = [
        row
        for row in cells
        if row["crime_group"] == ALL_CRIME or row["score_band"] in TOP_5
    ]
    expected = summed(top)
    assert expected != summed(cells)
    assert summed(layer(tier, "hotspot_cells")) == expected
    assert summed(rows_of(tier / "powerbi_fact_cells.csv")) == expected
    highest = summed(row for row in cells if row["score_band"] == "top_1pct")
    assert summed(rows_of(tier / "top_cells.csv")) == highest
    assert summed(told(con, "top_cells")) == highest


def test_the_maps_have_the_sums_of_their_cells(tier: Path) -> None:
    whole = (ALL_CRIME, "serious-violence-proxy")
    cells = [
        row
        for row in rows_of(tier / "day_cells.csv")
        if row["crime_group"] in whole or row["score_band"] in TOP_5
    ]
    for horizon, page in ((1, "map.html"), (7, "map-7-days.html")):
        data = unpacked((tier / page).read_text())
        sums: Counter[str] = Counter()
        for group, _, start, stop in data["blocks"]:
            counts = data["columns"]["n_12m"][start:stop]
            sums[data["groups"][group]["slug"]] += sum(n or 0 for n in counts)
        expected: Counter[str] = Counter()
        for row in cells:
            if row["horizon_days"] == str(horizon):
                expected[row["crime_group"]] += int(row["n_365d"] or 0)
        assert +sums == +expected


def test_every_file_of_hot_spots_has_the_sums_of_their_cells(
    tier: Path, con: duckdb.DuckDBPyConnection
) -> None:
    cells = rows_of(tier / "day_cells.csv")
    expected = summed(row for row in cells if row["hotspot_id"])
    assert expected
    listed = {row["hotspot_id"]: row for row in rows_of(tier / JOINS["hotspot_id"])}
    star = [
        listed[fact["hotspot_id"]] | fact
        for fact in rows_of(tier / "powerbi_fact_hotspots.csv")
    ]
    files = {
        "csv": rows_of(tier / "hotspots.csv"),
        "geopackage": layer(tier, "hotspots"),
        "duckdb": told(con, "hotspots"),
        "star": star,
    }
    for name, rows in files.items():
        assert summed(rows) == expected, name
        assert {
            (row["hotspot_id"], int(row["horizon_days"])): float(row["expected"])
            for row in rows
        } == pytest.approx(
            {
                (row["hotspot_id"], int(row["horizon_days"])): float(row["expected"])
                for row in files["csv"]
            }
        )


def test_the_files_of_the_first_have_the_same_sums(
    edition: DayEdition, tier: Path
) -> None:
    shown = set(groups_shown(edition))
    ids = {GROUPS[slug].label: slug for slug in shown}
    for source, rank, sheet, file in (
        ("hotspots.csv", "hotspot_rank", "Hot spots", "hotspots.geojson"),
        ("day_cells.csv", "score_rank", "Top cells", "top_hotspots.geojson"),
    ):
        expected = summed(
            row
            for row in rows_of(tier / source)
            if row["crime_group"] in shown and int(row[rank]) <= TOP_CELLS
        )
        frame = read_sheet(tier / "top_hotspots.xlsx", sheet)
        names = {
            title(name): name for name in [*NUMBERS, "crime_group", "horizon_days"]
        }
        rows = frame.rename(columns=names).to_dict("records")
        for row in rows:
            row["crime_group"] = ids[row["crime_group"]]
        assert summed(rows) == expected, sheet
        assert summed(features(tier / file)) == expected, file


def test_each_table_of_the_database_is_as_published_and_described(
    edition: DayEdition, con: duckdb.DuckDBPyConnection
) -> None:
    of = edition.tables
    tables = {
        "cells": edition.cells,
        "hotspots": edition.hotspots,
        "weekday_hours": of.weekday_hours,
        "day_and_night": of.day_and_night,
        "hotspot_hours": of.hotspot_hours,
        "near_repeats": of.near_repeats,
        "coverage": edition.coverage,
        "forces": edition.forces_table,
    }
    for name, rows in tables.items():
        assert told(con, name) == rows.to_pylist(), name
    [names] = con.execute(
        "select list(table_name order by table_name) from duckdb_tables()"
    ).fetchall()
    assert set(names[0]) == {*tables, "crime_groups", "run_info"}
    [bare] = con.execute(
        "select count(*) from duckdb_columns() where not internal and comment is null"
        " and table_name not in (select view_name from duckdb_views())"
    ).fetchall()
    assert bare == (0,)
    columns = con.execute("select column_name from duckdb_columns()").fetchall()
    of_records = set(RECORDS.reveal().column_names) - {"category", "place_label"}
    assert not of_records & {name for (name,) in columns}
    assert con.table("day_gaps").fetchall() == []
    for view in DAY_VIEWS:
        con.table(view)


@pytest.mark.parametrize("name", STAR)
def test_the_star_has_keys_and_the_same_bytes(
    edition: DayEdition, tier: Path, tmp_path: Path, name: str
) -> None:
    contents = FORMATS[name].days
    assert contents is not None
    rows = rows_of(tier / name)
    keys = [tuple(row[key] for key in contents.keys) for row in rows]
    assert len(set(keys)) == len(keys) > 0
    FORMATS[name].write(edition, tmp_path / name)
    assert (tmp_path / name).read_bytes() == (tier / name).read_bytes()
    for key in JOINS.keys() & rows[0].keys():
        known = {row[key] for row in rows_of(tier / JOINS[key])}
        assert {row[key] for row in rows} <= {*known, ""}, key


def test_a_hot_spot_of_the_star_is_the_same_at_both_horizons(
    edition: DayEdition, tier: Path
) -> None:
    """Else its dimension would say of one horizon what is true of the other."""
    alike = rows_of(tier / JOINS["hotspot_id"])[0].keys() - {"wkt"}
    at: dict[int, dict[str, Any]] = {1: {}, 7: {}}
    for spot in edition.hotspots.to_pylist():
        at[spot["horizon_days"]][spot["hotspot_id"]] = {n: spot[n] for n in alike}
    assert at[1] == at[7] != {}


def test_the_days_of_the_star_are_those_of_coverage(tier: Path) -> None:
    days = rows_of(tier / JOINS["date"])
    assert [day["date"] for day in days] == [str(day) for day in DAYS]
    last = days[-1]
    assert (last["weekday_number"], last["weekday"]) == ("1", "Monday")
    assert (last["month_number"], last["month_name"]) == ("2", "February")


def test_every_file_that_a_text_names_is_in_the_same_folder(tier: Path) -> None:
    # no backtest, and no earlier day
    unmade = {"accuracy.csv", "hotspot_changes.csv"}
    found = named_but_not_there(tier).items()
    assert {
        name: set(names) - unmade for name, names in found if set(names) - unmade
    } == {}


def test_the_first_sheet_lists_the_next_day(edition: DayEdition, tier: Path) -> None:
    spots = [
        row
        for row in edition.hotspots.to_pylist()
        if (row["crime_group"], row["horizon_days"]) == (ALL_CRIME, 1)
    ][:20]
    said = sheet_rows(tier / "top_hotspots.xlsx", 1)
    assert said[0][0] == "Kent Police: hot spots of all crime"
    assert said[1][0].startswith("Data up to 9 February 2026; 365 of the last 365 days")
    head, *listed = said[3:]
    assert len(listed) == len(spots) > 0
    for row, spot in zip(listed, spots, strict=True):
        found = dict(zip(head, row, strict=False))  # after these, some are empty
        assert found["Around"] == spot["name"]
        assert float(found["Expected next day"]) == round(spot["expected"], 2)
        begin = f"{spot['busiest_weekday']}, {spot['busiest_from']:02}:00 to "
        assert found["Busiest weekday, and four hours on end"].startswith(begin)


@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdfinfo"),
    reason="no LibreOffice: install libreoffice-calc-nogui",
)
def test_the_first_sheet_prints_on_one_landscape_page(
    tier: Path, tmp_path: Path
) -> None:
    pages = pages_on_paper(tier / "top_hotspots.xlsx", tmp_path, 2)
    assert pages[0].lstrip().startswith("Kent Police: hot spots of all crime")
    assert "Run" in pages[1]
