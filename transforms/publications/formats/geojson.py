"""`top_hotspots.geojson`: the highest cells of each force, for the web (RFC 7946)."""

from pathlib import Path

from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import TOP_CELLS, top_cells
from transforms.publications.formats.outlines import write_geojson


def write_top(edition: MonthEdition, path: Path) -> None:
    """Write those cells by force, group and rank, counter-clockwise, in WGS 84."""
    description = (
        f"The {TOP_CELLS} highest cells of each force and crime group."
        f" {edition.excluded_in_words}."
        f" Run {edition.run_id}. {edition.attribution}."
    )
    rows = top_cells(edition)
    write_geojson(path, "top_hotspots", rows, description, WRITE_BBOX="YES")
