"""Publications: what leaves hexbeat. A format is a module, and one line here.

Each writer gets the whole edition and the path to write; same edition, same bytes. One
that has nothing to say writes no file.
"""

from collections.abc import Callable
from pathlib import Path

from transforms.publications import (
    accuracy,
    documents,
    geojson,
    geopackage,
    geoparquet,
    tables,
    web_map,
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
    "accuracy.svg": accuracy.write_chart,
    "accuracy.png": accuracy.write_chart,
    "accuracy_history.csv": accuracy.write_accuracy_history,
    "coverage.csv": tables.write_coverage,
    "map.html": web_map.write_map,
    "METHOD.md": documents.write_method,
    "DATA_DICTIONARY.md": documents.write_dictionary,
    "provenance.json": documents.write_provenance,
}
