"""The GeoJSON files: the highest cells and hot spots of each force (RFC 7946)."""

from pathlib import Path

from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import (
    TOP_CELLS,
    top_cells,
    top_hotspots,
    with_months,
)
from transforms.publications.formats.outlines import (
    hotspot_outlines,
    write_geojson,
    write_shapes,
)


def write_top(edition: Edition, path: Path) -> None:
    """Write the cells by force, (horizon,) group and rank, in WGS 84."""
    about = f"The {TOP_CELLS} highest cells of each force and crime group."
    rows = top_cells(edition)
    said = _description(edition, about)
    write_geojson(path, "top_hotspots", rows, said, WRITE_BBOX="YES")


def write_hotspots(edition: Edition, path: Path) -> None:
    """Write the first hot spots by force, (horizon,) group and rank."""
    about = f"The {TOP_CELLS} first hot spots of each force and crime group."
    rows = top_hotspots(edition, also=("h3_cells",))
    if isinstance(edition, MonthEdition):
        rows = with_months(edition, rows)
    drawn, of_row = hotspot_outlines(rows)
    write_shapes(
        path,
        "hotspots",
        rows,
        drawn[of_row.to_numpy()],
        DESCRIPTION=_description(edition, about),
        WRITE_BBOX="YES",
    )


def _description(edition: Edition, about: str) -> str:
    return (
        f"{about} {edition.excluded_in_words}."
        f" Run {edition.run_id}. {edition.attribution}."
    )
