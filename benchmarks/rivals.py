"""What a user would write instead, and the floors that nobody goes below."""

import warnings
import zipfile
from pathlib import Path

import duckdb
import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pyarrow as pa
from esda import G_Local
from libpysal.graph import Graph
from scipy.stats import false_discovery_control
from shapely.geometry import Polygon

from benchmarks.measure import Work
from benchmarks.national import MONTHS
from benchmarks.ours import AT_ONCE, panels
from benchmarks.shapes import counts_of, hexagon_table, patch
from transforms.feeds.police_uk.street import STREET_HEADER
from transforms.reference import cells, clocks
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import GROUPS


warnings.simplefilter("ignore")

_PLACE = ["Longitude", "Latitude"]
_AS_OFS = 12
_HALF_LIFE_MONTHS = 6
# the groups by the labels of the files, which have no former categories
_GROUPS = {
    slug: [CATEGORIES[c] for c in group.categories if c in CATEGORIES]
    for slug, group in GROUPS.items()
}


def count_rows(csvs: Path) -> Work:
    """DuckDB's `count(*)` of the extracted files: the least that reading can cost."""

    def do() -> str:
        columns = dict.fromkeys(STREET_HEADER.split(","), "VARCHAR")
        held = _duckdb()
        held.execute(
            "SELECT count(*) FROM read_csv($files, columns = "  # noqa: S608
            f"{columns}, header = true, auto_detect = false, delim = ',', quote = '\"',"
            " escape = '\"')",
            {"files": str(csvs / "*" / "*.csv")},
        )
        [(rows,)] = held.fetchall()
        return f"{rows:,} rows"

    return do


def pandas_ingest(release: Path, folder: Path) -> Work:
    """Every file of the zip, put together and written as Parquet by force and month."""

    def do() -> str:
        frame = _read(release)
        frame.to_parquet(folder, partition_cols=["force", "Month"])
        return f"{len(frame):,} rows"

    return do


def h3_loop(csvs: Path) -> Work:
    """Both resolutions of each row by the h3 library, row by row."""
    files = sorted(csvs.glob("*/*.csv"))
    frames = [pd.read_csv(f, usecols=_PLACE).dropna() for f in files]
    frame = pd.concat(frames)

    def do() -> str:
        for resolution in (9, 10):
            frame[f"h3_r{resolution}"] = [
                h3.latlng_to_cell(lat, lon, resolution)
                for lat, lon in zip(frame["Latitude"], frame["Longitude"], strict=True)
            ]
        return f"{len(frame):,} rows"

    return do


def dense_windows(folder: Path) -> Work:
    """The same sums in SQL: every cell x month, four frames, one group at a time."""
    counted, universe = _as_relations(folder)
    held = _duckdb()
    held.register("counted", counted)
    held.execute("CREATE TABLE incidents AS FROM counted")
    held.register("known", universe)
    held.execute("CREATE TABLE universe AS FROM known")
    frames = ", ".join(
        "sum(n) OVER (PARTITION BY cell ORDER BY month"
        f" ROWS {m - 1} PRECEDING) AS n_{m}m"
        for m in clocks.MONTHS.windows.values()
    )
    # a cell is in the universe from its first month on
    query = f"""
        WITH of_group AS (
            SELECT cell, month, sum(n) AS n FROM incidents
            WHERE list_contains($categories, category) GROUP BY ALL
        ), dense AS (
            SELECT cell, month, first_month, coalesce(n, 0) AS n
            FROM universe CROSS JOIN (SELECT unnest(range({len(MONTHS)})) AS month)
            LEFT JOIN of_group USING (cell, month)
        ), rolled AS (SELECT month >= first_month AS known, {frames} FROM dense)
        SELECT {", ".join(f"sum(n_{m}m)" for m in clocks.MONTHS.windows.values())}
        FROM rolled WHERE known
    """  # noqa: S608

    def do() -> str:
        total = np.zeros(len(clocks.MONTHS.windows))
        for group in GROUPS.values():
            chosen = [i for i, c in enumerate(CATEGORIES) if c in group.categories]
            total += held.execute(query, {"categories": chosen}).fetchone() or 0
        return f"sums {total.astype(int).tolist()}"

    return do


def esda_gi_star(count: int) -> Work:
    """The same cells in PySAL: their graph, Gi* without permutations, SciPy's FDR."""
    chosen = patch(count)
    ids, values = cells.as_text(chosen), counts_of(chosen)

    def do() -> str:
        graph = Graph.build_h3(ids, order=1, weight="binary")
        found = G_Local(values, graph, star=True, transform="B", permutations=0)
        # its p is one-sided
        hot = false_discovery_control(np.minimum(2 * found.p_norm, 1)) <= 0.05
        return f"{len(ids):,} cells, {np.count_nonzero(hot):,} significant"

    return do


def geopandas_cells(count: int, path: Path) -> Work:
    """A polygon for each cell, and GeoPandas' own Parquet."""
    frame = hexagon_table(count).to_pandas()

    def do() -> str:
        polygons = [_polygon(cell) for cell in frame["h3_cell"]]
        made = gpd.GeoDataFrame(frame, geometry=polygons, crs="OGC:CRS84")
        made.to_parquet(path, write_covering_bbox=True, schema_version="1.1.0")
        return f"{path.stat().st_size / 1e6:.0f} MB"

    return do


