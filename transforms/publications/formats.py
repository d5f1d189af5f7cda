"""The formats of a publication. A format is a module, and one line here.

Each writer gets the whole edition and the path to write; same edition, same bytes. One
that has nothing to say writes no file.
"""

from collections.abc import Callable
from pathlib import Path

from transforms.publications import (
    accuracy,
    accuracy_chart,
    analyst_database,
    briefing,
    documents,
    geojson,
    geopackage,
    geoparquet,
    star,
    tables,
    waypoints,
    web_map,
    workbook,
)
from transforms.publications.edition import Edition


Writer = Callable[[Edition, Path], None]

FORMATS: dict[str, Writer] = {
    geoparquet.CELLS_FILE: geoparquet.write_cells,
    "hotspot_cells.csv": tables.write_cells_csv,
    "hotspots.gpkg": geopackage.write_geopackage,
    "top_hotspots.geojson": geojson.write_top,
    "hotspot_history.parquet": tables.write_history,
    "hotspots.csv": tables.write_hotspots,
    "concentration.csv": tables.write_concentration,
    "exclusions.csv": tables.write_exclusions,
    "accuracy.csv": accuracy.write_accuracy,
    "calibration.csv": accuracy.write_calibration,
    "accuracy.svg": accuracy_chart.write_chart,
    "accuracy.png": accuracy_chart.write_chart,
    "accuracy_history.csv": accuracy.write_accuracy_history,
    "coverage.csv": tables.write_coverage,
    "top_hotspots.xlsx": workbook.write_workbook,
    "top_hotspots.gpx": waypoints.write_waypoints,
    "hotspots.duckdb": analyst_database.write_database,
    "powerbi_fact_cells.csv": star.write_fact_cells,
    "powerbi_fact_history.csv": star.write_fact_history,
    "powerbi_dim_cell.csv": star.write_dim_cell,
    "powerbi_dim_force.csv": star.write_dim_force,
    "powerbi_dim_group.csv": star.write_dim_group,
    "powerbi_dim_month.csv": star.write_dim_month,
    "map.html": web_map.write_map,
    "briefing.pdf": briefing.write_briefings,
    "METHOD.md": documents.write_method,
    "DATA_DICTIONARY.md": documents.write_dictionary,
    "provenance.json": documents.write_provenance,
}
