"""The ground in a browser: under the cells, held in place, and without a request."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import ALL_CELLS
from tests.transforms.publications.map.map_page import (
    CENTRES,
    HOSTILE,
    cells_of,
    facts,
    pasts,
    table,
)
from tests.transforms.publications.map.test_map_browser import (
    AXE,
    LISTED,
    PANEL,
    SERIOUS,
    focus,
)
from transforms.publications.edition.place_labels import (
    LANDMARK,
    STATION,
    STREET,
    PlaceLabel,
)
from transforms.publications.map import page
from transforms.publications.map.facts import MapFacts
from transforms.reference.national_grid import to_grid_by_proj


pytestmark = browser.NEEDED

NOTE = "Contains OS data © Crown copyright and database right 2024."
SEA = [0xDD, 0xE7, 0xEE, 255]
# What a pane's canvas has in the middle of the map: red, green, blue, alpha.
MIDDLE = """(() => {
  const canvas = document.querySelector(".leaflet-PANE-pane canvas");
  const map = document.getElementById("map").getBoundingClientRect();
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  const at = [map.x + map.width / 2 - box.x, map.y + map.height / 2 - box.y];
  const [x, y] = at.map((one) => Math.round(one * scale));
  const often = { willReadFrequently: true };
  const held = document.createElement("canvas").getContext("2d", often);
  held.drawImage(canvas, -x, -y);
  return [...held.getImageData(0, 0, 1, 1).data];
})()"""
PLACES = """[...document.querySelectorAll(".place-name:not(.hidden)")]
  .map((one) => one.textContent)"""
UNDERMOST_FIRST = """[...document.querySelectorAll(".leaflet-pane:has(> canvas)")]
  .sort((a, b) => getComputedStyle(a).zIndex - getComputedStyle(b).zIndex)
  .map((one) => one.className.match(/leaflet-(\\w+)-pane/)[1])"""


def ground() -> dict[str, Any]:
    """A sea under everything, a way across, and places, some in each other's way."""
    sea = [-300_000, 4_900_000, 500_000, 0, 0, 600_000, -500_000, 0, 0, -600_000]
    way = [10_000, 350_000, 200_000, 0]
    middle = CENTRES["middle"]
    return {
        "layers": [["sea", "area", [[sea]]], ["roads_national", "line", [[way]]]],
        "names": [
            [0, HOSTILE, middle[1] + 0.005, middle[0] + 0.01],
            [0, "Behind it", middle[1] + 0.005, middle[0] + 0.0101],
            [1, "Marketon", middle[1] - 0.01, middle[0] - 0.01],
            [2, "Ham", middle[1] - 0.004, middle[0] + 0.004],
        ],
    }


def cells() -> pa.Table:
    rows = [row for force in CENTRES for row in cells_of(force)]
    given = table(rows)
    beats = [
        f"{r['force']} beat" if int(str(r["score_rank"])) > 5 else None for r in rows
    ]
    return given.append_column("cell", pa.array(beats)).append_column(
        "policing_ward", pa.array([HOSTILE if beat else None for beat in beats])
    )


def _said() -> MapFacts:
    areas = ("cell", "policing_ward")
    return replace(facts(), ground_note=NOTE, areas=areas, filters=areas[:1])


