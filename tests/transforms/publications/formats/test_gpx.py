"""The waypoints: GPX 1.1, of the top hot spots, with no time in them."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from tests.transforms.publications.grown_home import Grown
from transforms.publications.edition.selection import top_hotspots
from transforms.publications.formats.gpx import GROUPS_SHOWN, write_waypoints


_GPX = "{http://www.topografix.com/GPX/1/1}"
# The order that the schema of GPX 1.1 asks for, of the tags used.
ORDER = ["name", "desc", "type"]


@pytest.fixture(scope="module")
def file(tier: Path) -> Path:
    return tier / "top_hotspots.gpx"


@pytest.fixture(scope="module")
def root(file: Path) -> ET.Element:
    return ET.parse(file).getroot()  # noqa: S314


def test_it_is_gpx_in_the_order_of_its_schema(root: ET.Element) -> None:
    assert root.tag == f"{_GPX}gpx"
    assert root.attrib == {"version": "1.1", "creator": "hexbeat"}
    assert [child.tag for child in root][:2] == [f"{_GPX}metadata", f"{_GPX}wpt"]
    for point in root.iter(f"{_GPX}wpt"):
        assert [child.tag for child in point] == [f"{_GPX}{tag}" for tag in ORDER]
        assert point.keys() == ["lat", "lon"]
        for degrees in point.attrib.values():
            assert re.fullmatch(r"-?\d+\.\d{6}", degrees)


def test_gdal_reads_each_hot_spot_at_its_place(grown: Grown, file: Path) -> None:
    spots = top_hotspots(grown.now.edition, GROUPS_SHOWN)
    frame = pyogrio.read_dataframe(file, layer="waypoints")
    assert frame.geometry.x.tolist() == spots["lon"].to_pylist()
    assert frame.geometry.y.tolist() == spots["lat"].to_pylist()
    assert frame["time"].isna().all() if "time" in frame else True
    named = re.compile(r"(Avonmere|Northfell|Saltmarsh) \w+ \d+ .+")
    assert all(named.match(name) for name in frame["name"])
    assert set(frame["type"]) == {"All crime", "Serious violence (proxy)"}


def test_it_tells_rank_street_expectation_and_interval(
    grown: Grown, root: ET.Element
) -> None:
    edition = grown.now.edition
    [spot] = top_hotspots(edition, GROUPS_SHOWN).slice(0, 1).to_pylist()
    [cell] = [
        row
        for row in edition.cells.to_pylist()
        if (row["h3_cell"], row["force"], row["crime_group"])
        == (spot["top_cell"], spot["force"], spot["crime_group"])
    ]
    first = root.findall(f"{_GPX}wpt")[0]
    assert first.findtext(f"{_GPX}name", "").endswith(f" 1 {spot['name']}")
    told = first.findtext(f"{_GPX}desc", "")
    assert told.startswith(f"All crime: {spot['expected']:.1f} expected next month")
    assert f" {cell['score_lo']} to {cell['score_hi']} in 95 of 100" in told
    assert f"{spot['n_12m']} in 12 supplied months of 12." in told


def test_run_and_attribution_stand_on_it_and_it_is_byte_stable(
    grown: Grown, file: Path, root: ET.Element, tmp_path: Path
) -> None:
    told = root.findtext(f"{_GPX}metadata/{_GPX}desc", "")
    assert grown.now.run_id in told
    assert "Simulated data" in told
    write_waypoints(grown.now.edition, tmp_path / "again.gpx")
    assert (tmp_path / "again.gpx").read_bytes() == file.read_bytes()


def test_no_hot_spots_is_a_file_without_waypoints(grown: Grown, tmp_path: Path) -> None:
    empty = replace(grown.now.edition)
    for table in ("cells", "hotspots"):
        vars(empty)[table] = getattr(grown.now.edition, table).slice(0, 0)
    write_waypoints(empty, tmp_path / "empty.gpx")
    root = ET.parse(tmp_path / "empty.gpx").getroot()  # noqa: S314
    assert root.findall(f"{_GPX}wpt") == []
