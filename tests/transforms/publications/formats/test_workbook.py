"""The workbook, read again: as published, dated, and nothing in it that computes."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pyarrow as pa
import pyogrio
import pytest

from tests.transforms.publications.grown_home import Grown
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import (
    TOP_CELLS,
    TOP_GROUPS,
    top_cells,
    top_hotspots,
)
from transforms.publications.formats import workbook
from transforms.publications.formats.workbook import write_workbook
from transforms.reference.months import Month


SHEETS = ["Read me", "Hot spots", "Top cells", "Totals", "Coverage", "Columns"]
PREFIXES = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def file(tier: Path) -> Path:
    return tier / "top_hotspots.xlsx"


def parts(file: Path) -> dict[str, ET.Element]:
    """Every sheet and the shared texts, as XML."""
    with zipfile.ZipFile(file) as book:
        return {
            name: ET.fromstring(book.read(name))  # noqa: S314
            for name in book.namelist()
            if re.match(r"xl/(worksheets/sheet\d+|sharedStrings)\.xml", name)
        }


def texts(file: Path) -> list[str]:
    """All texts of the book."""
    shared = parts(file)["xl/sharedStrings.xml"]
    return ["".join(item.itertext()) for item in shared]


def read(file: Path, sheet: str) -> pd.DataFrame:
    """A sheet as GDAL reads it: its own reader of the format, not ours."""
    pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": "FORCE"})
    try:
        return pyogrio.read_dataframe(file, layer=sheet, read_geometry=False)
    finally:
        pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": None})


def with_labels(edition: MonthEdition, labels: list[str]) -> MonthEdition:
    """The edition with those labels on its cells and hot spots, in turn."""
    planted = replace(edition)
    for table, column in (("cells", "place_label"), ("hotspots", "name")):
        rows = getattr(edition, table)
        at = rows.schema.get_field_index(column)
        told = pa.array([labels[i % len(labels)] for i in range(len(rows))])
        vars(planted)[table] = rows.set_column(at, rows.schema.field(at), told)
    return planted


def test_no_cell_is_a_formula_or_a_link(file: Path) -> None:
    assert len(parts(file)) == len(SHEETS) + 1
    for name, sheet in parts(file).items():
        assert not list(sheet.iter(f"{_MAIN}f")), name
        assert not list(sheet.iter(f"{_MAIN}hyperlink")), name


def test_a_formula_as_a_place_label_is_withheld(grown: Grown, tmp_path: Path) -> None:
    path = tmp_path / "planted.xlsx"
    write_workbook(with_labels(grown.now.edition, PREFIXES), path)
    assert not set(PREFIXES) & set(texts(path))
    assert read(path, "Hot spots")["name"].isna().all()


def test_one_that_gets_through_is_text(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "withhold_formulas", lambda rows: rows)
    path = tmp_path / "planted.xlsx"
    write_workbook(with_labels(grown.now.edition, [*PREFIXES, "http://x.test/"]), path)
    assert set(texts(path)) > {"=1+1", "+1", "-1", "@SUM(1)", "http://x.test/"}
    for name, sheet in parts(path).items():
        assert not list(sheet.iter(f"{_MAIN}f")), name
        assert not list(sheet.iter(f"{_MAIN}hyperlink")), name


def test_the_same_edition_is_the_same_bytes(
    grown: Grown, file: Path, tmp_path: Path
) -> None:
    write_workbook(grown.now.edition, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()


def test_its_sheets_hold_the_top_as_published(grown: Grown, file: Path) -> None:
    edition = grown.now.edition
    assert pyogrio.list_layers(file)[:, 0].tolist() == SHEETS
    published = {
        "Hot spots": top_hotspots(edition),
        "Top cells": top_cells(edition),
    }
    for name, rows in published.items():
        sheet = read(file, name)
        assert list(sheet.columns) == rows.column_names
        for column in rows.column_names:
            wanted = rows[column].cast(pa.string()).to_pylist()
            if column == "as_of":
                wanted = [Month.parse(text).last_day for text in wanted]
                assert [d.date() for d in sheet[column]] == wanted
            elif pa.types.is_string(rows[column].type):
                told = [None if pd.isna(text) else text for text in sheet[column]]
                assert told == wanted
            else:
                held = rows[column].cast(pa.float64()).to_pandas()
                given = sheet[column].astype(float)
                pd.testing.assert_series_equal(given, held, check_names=False)


def test_it_has_so_many_hot_spots_of_each_group_and_force(grown: Grown) -> None:
    rows = top_hotspots(grown.now.edition)
    keys = [(r["force"], r["crime_group"], r["hotspot_rank"]) for r in rows.to_pylist()]
    assert keys == sorted(keys)
    assert {group for _, group, _ in keys} <= set(TOP_GROUPS)
    assert max(rank for *_, rank in keys) <= TOP_CELLS
    assert keys[0] == ("avonmere", "all-crime", 1)


def test_a_month_is_a_date_and_what_is_not_known_is_empty(file: Path) -> None:
    coverage = read(file, "Coverage")
    gap = coverage[(coverage["force"] == "saltmarsh") & (coverage["month"] < "2025-02")]
    gap = gap[gap["month"] > "2025-01"]
    assert gap["month"].dt.date.tolist() == [date(2025, 1, 31)]
    assert gap["status"].tolist() == ["missing"]
    assert gap["rows_in"].isna().all()
    assert gap["raw_sha256"].isna().all()


def test_the_read_me_tells_what_it_is(grown: Grown, file: Path) -> None:
    said = texts(file)
    assert grown.now.run_id in said
    assert any("Simulated data" in text for text in said)
    assert any(text.startswith("Left out before scoring: prison") for text in said)
    assert "Coverage: Saltmarsh Police" in said
    [sheet] = [x for n, x in parts(file).items() if n.endswith("sheet1.xml")]
    days = (date(2025, 12, 31) - date(1899, 12, 30)).days
    assert str(days) in {v.text for v in sheet.iter(f"{_MAIN}v")}


def test_every_column_of_every_sheet_is_described(file: Path) -> None:
    told = read(file, "Columns")
    for name in SHEETS[1:4]:
        described = told.loc[told["sheet"] == name, "column"].tolist()
        assert described == list(read(file, name).columns)
    assert told["meaning"].notna().all()
