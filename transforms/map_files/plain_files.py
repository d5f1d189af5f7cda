"""The user's own GeoJSON and GeoParquet, read without GDAL.

GDAL would follow the link of an older GeoJSON file to its reference system, and its
only driver for Parquet here loads a library.
"""

import json
import re
from typing import Any, BinaryIO, NoReturn

import geopandas as gpd


GEOJSON = (".geojson", ".json")
GEOPARQUET = (".parquet", ".geoparquet")
_CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC)(?::[0-9.]*)?:([A-Z0-9]{1,12})")


def read_plain(suffix: str, file: BinaryIO) -> gpd.GeoDataFrame:
    """All shapes of a file of that suffix."""
    if suffix in GEOPARQUET:
        return gpd.read_parquet(file)
    return _geojson(json.load(file, parse_constant=_no_number))


def _geojson(content: Any) -> gpd.GeoDataFrame:
    """The features of a GeoJSON file, in the reference system that it names, if any."""
    kind = content["type"]
    if kind == "FeatureCollection":
        features = content["features"]
    elif kind == "Feature":
        features = [content]
    else:
        features = [{"type": "Feature", "properties": {}, "geometry": content}]
    if not features:
        raise ValueError("there are no shapes in it")
    crs = _named_crs(content["crs"]) if "crs" in content else "OGC:CRS84"
    return gpd.GeoDataFrame.from_features(features, crs=crs)


def _named_crs(content: Any) -> str | None:
    """The reference system of an older GeoJSON file: by name, never by a link."""
    if content is None:
        return None
    name = content["properties"].get("name") if content["type"] == "name" else None
    known = _CRS_NAME.fullmatch(str(name))
    if not known:
        raise ValueError(
            "its coordinate reference system is given as a link, or by an unknown name;"
            " save it with a plain one, such as EPSG:27700"
        )
    return ":".join(known.groups())


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
