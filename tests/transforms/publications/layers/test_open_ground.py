"""The shipped ground: small, with borders that are shared, and true to the country."""

from importlib import resources
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

from tests.transforms.publications.layers.test_ground import (
    cells_about,
    drawn,
    ground,
)
from transforms.publications.layers import Layers
from transforms.publications.layers.open_ground import ATTRIBUTION
from transforms.publications.layers.open_ground.reading import open_ground


DOVER = (632_000.0, 141_500.0)
MOST_BYTES, MOST_A_PAGE = 400_000, 150_000


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return cells_about(DOVER)


def test_it_is_small_and_its_sources_stand_beside_it_and_on_the_page() -> None:
    folder = Path(str(resources.files("transforms.publications.layers.open_ground")))
    sizes = [file.stat().st_size for file in folder.iterdir() if file.is_file()]
    assert sum(sizes) < MOST_BYTES
    licence = (folder / "LICENCE.md").read_text()
    for named in (
        "Open Government Licence",
        "Crown copyright",
        "GeoNames",
        "CC BY 4.0",
    ):
        assert named in licence
    assert Layers().note(2025) == ATTRIBUTION


def test_what_is_drawn_is_land_where_there_is_land(rows: pa.Table) -> None:
    land = drawn(ground(None, None, rows) or {})["land"]
    places = {
        "Canterbury": (615_000, 157_700),
        "Maidstone": (576_000, 155_700),
        "Liverpool": (335_000, 390_500),
        "Aberystwyth": (259_000, 281_500),
    }
    for name, place in places.items():
        assert land.contains(shapely.Point(place)), name
    for name, place in {
        "Channel": (640_000, 130_000),
        "Irish Sea": (290_000, 410_000),
    }.items():
        assert not land.contains(shapely.Point(place)), name


def test_borders_end_where_others_or_the_coast_begin(rows: pa.Table) -> None:
    """Each end of a border meets another line: no border was simplified by itself."""
    layers = {layer.name: layer.parts for layer in open_ground().layers}
    lines = [*layers["forces"], *layers["authorities"]]
    ends = shapely.points(
        [c for line in lines for c in (line.coords[0], line.coords[-1])]
    )
    others = shapely.boundary(layers["land"])
    tree = shapely.STRtree([*lines, *others])
    met = tree.query(ends, predicate="dwithin", distance=15.0)[0]
    times = gpd.pd.Series(met).value_counts()
    loops = sum(line.is_ring for line in lines)
    assert len(times) == len(ends)
    assert (times < 2).sum() <= 2 * loops


def test_a_page_names_its_towns_and_the_cities_elsewhere(rows: pa.Table) -> None:
    found = ground(None, None, rows) or {}
    names = [name for _, name, *_ in found["names"]]
    assert {"Dover", "London", "Liverpool"} <= set(names)
    assert not {"Whitby", "Kendal"} & set(names)
    assert names.index("London") < names.index("Dover")


def test_it_is_finer_where_the_cells_are(rows: pa.Table) -> None:
    def corners(around: tuple[float, float]) -> int:
        land = drawn(ground(None, None, cells_about(around)) or {})["land"]
        here = shapely.box(600_000, 130_000, 645_000, 175_000)
        return int(shapely.get_num_coordinates(shapely.intersection(land, here)))

    assert corners(DOVER) > 2 * corners((335_000.0, 390_500.0))


def test_it_takes_little_of_a_page(rows: pa.Table) -> None:
    from transforms.publications.layers.ground import _page_bytes

    assert _page_bytes(ground(None, None, rows) or {}) < MOST_A_PAGE / 4
    everywhere = cells_about(
        *(
            (x, y)
            for x in range(250_000, 650_000, 50_000)
            for y in range(100_000, 600_000, 50_000)
        ),
        rings=1,
    )
    assert _page_bytes(ground(None, None, everywhere) or {}) < 2 * MOST_A_PAGE
