"""The workbook, read again: as published, dated, and nothing in it that computes."""

import re
import shutil
import subprocess
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
from transforms.publications.formats import force_sheet, workbook
from transforms.publications.formats.force_sheet import TOP_SPOTS
from transforms.publications.formats.workbook import write_workbook
from transforms.publications.schemas import PUBLISHED_COVERAGE
from transforms.publications.titles import title
from transforms.reference.bands import BANDS
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


FORCES = ["Avonmere Police", "Northfell Constabulary", "Saltmarsh Police"]
SHEETS = [*FORCES, "Read me", "Hot spots", "Top cells", "Totals", "Coverage", "Columns"]
PREFIXES = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]
WORDS = {
    "force": {"avonmere": FORCES[0], "northfell": FORCES[1], "saltmarsh": FORCES[2]},
    "crime_group": {slug: group.label for slug, group in GROUPS.items()},
    "score_band": {band.slug: band.label for band in BANDS},
}
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
    links = re.compile(
        r"https://www\.openstreetmap\.org/\?mlat=[\d.-]+&amp;mlon=[\d.-]+"
    )
    with zipfile.ZipFile(file) as book:
        related = [n for n in book.namelist() if n.endswith(".rels")]
        for name in related:
            for address in re.findall(
                r'Target="(https?:[^"]*)', book.read(name).decode()
            ):
                assert links.match(address), address


def test_a_formula_as_a_place_label_is_withheld(grown: Grown, tmp_path: Path) -> None:
    path = tmp_path / "planted.xlsx"
    write_workbook(with_labels(grown.now.edition, PREFIXES), path)
    assert not set(PREFIXES) & set(texts(path))
    assert read(path, "Hot spots")["Around"].isna().all()


def test_one_that_gets_through_is_text(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (workbook, force_sheet):
        monkeypatch.setattr(module, "withhold_formulas", lambda rows: rows)
    path = tmp_path / "planted.xlsx"
    write_workbook(with_labels(grown.now.edition, [*PREFIXES, "http://x.test/"]), path)
    assert set(texts(path)) > {"=1+1", "+1", "-1", "@SUM(1)", "http://x.test/"}
    for name, sheet in parts(path).items():
        assert not list(sheet.iter(f"{_MAIN}f")), name


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
        assert list(sheet.columns) == [title(n) for n in rows.column_names]
        sheet.columns = pd.Index(rows.column_names)
        for column in rows.column_names:
            wanted = rows[column].cast(pa.string()).to_pylist()
            wanted = [WORDS.get(column, {}).get(text, text) for text in wanted]
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
    coverage.columns = pd.Index(PUBLISHED_COVERAGE.names)
    gap = coverage[
        (coverage["force"] == "Saltmarsh Police") & (coverage["month"] < "2025-02")
    ]
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
    [sheet] = [x for n, x in parts(file).items() if n.endswith("sheet4.xml")]
    days = (date(2025, 12, 31) - date(1899, 12, 30)).days
    assert str(days) in {v.text for v in sheet.iter(f"{_MAIN}v")}


def test_every_column_of_every_sheet_is_described(file: Path) -> None:
    told = read(file, "Columns")
    for name in SHEETS[4:8]:
        described = told.loc[told["Sheet"] == name, "Heading"].tolist()
        assert described == list(read(file, name).columns)
    assert told["Meaning"].notna().all()


def test_a_force_has_a_sheet_of_its_first_hot_spots(grown: Grown, file: Path) -> None:
    spots = [
        row
        for row in grown.now.edition.hotspots.to_pylist()
        if (row["force"], row["crime_group"]) == ("avonmere", "all-crime")
    ][:TOP_SPOTS]
    said = sheet_rows(file, 1)
    assert said[0][0] == "Avonmere Police: hot spots of all crime"
    assert said[1][0].startswith("Data up to December 2025; 12 of the last 12 months")
    head, *listed = said[3:]
    assert head[0] == "No."
    assert head[-1] == "Map"
    assert len(listed) == len(spots) > 0
    for row, spot in zip(listed, spots, strict=True):
        told = dict(zip(head, row, strict=True))
        assert told["Around"] == spot["name"]
        assert told["Likely range"] == f"{spot['expected_lo']} to {spot['expected_hi']}"
        assert float(told["Last 12 months"]) == spot["n_12m"]
        assert float(told["Easting (m)"]) == spot["easting"]


def sheet_rows(file: Path, number: int) -> list[list[str]]:
    """The rows of a sheet that have cells, as text."""
    words = texts(file)
    rows = []
    for row in parts(file)[f"xl/worksheets/sheet{number}.xml"].iter(f"{_MAIN}row"):
        cells = []
        for cell in row.iter(f"{_MAIN}c"):
            value = cell.findtext(f"{_MAIN}v") or ""
            cells.append(words[int(value)] if cell.get("t") == "s" else value)
        rows.append(cells)
    return rows


def pages_on_paper(file: Path, folder: Path, pages: int) -> list[str]:
    """The text of its first printed pages, which must be A4 and landscape."""
    copy = folder / "book.xlsx"
    copy.write_bytes(file.read_bytes())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*convert, folder, copy], check=True, capture_output=True)
    book = folder / "book.pdf"
    size = subprocess.run(
        ["pdfinfo", book], check=True, capture_output=True, text=True
    ).stdout
    assert re.search(r"Page size:\s+84\d\.\d+ x 59\d", size)
    read = ["pdftotext", "-l", str(pages), "-layout", book, "-"]
    text = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    return text.split("\f")


@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdfinfo"),
    reason="no LibreOffice: install libreoffice-calc-nogui",
)
def test_each_forces_sheet_prints_on_one_landscape_page(
    file: Path, tmp_path: Path
) -> None:
    pages = pages_on_paper(file, tmp_path, 4)
    for page, force in zip(pages, FORCES, strict=False):
        assert page.lstrip().startswith(f"{force}: hot spots of all crime")
    assert "Run" in pages[3]
