"""Hot spots as published: what the published cells and the incidents say, added up."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.oracles.publications import spot_name
from tests.transforms.publications.grown_home import Grown
from tests.transforms.simulated_home import AS_OF
from transforms.lake.schemas import plain
from transforms.publications.edition.hotspot_past import RANKS
from transforms.publications.edition.hotspots import NAMES, published_hotspots
from transforms.publications.schemas import HOTSPOTS, PUBLISHED
from transforms.reference.groups import GROUPS
from transforms.reference.place_labels import VENUE_KINDS


Row = dict[str, Any]
SUMMED = ("n_1m", "n_12m", "n_prev_12m", "harm_12m", "harm_score", "expected_12m")
OF_THE_TOP = (
    "as_of", "months_12m", "months_prev_12m", "hotspot_class", "lsoa21cd", "lat", "lon",
    "easting", "northing",
)  # fmt: skip


def read(path: Path) -> list[Row]:
    kinds = {field.name: plain(field).type for field in HOTSPOTS}
    options = pacsv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
    table = pacsv.read_csv(path, convert_options=options)
    assert table.column_names == HOTSPOTS.names
    return list(table.to_pylist())


@pytest.fixture(scope="module")
def spots(tier: Path) -> list[Row]:
    return read(tier / "hotspots.csv")


@pytest.fixture(scope="module")
def members(tier: Path) -> dict[str, list[Row]]:
    """The published cells of each hot spot, the highest first."""
    found = defaultdict(list)
    for row in pq.read_table(tier / "hotspot_cells.parquet").to_pylist():
        if row["hotspot_id"] is not None:
            found[row["hotspot_id"]].append(row)
    return {k: sorted(v, key=lambda r: r["score_rank"]) for k, v in found.items()}


def by_group(spots: list[Row]) -> Iterator[list[Row]]:
    of = defaultdict(list)
    for row in spots:
        of[row["force"], row["crime_group"]].append(row)
    yield from of.values()


def test_every_hot_spot_named_on_a_cell_is_there_once(
    spots: list[Row], members: dict[str, list[Row]]
) -> None:
    ids = [row["hotspot_id"] for row in spots]
    assert sorted(ids) == sorted(members)
    for row in spots:
        for cell in members[row["hotspot_id"]]:
            for name in ("force", "crime_group", "as_of"):
                assert cell[name] == row[name]
    forces = {row["force"] for row in spots}
    assert {(r["force"], r["crime_group"]) for r in spots} == {
        (force, slug) for force in forces for slug in GROUPS
    }
    assert forces == {"avonmere", "northfell", "saltmarsh"}


def test_numbers_are_the_sums_of_its_cells(
    spots: list[Row], members: dict[str, list[Row]]
) -> None:
    for row in spots:
        cells = members[row["hotspot_id"]]
        assert row["cells"] == len(cells)
        assert row["expected"] == pytest.approx(
            sum(c["score"] for c in cells), abs=1e-6
        )
        assert row["area_m2"] == pytest.approx(sum(c["cell_area_m2"] for c in cells))
        for name in SUMMED:
            known = [c[name] for c in cells if c[name] is not None]
            assert (row[name] is None) == (not known)
            assert row[name] == pytest.approx(sum(known), abs=1e-6), name
        chances = [c["p_top1"] for c in cells if c["p_top1"] is not None]
        assert row["p_top1"] == max(chances, default=None)
    assert any(row["cells"] > 1 for row in spots)


def test_what_only_one_cell_can_say_is_said_of_the_highest(
    spots: list[Row], members: dict[str, list[Row]]
) -> None:
    for row in spots:
        cells = members[row["hotspot_id"]]
        assert row["h3_cells"] == " ".join(c["h3_cell"] for c in cells)
        assert row["top_cell"] == cells[0]["h3_cell"]
        for name in OF_THE_TOP:
            assert row[name] == cells[0][name], (row["hotspot_id"], name)


def test_what_the_highest_cell_does_not_know_no_other_cell_says(grown: Grown) -> None:
    """Its LSOA is unknown: that of a lower cell would be another place."""
    edition = grown.now.edition
    spot = max(edition.hotspots.to_pylist(), key=lambda r: r["cells"])
    rows = edition.cells.to_pylist()
    for row in rows:
        if row["h3_cell"] == spot["top_cell"]:
            row["lsoa21cd"] = row["hotspot_class"] = None
    cells = pa.Table.from_pylist(rows, schema=PUBLISHED)
    found = published_hotspots(
        cells, NAMES.empty_table(), RANKS.empty_table(), AS_OF
    ).to_pylist()
    [after] = [r for r in found if r["hotspot_id"] == spot["hotspot_id"]]
    assert after["lsoa21cd"] is after["hotspot_class"] is None
    assert after["n_12m"] == spot["n_12m"]


def test_rank_1_is_the_hot_spot_that_expects_most_of_its_force_and_group(
    spots: list[Row],
) -> None:
    for rows in by_group(spots):
        assert [row["hotspot_rank"] for row in rows] == list(range(1, len(rows) + 1))
        order = [(-row["expected"], row["hotspot_id"]) for row in rows]
        assert order == sorted(order)
    keys = [(r["force"], r["crime_group"], r["hotspot_rank"]) for r in spots]
    assert keys == sorted(keys)


def test_a_name_is_the_commonest_label_of_the_hot_spots_own_incidents(
    grown: Grown, spots: list[Row]
) -> None:
    """Not of its cells' other crime; and never a place that was left out."""
    labels: dict[str, dict[tuple[str, str], list[str | None]]] = {}
    for force in grown.home.registry:
        labels[force] = defaultdict(list)
        for row in grown.home.lake.read("incidents", force).to_pylist():
            left_out = ("Supermarket", "Parking Area")
            left_out += ("Mill Drive",) if force == "avonmere" else ()
            if row["in_area"] and row["place_label"] not in left_out:
                key = f"{row['h3_r9']:x}", row["category"]
                labels[force][key].append(row["place_label"])
    for row in spots:
        held = labels[row["force"]]
        known = [
            label
            for cell in row["h3_cells"].split()
            for category in GROUPS[row["crime_group"]].categories
            for label in held.get((cell, category), [])
        ]
        assert row["name"] == spot_name(known, VENUE_KINDS), row["hotspot_id"]
    assert len({row["name"] for row in spots}) > 20


