"""The list of formats: a format is a function, and one row here.

Each writer gets what the publication says and the path to write; the same content gives
the same bytes. One that has nothing to say writes no file. One that fails, fails alone.
Writers, data dictionary, data package and viewer all go by these rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from transforms.backtests.schemas import ACCURACY_SUMMARY, CALIBRATION, DAY_ACCURACY
from transforms.publications.apart import UnwrittenError, write_apart
from transforms.publications.each import here
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.force_tables import DAY_FORCES, FORCES
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats import (
    accuracy,
    accuracy_chart,
    analyst_database,
    area_briefing,
    briefing,
    data_package,
    documents,
    flat_files,
    geojson,
    geopackage,
    geoparquet,
    gpx,
    power_bi,
    public_files,
    workbook,
)
from transforms.publications.formats import power_bi_columns as columns
from transforms.publications.formats.format import (
    CSV,
    DUCKDB,
    FILE,
    GEOJSON,
    GEOPACKAGE,
    GPX,
    HTML,
    JSON,
    MARKDOWN,
    PARQUET,
    PDF,
    PNG,
    SVG,
    XLSX,
    Format,
    Writer,
    table,
)
from transforms.publications.map.write import map_pages, write_map
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.page import write_page
from transforms.publications.schemas import (
    AREAS,
    CELLS_FILE,
    CONCENTRATION,
    DAY_CELLS,
    DAY_COVERAGE,
    DAY_HOTSPOTS,
    EXCLUDED,
    HISTORY,
    HOTSPOT_CHANGES,
    HOTSPOT_MONTHS,
    HOTSPOTS,
    PUBLIC_ACCURACY,
    PUBLIC_BANDS,
    PUBLIC_CELLS,
    PUBLIC_SEARCHES,
    PUBLISHED,
    PUBLISHED_COVERAGE,
    PUBLISHED_HISTORY,
    RECONCILIATION,
)
from transforms.reference.clocks import MONTHS
from transforms.scores.timing.schemas import (
    DAY_AND_NIGHT,
    HOTSPOT_HOURS,
    NEAR_REPEATS,
    WEEKDAY_HOURS,
)
from transforms.searches.schemas import SEARCHES


# Matplotlib's settings are those of a process, whose threads may all be given parts.
_WRITING = Lock()


def _write_public_page(public: PublicEdition, path: Path) -> None:
    """Last of its tier: it links to the others."""
    others = [row.name for row in formats_for(MONTHS.unit, "public")]
    there = [name for name in others if (path.parent / name).exists()]
    files = [name for name in there if name != path.name]
    write_page(public, path, [*files, data_package.NAME])


def _write_dictionary(edition: Edition, path: Path) -> None:
    documents.write_dictionary(edition, FORMATS.values(), path)


# One line a format. The dictionary lists the tables in this order.
_CELLS = table(PUBLISHED, "h3_cell", "force", "crime_group")
_ACCURACY = table(ACCURACY_SUMMARY, "crime_group", "method", "horizon_months", "area")
_DAY_CELLS = table(DAY_CELLS, "h3_cell", "crime_group", "horizon_days")
_DAY_ACCURACY = table(DAY_ACCURACY, "crime_group", "method", "horizon_days", "area")
_HISTORY = table(HISTORY, "h3_cell", "force", "as_of", "crime_group")
_PUBLIC_CELLS = table(PUBLIC_CELLS, "force", "period", "crime_group", "h3_cell")
_PUBLIC_BANDS = table(PUBLIC_BANDS, "force", "crime_group", "h3_cell")
_PUBLIC_ACCURACY = table(PUBLIC_ACCURACY, "force", "period", "crime_group")
_PUBLIC_SEARCHES = table(PUBLIC_SEARCHES, "force", "period", "breakdown", "value")
_ROWS = (
    Format(name=CELLS_FILE, write=geoparquet.write_cells, media_type=PARQUET, months=_CELLS, needed=True),
    Format(name="hotspot_cells.csv", write=flat_files.write_cells_csv, media_type=CSV, months=_CELLS),
    Format(name="day_cells.parquet", write=geoparquet.write_cells, media_type=PARQUET, days=_DAY_CELLS, needed=True),
    Format(name="day_cells.csv", write=flat_files.write_cells_csv, media_type=CSV, days=_DAY_CELLS),
    Format(name="top_cells.csv", write=flat_files.write_top_cells, media_type=CSV, days=_DAY_CELLS),
    Format(name="hotspots.gpkg", write=geopackage.write_geopackage, media_type=GEOPACKAGE, months=FILE, days=FILE),
    Format(name="top_hotspots.geojson", write=geojson.write_top, media_type=GEOJSON, months=FILE, days=FILE),
    Format(name="hotspots.geojson", write=geojson.write_hotspots, media_type=GEOJSON, months=FILE, days=FILE),
    Format(name="hotspots.csv", write=flat_files.write_hotspots, media_type=CSV, months=table(HOTSPOTS, "hotspot_id"), days=table(DAY_HOTSPOTS, "hotspot_id", "horizon_days")),
    Format(name="hotspot_changes.csv", write=flat_files.write_hotspot_changes, media_type=CSV, days=table(HOTSPOT_CHANGES, "crime_group", "hotspot_id")),
    Format(name="areas.csv", write=flat_files.write_areas, media_type=CSV, months=table(AREAS, "layer", "area", "force", "crime_group")),
    Format(name="hotspot_history.parquet", write=flat_files.write_history, media_type=PARQUET, months=_HISTORY),
    Format(name="hotspot_months.parquet", write=flat_files.write_hotspot_months, media_type=PARQUET, months=table(HOTSPOT_MONTHS, "hotspot_id", "month")),
    Format(name="accuracy.csv", write=accuracy.write_accuracy, media_type=CSV, months=_ACCURACY, days=_DAY_ACCURACY),
    Format(name="accuracy.svg", write=accuracy_chart.write_chart, media_type=SVG, months=FILE),
    Format(name="accuracy.png", write=accuracy_chart.write_chart, media_type=PNG, months=FILE),
    Format(name="calibration.csv", write=accuracy.write_calibration, media_type=CSV, months=table(CALIBRATION, "crime_group", "method", "kind", "part")),
    Format(name="accuracy_history.csv", write=accuracy.write_accuracy_history, media_type=CSV, months=table(PUBLISHED_HISTORY, "run_id", "force", "crime_group")),
    Format(name="concentration.csv", write=flat_files.write_concentration, media_type=CSV, months=table(CONCENTRATION, "force", "crime_group")),
    Format(name="searches.csv", write=flat_files.write_searches, media_type=CSV, months=table(SEARCHES, "force", "period", "area", "breakdown", "value")),
    Format(name="exclusions.csv", write=flat_files.write_exclusions, media_type=CSV, months=table(EXCLUDED, "force", "exclusion")),
    Format(name="reconciliation.csv", write=flat_files.write_reconciliation, media_type=CSV, months=table(RECONCILIATION, "force", "crime_group")),
    Format(name="coverage.csv", write=flat_files.write_coverage, media_type=CSV, months=table(PUBLISHED_COVERAGE, "force", "month"), days=table(DAY_COVERAGE, "force", "day")),
    Format(name="weekday_hours.csv", write=flat_files.hours_table("weekday_hours"), media_type=CSV, days=table(WEEKDAY_HOURS, "crime_group", "weekday", "hour")),
    Format(name="day_and_night.csv", write=flat_files.hours_table("day_and_night"), media_type=CSV, days=table(DAY_AND_NIGHT, "crime_group", "h3_cell")),
    Format(name="hotspot_hours.parquet", write=flat_files.write_hotspot_hours, media_type=PARQUET, days=table(HOTSPOT_HOURS, "hotspot_id", "weekday", "hour")),
    Format(name="near_repeats.csv", write=flat_files.day_table("near_repeats"), media_type=CSV, days=table(NEAR_REPEATS, "category", "distance", "days")),
    Format(name="top_hotspots.xlsx", write=workbook.write_workbook, media_type=XLSX, months=FILE, days=FILE),
    Format(name="top_hotspots.gpx", write=gpx.write_waypoints, media_type=GPX, months=FILE, days=FILE),
    Format(name="hotspots.duckdb", write=analyst_database.write_database, media_type=DUCKDB, months=FILE, days=FILE),
    Format(name="powerbi_fact_cells.csv", write=power_bi.write_fact_cells, media_type=CSV, months=table(columns.CELLS_FACT, "cell_key", "crime_group"), days=table(columns.DAY_CELLS_FACT, "cell_key", "crime_group", "horizon_days")),
    Format(name="powerbi_fact_history.csv", write=power_bi.write_fact_history, media_type=CSV, months=table(columns.HISTORY_FACT, "cell_key", "crime_group", "month_end")),
    Format(name="powerbi_fact_totals.csv", write=power_bi.write_fact_totals, media_type=CSV, months=table(columns.TOTALS_FACT, "force", "crime_group", "month_end")),
    Format(name="powerbi_fact_hotspot_months.csv", write=power_bi.write_fact_hotspot_months, media_type=CSV, months=table(columns.HOTSPOT_MONTHS_FACT, "hotspot_id", "month_end")),
    Format(name="powerbi_fact_hotspots.csv", write=power_bi.write_fact_hotspots, media_type=CSV, days=table(columns.DAY_HOTSPOTS_FACT, "hotspot_id", "horizon_days")),
    Format(name="powerbi_dim_hotspot.csv", write=power_bi.write_dim_hotspot, media_type=CSV, months=table(columns.HOTSPOT, "hotspot_id"), days=table(columns.DAY_HOTSPOT, "hotspot_id")),
    Format(name="powerbi_dim_cell.csv", write=power_bi.write_dim_cell, media_type=CSV, months=table(columns.CELL, "cell_key"), days=table(columns.DAY_CELL, "cell_key")),
    Format(name="powerbi_dim_force.csv", write=power_bi.write_dim_force, media_type=CSV, months=table(FORCES, "force"), days=table(DAY_FORCES, "force")),
    Format(name="powerbi_dim_group.csv", write=power_bi.write_dim_group, media_type=CSV, months=table(columns.GROUP, "crime_group"), days=table(columns.GROUP, "crime_group")),
    Format(name="powerbi_dim_month.csv", write=power_bi.write_dim_month, media_type=CSV, months=table(columns.MONTH, "month_end")),
    Format(name="powerbi_dim_day.csv", write=power_bi.write_dim_day, media_type=CSV, days=table(columns.DAY, "date")),
    Format(name="map.html", pages="map-*.html", write=write_map, media_type=HTML, months=FILE, days=FILE, apart=map_pages),
    Format(name="briefing-*.pdf", write=briefing.write_briefings, apart=briefing.briefings, media_type=PDF, months=FILE, days=FILE),
    Format(name="areas-*.pdf", write=area_briefing.write_area_briefings, media_type=PDF, months=FILE),
    Format(name="METHOD.md", write=documents.write_method, media_type=MARKDOWN, months=FILE, days=FILE, needed=True),
    Format(name="DATA_DICTIONARY.md", write=_write_dictionary, beside=True, media_type=MARKDOWN, months=FILE, days=FILE, needed=True),
    Format(name="provenance.json", write=documents.write_provenance, media_type=JSON, months=FILE, days=FILE, needed=True),
    # The public tier
    Format(name="public_cells.parquet", write=public_files.parquet_of("cells"), media_type=PARQUET, months=_PUBLIC_CELLS, audience="public"),
    Format(name="public_cells.csv", write=public_files.csv_of("cells"), media_type=CSV, months=_PUBLIC_CELLS, audience="public"),
    Format(name="public_bands.parquet", write=public_files.parquet_of("bands"), media_type=PARQUET, months=_PUBLIC_BANDS, audience="public"),
    Format(name="public_bands.csv", write=public_files.csv_of("bands"), media_type=CSV, months=_PUBLIC_BANDS, audience="public"),
    Format(name="public_bands.geojson", write=public_files.write_geojson, media_type=GEOJSON, months=FILE, audience="public"),
    Format(name="public_accuracy.parquet", write=public_files.parquet_of("accuracy"), media_type=PARQUET, months=_PUBLIC_ACCURACY, audience="public"),
    Format(name="public_accuracy.csv", write=public_files.csv_of("accuracy"), media_type=CSV, months=_PUBLIC_ACCURACY, audience="public"),
    Format(name="public_searches.parquet", write=public_files.write_searches, media_type=PARQUET, months=_PUBLIC_SEARCHES, audience="public"),
    Format(name="public_searches.csv", write=public_files.write_searches, media_type=CSV, months=_PUBLIC_SEARCHES, audience="public"),
    Format(name="transparency.md", write=public_files.write_transparency, media_type=MARKDOWN, months=FILE, audience="public"),
    Format(name="index.html", write=_write_public_page, media_type=HTML, months=FILE, audience="public"),
)  # fmt: skip
FORMATS: dict[str, Format] = {row.name: row for row in _ROWS}


def format_of(file: str) -> Format | None:
    """The format of a published file; None of those that seal a publication."""
    return next((row for row in FORMATS.values() if row.writes(file)), None)


def formats_for(unit: str, audience: str = "internal") -> Iterator[Format]:
    """The formats of a publication on a clock of that unit, in their order."""
    for row in FORMATS.values():
        if row.audience == audience and row.contents(unit) is not None:
            yield row


def write_all(edition: Edition, folder: Path) -> None:
    """Write every file of an edition; `UnwrittenError` names those that failed."""
    rows = list(formats_for(edition.clock.unit))
    match edition:
        case MonthEdition() if _is_spread(edition):
            _write_elsewhere(edition, folder, rows)
        case _:
            _write(edition, folder, rows)


def _is_spread(edition: MonthEdition) -> bool:
    """Whether other processes write; the user's layers are files of this machine."""
    return edition.each is not here and not edition.layers.identity