Open = Callable[[], AbstractContextManager[browser.Tab]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a page with ground; on leaving it there was no request or complaint."""

    @contextmanager
    def of() -> Iterator[browser.Tab]:
        text = page.render(cells(), pasts(cells()), _said(), ground())
        file = tmp_path / "map.html"
        file.write_text(text, encoding="utf-8")
        with browser.opened(file, ALL_CELLS) as tab:
            yield tab
            assert tab.complaints() == []
            assert tab.requests() == [file.as_uri()]

    return of


def test_it_lies_under_the_cells_and_the_cells_take_the_mouse(opened: Open) -> None:
    with opened() as tab:
        assert tab.value(UNDERMOST_FIRST) == ["ground", "overlay"]
        assert tab.value(MIDDLE.replace("PANE", "ground")) == SEA
        assert tab.value(MIDDLE.replace("PANE", "overlay"))[3] == 0
        tab.click("#top li:nth-child(2) button")  # goes to that cell
        gone_to = tab.value("location.hash")
        red, _, blue, alpha = tab.value(MIDDLE.replace("PANE", "overlay"))
        assert blue > red
        assert 100 < alpha < 230  # roads show through
        assert tab.value(MIDDLE.replace("PANE", "ground"))[3] == 255
        tab.click("#panel-body .buttons button:first-child")
        tab.click("#map")
        assert tab.value("location.hash") == gone_to


def test_it_stays_where_it_is_when_the_map_moves(opened: Open) -> None:
    with opened() as tab:
        for _ in range(3):
            tab.click(".leaflet-control-zoom-in")
            assert tab.value(MIDDLE.replace("PANE", "ground")) == SEA
        for _ in range(7):
            tab.click(".leaflet-control-zoom-out")
        tab.resize(700, 900)
        assert tab.value(MIDDLE.replace("PANE", "ground")) == SEA


def test_places_are_named_apart_and_villages_from_near(opened: Open) -> None:
    with opened() as tab:
        assert "Ham" not in tab.value(PLACES)
        tab.value("""(() => {
          const choice = document.getElementById("force");
          choice.value = "1";
          choice.dispatchEvent(new Event("change"));
        })()""")
        assert set(tab.value(PLACES)) == {HOSTILE, "Marketon", "Ham"}
        tab.click("#top button")
        assert "Behind it" not in tab.value(PLACES)


def test_the_claim_stands_below_the_map(opened: Open) -> None:
    with opened() as tab:
        assert tab.value("document.getElementById('ground').innerText") == NOTE


def test_a_profile_names_the_areas_and_the_search_finds_them(opened: Open) -> None:
    with opened() as tab:
        tab.click("#top button")
        assert "Cell\nnone\nPolicing ward\nnone" in tab.value(PANEL)
        tab.press("Escape")
        focus(tab, "search")
        tab.write("coast beat")
        found = tab.value(LISTED)
        assert found
        assert all("Coast" in one for one in found)
        tab.click("#top button")
        assert f"Cell\ncoast beat\nPolicing ward\n{HOSTILE}" in tab.value(PANEL)


def test_an_area_of_the_users_own_chooses_cells(opened: Open) -> None:
    chosen = "document.getElementById('area').selectedOptions[0].textContent"
    with opened() as tab:
        tab.value("""(() => {
          const one = document.getElementById("area");
          const named = [...one.options].find((o) => o.textContent === "coast beat");
          one.value = named.value;
          one.dispatchEvent(new Event("change", { bubbles: true }));
        })()""")
        found = tab.value(LISTED)
        assert found
        assert all("Coast" in one for one in found)
        assert "area=cell%3Acoast+beat" in tab.value("location.hash")
        tab.value("location.hash = '#force=all&show=cells&area=cell:middle beat'")
        tab.until(f"{chosen} === 'middle beat'")
        assert all("Middle" in one for one in tab.value(LISTED))


def test_nothing_serious_is_wrong_for_those_who_cannot_see(opened: Open) -> None:
    with opened() as tab:
        tab.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
        assert tab.value(SERIOUS) == []


def test_without_ground_there_is_neither_pane_nor_claim(tmp_path: Path) -> None:
    bare = table(cells_of("north"))
    file = tmp_path / "map.html"
    file.write_text(page.render(bare, pasts(bare), facts()), encoding="utf-8")
    with browser.opened(file) as tab:
        assert tab.value(UNDERMOST_FIRST) == ["overlay"]
        shown = "getComputedStyle(document.getElementById('ground')).display"
        assert tab.value(shown) == "none"
        assert tab.complaints() == []


LABELS = """[...document.querySelectorAll(".place-label:not(.hidden)")]
  .map((one) => one.textContent)"""
FOUND = "[...document.querySelectorAll('#place-list button')].map((b) => b.innerText)"


def test_a_station_is_named_near_by_and_found_by_touch(tmp_path: Path) -> None:
    y, x = CENTRES["middle"]
    labels = [
        PlaceLabel(STATION, 2, -3, HOSTILE, x, y, "Marketon"),
        PlaceLabel(LANDMARK, 0, -3, "The Pier", x + 0.1, y),
        PlaceLabel(STREET, 3, -9, "Pierce Lane", x, y + 0.003, "Ham"),
    ]
    file = tmp_path / "map.html"
    text = page.render(cells(), pasts(cells()), _said(), ground(), labels=labels)
    file.write_text(text, encoding="utf-8")
    with browser.opened(file, ALL_CELLS) as tab:
        assert tab.value(LABELS) == []  # all England is in view
        focus(tab, "search")
        tab.write("pier")
        assert tab.value(FOUND) == ["→\nThe Pier", "→\nPierce Lane\nHam"]
        tab.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
        assert tab.value(SERIOUS) == []
        tab.touch("#place-list li:nth-child(2) button")
        assert set(tab.value(LABELS)) == {"Pierce Lane", HOSTILE}
        assert "sought" in tab.value(
            "document.querySelector('.place-label:not(.hidden)').className"
        )
        assert tab.complaints() == []
        assert tab.requests() == [file.as_uri()]


# Charing Cross, and Dover Castle.
KNOWN = {
    "TQ 300 804": (51.50781, -0.12758),
    "TR 325 418": (51.12866, 1.32160),
}


def test_a_cell_has_its_grid_reference_and_links_that_load_nothing(
    opened: Open,
) -> None:
    places = [[50.06, -5.7], [51.5, -0.12], [51.13, 1.32], [53.4, -3.0], [55.7, -1.9]]
    with opened() as tab:
        found = tab.value(f"{places}.map(hexbeat.toGrid)")
        latitude, longitude = np.array(places).T
        expected = np.stack(to_grid_by_proj(longitude, latitude), axis=1)
        assert np.abs(np.array(found) - expected).max() < 1.0
        for reference, place in KNOWN.items():
            assert tab.value(f"hexbeat.gridReference({list(place)})") == reference
        tab.click("#top button")
        links = tab.value(
            '[...document.querySelectorAll("#panel a")].map((a) => [a.host, a.rel])'
        )
        assert [host for host, _ in links] == [
            "www.openstreetmap.org",
            "www.google.com",
        ]
        assert {rel for _, rel in links} == {"noopener noreferrer"}


def test_tiles_load_from_their_host_alone_and_over_the_ground(tmp_path: Path) -> None:
    given = ground() | {"tiles": "https://tiles.example/{z}/{x}/{y}.png"}
    text = page.render(cells(), pasts(cells()), _said(), given)
    file = tmp_path / "map.html"
    file.write_text(text, encoding="utf-8")
    with browser.opened(file) as tab:
        tab.until('document.querySelectorAll(".leaflet-tiles-pane img").length > 0')
        others = {address.split("/")[2] for address in tab.requests()[1:]}
        assert others == {"tiles.example"}
        assert tab.value(PLACES) == []
        assert tab.value(MIDDLE.replace("PANE", "ground")) == SEA
        policy = tab.value('document.querySelector("meta[http-equiv]").content')
        assert "img-src data: https://tiles.example; base-uri" in policy