def users_script(release: Path, folder: Path) -> Work:
    """From the zip to files for a map: the tables of hexbeat, as a notebook has them.

    Twelve as-ofs x every force and group: counts of four windows, a decayed sum and its
    rank, Gi* and q; the newest as GeoParquet, GeoPackage and CSV. No interval, no
    label over time, no hot spots, no check of the files, no map, no briefing.
    """

    def do() -> str:
        frame = _read(release)
        frame.to_parquet(folder / "incidents", partition_cols=["force", "Month"])
        frame = frame.dropna(subset=_PLACE)
        frame["cell"] = [
            h3.latlng_to_cell(lat, lon, 9)
            for lat, lon in zip(frame["Latitude"], frame["Longitude"], strict=True)
        ]
        parts = [_scored(force, rows) for force, rows in frame.groupby("force")]
        scores = pd.concat(parts)
        scores.to_parquet(folder / "scores.parquet")
        newest = scores[(scores["as_of"] == str(MONTHS[-1])) & (scores["n_36m"] > 0)]
        polygons = [_polygon(cell) for cell in newest["cell"]]
        made = gpd.GeoDataFrame(newest, geometry=polygons, crs="OGC:CRS84")
        made.to_parquet(folder / "cells.parquet", write_covering_bbox=True)
        made.to_file(folder / "cells.gpkg", layer="cells")
        newest.to_csv(folder / "cells.csv", index=False)
        return f"{len(scores):,} rows, {len(newest):,} published"

    return do


def _duckdb() -> duckdb.DuckDBPyConnection:
    held = duckdb.connect(config={"threads": AT_ONCE})
    held.execute("SET enable_progress_bar = false")
    return held


def _read(release: Path) -> pd.DataFrame:
    frames = []
    with zipfile.ZipFile(release) as opened:
        for name in opened.namelist():
            with opened.open(name) as file:
                frame = pd.read_csv(file)
            frames.append(frame.assign(force=Path(name).stem[8:-7]))
    return pd.concat(frames)


def _scored(force: str, rows: pd.DataFrame) -> pd.DataFrame:
    """One force's scores at each as-of, over the cells that ever had an incident."""
    ids = sorted(rows["cell"].unique())
    months = [str(month) for month in MONTHS]
    graph = Graph.build_h3(ids, order=1, weight="binary")
    # Gi* cannot do with cells that have no neighbour
    graph = graph.subgraph(graph.unique_ids.difference(graph.isolates))
    ids = list(graph.unique_ids)
    parts: list[pd.DataFrame] = []
    for group, labels in _GROUPS.items():
        of_group = rows[rows["Crime type"].isin(labels)]
        monthly = of_group.groupby(["cell", "Month"]).size().unstack(fill_value=0)
        monthly = monthly.reindex(index=ids, columns=months, fill_value=0)
        parts += [
            _at(monthly, at, graph).assign(force=force, group=group)
            for at in range(len(months) - _AS_OFS, len(months))
        ]
    return pd.concat(parts)


def _at(monthly: pd.DataFrame, at: int, graph: Graph) -> pd.DataFrame:
    known = monthly.iloc[:, : at + 1]
    found = pd.DataFrame({"cell": monthly.index, "as_of": monthly.columns[at]})
    for m in clocks.MONTHS.windows.values():
        found[f"n_{m}m"] = known.iloc[:, -m:].sum(axis=1).to_numpy()
    age = np.arange(known.shape[1])[::-1]
    found["score"] = known.to_numpy() @ 0.5 ** (age / _HALF_LIFE_MONTHS)
    found["score_rank"] = found["score"].rank(ascending=False, method="first")
    values = found["n_12m"].to_numpy().astype(float)
    if values.any() and len(values) > 2:
        gi = G_Local(values, graph, star=True, transform="B", permutations=0)
        found["gi_star_z"] = gi.Zs
        p = np.nan_to_num(np.minimum(2 * gi.p_norm, 1), nan=1.0)
        found["gi_star_q"] = false_discovery_control(p)
    return found


def _polygon(cell: str) -> Polygon:
    return Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])


def _as_relations(folder: Path) -> tuple[pa.Table, pa.Table]:
    """Incidents by cell, month and category, and each cell's first month."""
    counted, known, start = [], [], 0
    for panel in panels(folder):
        count = len(panel.cells)
        coo = panel.counts.tocoo()
        category, cell = np.divmod(coo.row, max(count, 1))
        month = np.array([MONTHS.index(m) for m in panel.periods])[coo.col]
        columns = {"cell": cell + start, "month": month, "category": category}
        counted.append(pa.table({**columns, "n": coo.data}))
        first = np.full(count, len(MONTHS))
        for at, as_of in reversed(list(enumerate(MONTHS))):
            first[panel.universe(as_of)] = at
        known.append(pa.table({"cell": np.arange(count) + start, "first_month": first}))
        start += count
    return pa.concat_tables(counted), pa.concat_tables(known)
