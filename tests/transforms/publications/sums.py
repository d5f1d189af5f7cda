"""What each file of a publication says of a year's incidents, by force and group."""

import csv
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyogrio

from tests.oracles.publications import became
from tests.oracles.universe import far_regions, universe
from tests.transforms.publications.map.map_page import unpacked
from transforms.lake.data_files import read_files
from transforms.lake.tables import TABLES
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.schemas import RECONCILIATION
from transforms.publications.titles import title
from transforms.reference.bands import TOP_5
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import ALL_CRIME, GROUPS


EVERYTHING = "everything"
BECAME = (
    "without_place", "outside_area", "excluded", "far_from_force", "outside_universe",
    "counted",
)  # fmt: skip
_READ = ["month", "category", "place_label", "h3_r9", "h3_r10", "in_area"]
Key = tuple[str, str]  # force, group
Account = dict[Key, dict[str, int]]


def by_hand(edition: MonthEdition) -> Account:
    """What became of the incidents of the lake: those that are alike walked as one."""
    account: Account = {}
    for force in edition.scored:
        account |= _by_hand(edition, force)
    return account


def _by_hand(edition: MonthEdition, force: ForceEdition) -> Account:
    as_of = edition.as_of
    rules = [rule for rule in force.exclusions if rule.force in (None, force.force.id)]
    labels = [re.compile(rule.label) for rule in rules if rule.label]
    places = {int(rule.cell, 16) for rule in rules if rule.cell}

    def is_excluded(row: Mapping[str, Any]) -> bool:
        return bool(
            {row["h3_r9"], row["h3_r10"]} & places
            or any(label.fullmatch(row["place_label"] or "") for label in labels)
        )

    incidents = read_files(force.incidents, TABLES["incidents"]).select(_READ)
    kinds = incidents.unify_dictionaries().group_by(_READ)
    alike = kinds.aggregate([([], "count_all")]).to_pylist()
    known = [
        (f"{row['h3_r9']:x}", (int(row["month"][:4]), int(row["month"][5:])), "any")
        for row in alike
        if row["h3_r9"] and row["in_area"] and not is_excluded(row)
        if row["month"] <= str(as_of)
        for _ in range(row["count_all"])
    ]
    cells = universe(known, (as_of.year, as_of.month))
    far = far_regions(Counter(cell for cell, _, _ in known))
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in alike:
        reason = became(row, cells, far, is_excluded)
        counts[row["month"], row["category"], reason] += row["count_all"]
    span = set(force.counted_span(as_of, 12)) & set(supplied_periods(force.months))
    account: Account = {}
    for slug in [EVERYTHING, *force.scored_groups()]:
        group = GROUPS.get(slug)
        months = {str(m) for m in span if group is None or group.since <= m}
        mine = dict.fromkeys(BECAME, 0)
        for (month, category, reason), number in counts.items():
            if month in months and (group is None or category in group.categories):
                mine[reason] += number
        account[force.force.id, slug] = mine
    return account


def told(rows: Iterable[Mapping[str, Any]]) -> Account:
    """The table of totals, as one of the files has it."""
    return {
        (row["force"], row["crime_group"]): {
            name: int(row[f"{name}_12m"]) for name in BECAME
        }
        for row in rows
    }


def tables(edition: MonthEdition, tier: Path) -> dict[str, Account]:
    """The totals of each file that has them."""
    with closing(sqlite3.connect(tier / "hotspots.gpkg")) as file:
        file.row_factory = sqlite3.Row
        geopackage = told(map(dict, file.execute("select * from reconciliation")))
    with duckdb.connect(str(tier / "hotspots.duckdb"), read_only=True) as con:
        database = told(con.sql("from reconciliation").to_arrow_table().to_pylist())
    pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": "FORCE"})
    sheet = pyogrio.read_dataframe(
        tier / "top_hotspots.xlsx", layer="Totals", read_geometry=False
    )
    return {
        "reconciliation.csv": told(rows_of(tier / "reconciliation.csv")),
        "hotspots.gpkg": geopackage,
        "hotspots.duckdb": database,
        "top_hotspots.xlsx": told(_by_ids(edition, sheet.to_dict("records"))),
        "powerbi_fact_totals.csv": told(rows_of(tier / "powerbi_fact_totals.csv")),
    }


def _by_ids(
    edition: MonthEdition, rows: Iterable[Mapping[str, Any]]
) -> Iterable[Mapping[str, Any]]:
    """The rows of a sheet under the names that the other files have."""
    names = {title(field.name): field.name for field in RECONCILIATION}
    ids = {force.force.name: force.force.id for force in edition.scored}
    ids |= {group.label: slug for slug, group in GROUPS.items()}
    ids |= {"Everything sent": EVERYTHING}
    for row in rows:
        named = {names[heading]: value for heading, value in row.items()}
        yield named | {name: ids[named[name]] for name in ("force", "crime_group")}


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


