"""A force's own beats and boundaries in a publication of a day."""

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
import pytest
import shapely

from tests.transforms.day_publications.test_hotspot_changes import both, inputs
from tests.transforms.publications.formats.test_briefing import needs_poppler, printed
from tests.transforms.publications.formats.test_workbook import read as read_sheet
from tests.transforms.publications.map.map_page import unpacked
from transforms.day_publications.edition import DayInputs
from transforms.errors import UsageError
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.layers import LayerFiles, Layers, read_layers
from transforms.publications.publish import place


__all__ = ("both",)  # a fixture


@dataclass(frozen=True)
class Laid:
    """A day's publication with two beats, and where they meet."""

    inputs: DayInputs
    edition: DayEdition
    tier: Path
    middle: float  # easting

    def beat(self, easting: float) -> str:
        return "East" if easting > self.middle else "West"


@pytest.fixture(scope="module")
def laid(both: list[pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Laid:
    folder = tmp_path_factory.mktemp("laid")
    before, now = both
    plain = inputs(now, before)
    cells = plain.edition().cells
    easting, northing = (cells[n].to_pandas() for n in ("easting", "northing"))
    middle = float(easting.median()) + 0.5
    low, high = northing.min() - 1000, northing.max() + 1000
    beats = [
        shapely.box(easting.min() - 1000, low, middle, high),
        shapely.box(middle, low, easting.max() + 1000, high),
    ]
    file = folder / "beats.gpkg"
    gpd.GeoDataFrame({"beat": ["West", "East"]}, geometry=beats, crs=27700).to_file(
        file
    )
    layers = read_layers(LayerFiles(boundary=file, areas={"beat": str(file)}))
    made = replace(plain, layers=layers)
    edition = made.edition()
    done = place(folder, made.as_of, made.identity, lambda: edition)
    assert done.unwritten == {}
    return Laid(made, edition, done.folder / "internal", middle)


def test_layers_are_part_of_the_run(laid: Laid) -> None:
    without = replace(laid.inputs, layers=Layers())
    assert "layers" not in without.identity
    assert laid.inputs.identity != without.identity


def test_cells_and_hot_spots_name_their_beats_in_every_file(laid: Laid) -> None:
    for name in ("day_cells.csv", "top_cells.csv"):
        rows = list(csv.DictReader((laid.tier / name).read_text().splitlines()))
        assert rows
        for row in rows:
            assert row["beat"] == laid.beat(float(row["easting"]))
    by_cell = {
        row["h3_cell"]: laid.beat(row["easting"])
        for row in laid.edition.cells.to_pylist()
    }
    for spot in laid.edition.hotspots.to_pylist():
        beats = [by_cell[cell] for cell in spot["h3_cells"].split()]
        most = sorted(set(beats), key=lambda beat: (-beats.count(beat), beat))
        assert spot["beat"] == "; ".join(most)
    named = laid.edition.hotspots["beat"].to_pylist()
    spots = csv.DictReader((laid.tier / "hotspots.csv").read_text().splitlines())
    assert [row["beat"] for row in spots] == named
    for layer in ("hotspots", "hotspot_cells"):
        frame = pyogrio.read_dataframe(laid.tier / "hotspots.gpkg", layer=layer)
        assert set(frame["beat"]) >= {"East", "West"}
    assert "beat" in read_sheet(laid.tier / "top_hotspots.xlsx", "Hot spots").columns
    assert re.search(r"beat: (East|West)", (laid.tier / "top_hotspots.gpx").read_text())
    assert "| `beat` |" in (laid.tier / "DATA_DICTIONARY.md").read_text()


@pytest.mark.parametrize("page", ["map.html", "map-7-days.html"])
def test_the_map_finds_beats_and_draws_boundaries(laid: Laid, page: str) -> None:
    text = (laid.tier / page).read_text()
    data = unpacked(text)
    assert data["areas"] == ["beat"]
    assert set(data["words"]["area.beat"]) == {"East", "West"}
    assert data["ground"]["layers"]
    assert "the boundaries supplied" in text


@needs_poppler
def test_the_briefing_lists_the_hot_spots_by_beat(laid: Laid) -> None:
    words = printed("pdftotext", laid.tier / "briefing-kent.pdf", "-")
    page = re.sub(r"\s+", " ", words).partition("By beat")[2]
    for beat in ("East", "West"):
        [first, *_] = [
            spot
            for spot in laid.edition.hotspots.to_pylist()
            if (spot["crime_group"], spot["horizon_days"]) == ("all-crime", 1)
            and spot["beat"].partition("; ")[0] == beat
        ]
        assert f"{beat}: {first['name']} (no. {first['hotspot_rank']})" in page


def test_a_layer_elsewhere_is_reported(laid: Laid, tmp_path: Path) -> None:
    file = tmp_path / "away.gpkg"
    away = [shapely.box(100_000, 20_000, 101_000, 21_000)]
    gpd.GeoDataFrame({"beat": ["Away"]}, geometry=away, crs=27700).to_file(file)
    layers = read_layers(LayerFiles(areas={"beat": str(file)}))
    gaps = replace(laid.edition, layers=layers).layer_gaps
    assert list(gaps) == ["boundary layer beat"]


@pytest.mark.parametrize("name", ["n_7d", "previous_rank", "horizon_days"])
def test_a_name_of_our_own_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="a published column has that name"):
        read_layers(LayerFiles(areas={name: "beats.gpkg"}))