def _write(edition: Edition, folder: Path, rows: Sequence[Format]) -> None:
    writes = {row.name: partial(row.write, edition) for row in rows}
    needed = [row.name for row in rows if row.needed]
    several = [row.name for row in rows if row.pages]
    write_apart(folder, writes, edition.left_out, needed, several)


def _write_elsewhere(
    edition: MonthEdition, folder: Path, rows: Sequence[Format]
) -> None:
    """The same by other processes: each format, and each force's page, by itself.

    What they make comes back as bytes. The edition goes to them with its tables, which
    are computed before.
    """
    last = [row for row in rows if row.beside]
    parts = [part for row in rows if row not in last for part in _parts(edition, row)]
    why: dict[str, Exception] = {}
    for files, failed in edition.each(partial(_bytes_of, edition.computed()), parts):
        why |= failed
        for name, data in files.items():
            (folder / name).write_bytes(data)
    try:
        _write(edition, folder, last)
    except UnwrittenError as error:
        why |= error.why
    if why:
        raise UnwrittenError(why)


@dataclass(frozen=True)
class _Part:
    """What one process writes: a format, or one document of it."""

    format: str
    document: str = ""
    write: Writer | None = None


def _parts(edition: MonthEdition, row: Format) -> list[_Part]:
    if row.apart is None:
        return [_Part(row.name)]
    pages = row.apart(edition, row.name)
    return [_Part(row.name, page, write) for page, write in pages.items()]


def _bytes_of(
    edition: MonthEdition, part: _Part
) -> tuple[dict[str, bytes], dict[str, Exception]]:
    """The files of a part, and those that could not be written."""
    why: dict[str, Exception] = {}
    with _WRITING, TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            if part.write:
                page = {part.document: partial(part.write, edition)}
                write_apart(folder, page, edition.left_out)
            else:
                _write(edition, folder, [FORMATS[part.format]])
        except UnwrittenError as error:
            why = error.why
        return {file.name: file.read_bytes() for file in folder.iterdir()}, why