def test_the_layer_of_the_geopackage_holds_the_same_as_outlines(
    tier: Path, spots: list[Row]
) -> None:
    frame = gpd.read_file(tier / "hotspots.gpkg", layer="hotspots")
    assert frame.crs.to_epsg() == 27700
    assert frame["hotspot_id"].tolist() == [row["hotspot_id"] for row in spots]
    for name in ("cells", "hotspot_rank", "crime_group", "top_cell", "h3_cells"):
        assert frame[name].tolist() == [row[name] for row in spots]
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.geometry.is_valid.all()
    assert frame.geometry.area.to_numpy() == pytest.approx(
        frame["area_m2"].to_numpy(), rel=0.01
    )


def test_neighbours_are_one_outline_without_holes_or_seams(
    tier: Path, spots: list[Row]
) -> None:
    """A seam would be drawn as a line through the hot spot, and double its outline."""
    frame = gpd.read_file(tier / "hotspots.gpkg", layer="hotspots")
    top = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=4326).to_crs(27700)
    assert frame.geometry.contains(top).all()
    for outline, row in zip(frame.geometry, spots, strict=True):
        [polygon] = outline.geoms
        corners = len(polygon.exterior.coords) - 1
        corners += sum(len(ring.coords) - 1 for ring in polygon.interiors)
        # three cells meet at a corner: where all are members it is inside
        meeting = Counter(
            corner
            for cell in row["h3_cells"].split()
            for corner in h3.cell_to_vertexes(cell)
        )
        assert corners == sum(members < 3 for members in meeting.values())
