"""The public tier's files: written from disclosure-controlled tables alone."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from transforms.coverage import supplied_months
from transforms.disclosure.settings import DisclosureSettings
from transforms.disclosure.transparency import TransparencyFacts, transparency
from transforms.feeds import FEEDS
from transforms.publications import data_package
from transforms.publications.accuracy import (
    accuracy_in_words,
    write_accuracy,
    write_accuracy_history,
)
from transforms.publications.edition import Edition
from transforms.publications.geopackage import for_gdal
from transforms.publications.geoparquet import hexagons
from transforms.publications.tables import write_csv
from transforms.seal import file_facts, json_text


PUBLIC_TABLE = "public_cells.parquet"
PUBLIC_BANDS_FILE = "public_bands.parquet"


class OpenTable(Protocol):
    """What a table can do and restricted rows cannot: so types tell them apart."""

    def __getitem__(self, name: str) -> Any:
        """A column."""
        ...


@dataclass(frozen=True)
class PublicTables:
    """What everyone may know of an edition, and under which settings."""

    cells: OpenTable  # as PUBLIC_CELLS: told once and frozen
    bands: OpenTable  # as PUBLIC_BANDS: of each force's newest quarter
    settings: DisclosureSettings

    def __post_init__(self) -> None:
        """Where no type checker has looked, the same at run time."""
        for table in (self.cells, self.bands):
            if not isinstance(table, pa.Table):
                raise TypeError(f"{type(table).__name__} is no table for everyone")


def write_public(
    edition: Edition, tables: PublicTables, answers: dict[str, str], folder: Path
) -> None:
    """Write every file of the tier but its seal."""
    pq.write_table(tables.cells, folder / PUBLIC_TABLE, compression="zstd")
    pq.write_table(tables.bands, folder / PUBLIC_BANDS_FILE, compression="zstd")
    write_csv(tables.cells, folder / "public_cells.csv")
    write_csv(tables.bands, folder / "public_bands.csv")
    _write_geojson(edition, tables.bands, folder / "public_bands.geojson")
    write_accuracy(edition, folder / "accuracy.csv")
    write_accuracy_history(edition, folder / "accuracy_history.csv")
    facts = _facts(edition, tables)
    (folder / "transparency.md").write_text(
        transparency(facts, answers), encoding="utf-8"
    )
    files = [file_facts(file) for file in sorted(folder.iterdir())]
    package = json_text(data_package.describe_public(edition, files))
    (folder / data_package.NAME).write_text(package, encoding="utf-8")


def _write_geojson(edition: Edition, bands: pa.Table, path: Path) -> None:
    """The bands with their outlines, for the web (RFC 7946)."""
    outlines = [
        shapely.to_wkb(polygon) for polygon in hexagons(bands["h3_cell"].to_pylist())
    ]
    pyogrio.write_arrow(
        for_gdal(bands).append_column("geometry", pa.array(outlines, pa.binary())),
        path,
        layer="public_bands",
        driver="GeoJSON",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="OGC:CRS84",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": "6",
            "DESCRIPTION": f"Run {edition.run_id}. {edition.attribution}.",
        },
    )


def _facts(edition: Edition, tables: PublicTables) -> TransparencyFacts:
    months = []
    for force in edition.scored:
        held = [m for m in supplied_months(force.months) if m <= edition.as_of]
        months.append((force.force.name, str(held[0]), str(held[-1]), len(held)))
    feeds = {c.entry.feed for f in edition.scored for c in f.months.values() if c.entry}
    return TransparencyFacts(
        run_id=edition.run_id,
        as_of=str(edition.as_of),
        version=version("hexbeat"),
        method=f"{edition.method.LABEL} (version {edition.method.VERSION})",
        method_in_words=edition.method.IN_WORDS,
        attribution=edition.attribution,
        feeds=[f"{feed}: {FEEDS[feed].ATTRIBUTION}" for feed in sorted(feeds)],
        months=months,
        exclusions=[(rule.where, rule.why) for rule in edition.scoring.exclusions],
        periods=sorted(set(tables.cells["period"].to_pylist())),
        accuracy=accuracy_in_words(edition),
        settings=tables.settings,
    )
