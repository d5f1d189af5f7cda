"""Publications: what leaves hexbeat. A format is a module, and one line here.

Each writer gets the whole edition and the path to write; same edition, same bytes.
"""

from collections.abc import Callable
from pathlib import Path

from transforms.publications import (
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
    "hotspot_cells.parquet": geoparquet.write_cells,
    "hotspot_cells.csv": tables.write_cells_csv,
    "hotspots.gpkg": geopackage.write_geopackage,
    "top_hotspots.geojson": geojson.write_top,
    "hotspot_history.parquet": tables.write_history,
    "coverage.csv": tables.write_coverage,
    "map.html": web_map.write_map,
    "METHOD.md": documents.write_method,
    "DATA_DICTIONARY.md": documents.write_dictionary,
    "provenance.json": documents.write_provenance,
}
