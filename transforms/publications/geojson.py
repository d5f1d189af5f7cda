"""`top_hotspots.geojson`: the highest cells of each force, for the web (RFC 7946)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely

from transforms.publications.edition import Edition
from transforms.publications.geopackage import for_gdal
from transforms.publications.geoparquet import hexagons


TOP_CELLS = 50
# What a briefing asks for: everything, the grave, the visible, and three that patrols
# are sent for. The other groups are in the files of all cells.
TOP_GROUPS = (
    "all-crime",
    "serious-violence-proxy",
    "robbery-and-theft-from-person",
    "anti-social-behaviour",
    "burglary",
    "vehicle-crime",
)
_COLUMNS = (
    "force", "crime_group", "score_rank", "h3_cell", "as_of", "place_label", "lsoa21cd",
    "score", "score_lo", "score_hi", "score_band", "n_1m", "n_3m", "n_12m", "n_36m",
    "n_prev_12m", "months_12m", "months_36m", "expected_12m", "p_top1",
    "hotspot_class", "hotspot_id", "universe_cells", "lat", "lon",
)  # fmt: skip
_DEGREE_DECIMALS = 6


def write_top(edition: Edition, path: Path) -> None:
    """Write those cells by force, group and rank, counter-clockwise, in WGS 84."""
    rows = top_cells(edition.cells)
    outlines = pa.array(shapely.to_wkb(hexagons(rows["h3_cell"].to_pylist())))
    pyogrio.write_arrow(
        for_gdal(rows).append_column("geometry", outlines.cast(pa.binary())),
        path,
        layer="top_hotspots",
        driver="GeoJSON",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="OGC:CRS84",
        layer_options={
            "RFC7946": "YES",
            "WRITE_BBOX": "YES",
            "COORDINATE_PRECISION": str(_DEGREE_DECIMALS),
            "DESCRIPTION": (
                f"The {TOP_CELLS} highest cells of each force and crime group."
                f" {edition.excluded_in_words}."
                f" Run {edition.run_id}. {edition.attribution}."
            ),
        },
    )


def top_cells(cells: pa.Table) -> pa.Table:
    """The highest cells of each force in each of those groups, in order of rank."""
    wanted = pc.and_(
        pc.less_equal(cells["score_rank"], TOP_CELLS),
        pc.is_in(cells["crime_group"].cast(pa.string()), pa.array(TOP_GROUPS)),
    )
    order = [(key, "ascending") for key in ("force", "crime_group", "score_rank")]
    return cells.filter(wanted).select(list(_COLUMNS)).sort_by(order)