_OF_CELLS = ["force", "crime_group", "n_12m"]


def summed(cells: pa.Table) -> Counter[Key]:
    """n_12m over rows of cells."""
    groups = cells.unify_dictionaries().group_by(_OF_CELLS[:2])
    sums = groups.aggregate([("n_12m", "sum")])
    return Counter(
        {
            (row["force"], row["crime_group"]): int(row["n_12m_sum"] or 0)
            for row in sums.to_pylist()
        }
    )


def cells_of_csv(file: Path) -> pa.Table:
    """What is summed of a CSV file of cells."""
    only = pacsv.ConvertOptions(include_columns=_OF_CELLS)
    return pacsv.read_csv(file, convert_options=only)


def whole_files(tier: Path) -> dict[str, Counter[Key]]:
    """Sums over the cells of each file that has all of them."""
    with duckdb.connect(str(tier / "hotspots.duckdb"), read_only=True) as con:
        database = con.sql("select force, crime_group, n_12m from cells")
        return {
            "hotspot_cells.parquet": summed(published(tier)),
            "hotspot_cells.csv": summed(cells_of_csv(tier / "hotspot_cells.csv")),
            "hotspots.duckdb": summed(database.to_arrow_table()),
        }


def published(tier: Path) -> pa.Table:
    """The cells of the file of everything."""
    columns = [*_OF_CELLS, "score_band"]
    return pq.read_table(tier / "hotspot_cells.parquet", columns=columns)


def selected(tier: Path, whole: tuple[str, ...] = (ALL_CRIME,)) -> Counter[Key]:
    """What a file of the top 5 % should have, with all cells of some groups."""
    in_whole = pc.is_in(pc.field("crime_group"), pa.array(whole))
    in_top = pc.is_in(pc.field("score_band"), pa.array(TOP_5))
    return summed(published(tier).filter(in_whole | in_top))


def files_of_the_top(tier: Path) -> dict[str, Counter[Key]]:
    """Sums over the cells of each file that has all of all-crime, else the top 5 %."""
    with closing(sqlite3.connect(tier / "hotspots.gpkg")) as file:
        cells = file.execute(
            "select force, crime_group, sum(n_12m) from hotspot_cells"
            " group by force, crime_group"
        )
        geopackage = Counter({(force, group): n or 0 for force, group, n in cells})
    star = summed(cells_of_csv(tier / "powerbi_fact_cells.csv"))
    return {"hotspots.gpkg": geopackage, "powerbi_fact_cells.csv": star}


def map_sums(tier: Path) -> Counter[Key]:
    """Sums over the rows of the map's page or pages."""
    sums: Counter[Key] = Counter()
    for page in sorted(tier.glob("map*.html")):
        if 'id="payload"' not in page.read_text(encoding="utf-8"):
            continue  # an index of pages
        head = unpacked(page.read_text(encoding="utf-8"))
        counts = head["columns"].get("n_12m", [])
        for group, force, start, stop in head["blocks"]:
            key = head["forces"][force]["force"], head["groups"][group]["slug"]
            sums[key] += sum(n or 0 for n in counts[start:stop])
    return sums


def briefed(tier: Path, force: str) -> tuple[int, int] | None:
    """Crimes counted and sent, as a briefing prints them; None without pdftotext."""
    if shutil.which("pdftotext") is None:
        return None
    page = str(tier / f"briefing-{force}.pdf")
    text = subprocess.run(
        ["pdftotext", page, "-"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"([\d,]+) of ([\d,]+) crimes", " ".join(text.split()))
    assert found, text
    counted, sent = (int(number.replace(",", "")) for number in found.groups())
    return counted, sent


def assert_the_same_sums(edition: MonthEdition, tier: Path) -> None:
    """Every file of a publication says of every force and group what the lake does."""
    expected = by_hand(edition)
    for name, account in tables(edition, tier).items():
        star = name.startswith("powerbi_")
        wanted = {k: v for k, v in expected.items() if not star or k[1] != EVERYTHING}
        assert account == wanted, name
    counted = {
        key: became["counted"]
        for key, became in expected.items()
        if key[1] != EVERYTHING
    }
    for name, sums in whole_files(tier).items():
        assert sums == counted, name
    top = selected(tier)
    for name, sums in files_of_the_top(tier).items():
        assert sums == top, name
    whole = (ALL_CRIME, "serious-violence-proxy")
    assert map_sums(tier) == selected(tier, whole)
    for force in edition.scored:
        became = expected[force.force.id, ALL_CRIME]
        wanted_pair = became["counted"], sum(became.values())
        assert briefed(tier, force.force.id) in (wanted_pair, None)
