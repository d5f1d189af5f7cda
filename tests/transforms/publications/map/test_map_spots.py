"""Hot spots first: the start, their profiles, their past, on paper and on a phone."""

import re
from pathlib import Path

import pyarrow.csv as pacsv

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import (
    ALL_CELLS,
    CLOSED,
    LISTED,
    PANEL,
    STATUS,
    Open,
    focus,
    saved_in,
)
from tests.transforms.publications.map.map_page import (
    AS_OFS,
    GONE,
    SPOT,
    cells_of,
    count_of,
)


pytestmark = browser.NEEDED

START = ""
CELL = str(cells_of("middle")[3]["h3_cell"])
SET = """(() => {{
  const one = document.getElementById("{}");
  one.value = "{}";
  one.dispatchEvent(new Event("{}", {{ bubbles: true }}));
}})()"""
RINGED = """(() => {
  const canvas = document.querySelector("#map canvas");
  const [wide, high] = [canvas.width, canvas.height];
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [wide, high];
  const held = copy.getContext("2d", { willReadFrequently: true });
  held.drawImage(canvas, 0, 0);
  const { data } = held.getImageData(0, 0, wide, high);
  let red = 0;
  for (let i = 0; i < data.length; i += 4)
    red += data[i] > 150 && data[i + 1] < 80 && data[i + 2] < 80;
  return red;
})()"""
HOVER = "document.getElementById('hover').textContent"


def step(tab: browser.Tab, at: int) -> None:
    tab.value(SET.format("as-of", at, "input"))


def test_it_opens_on_the_hot_spots_of_one_force(opened: Open) -> None:
    with opened(part=START) as tab:
        assert "Showing 1 hot spots" in tab.value(STATUS)
        assert tab.value("document.getElementById('force').value") == "0"
        shown = tab.value("document.getElementById('shown').textContent")
        assert shown == "Data up to April 2024; expected in May 2024"
        [spot] = tab.value(LISTED)
        assert "Heol y Bont" in spot
        tab.click("#top button")
        said = tab.value(PANEL)
        for words in (
            "Hot spot no. 1, North, All crime",
            "73.3 incidents",
            "between 50 and 99",
            "3 neighbouring cells",
            "806.7",  # expected over the year
            "120.5",  # harm
            "A hot spot at 9 of the last 12 months under this id, since August 2023",
            SPOT,
        ):
            assert words in said
        tab.click("#panel-body ol button")  # one of its cells
        assert "Why it ranks where it does" in tab.value(PANEL)


def test_hot_spots_are_saved_where_hot_spots_are_listed(
    opened: Open, tmp_path: Path
) -> None:
    with opened(part=START) as tab:
        file = saved_in(tab, tmp_path, lambda: tab.click("#save"))
    assert file.name == f"north-all-crime-hotspots-{AS_OFS[-1]}.csv"
    [row] = pacsv.read_csv(file).to_pylist()
    members = [str(one["h3_cell"]) for one in cells_of("north")[:3]]
    year = sum(count_of(rank, at) for rank in (1, 2, 3) for at in range(12, 23))
    gap = sum(count_of(rank, 15) for rank in (1, 2, 3))
    assert (row["hotspot_id"], row["name"]) == (SPOT, "Heol y Bont")
    assert (row["hotspot_rank"], row["cells"]) == (1, 3)
    assert row["h3_cells"].split() == members
    assert row["n_12m"] == year - gap + sum(rank % 4 for rank in (1, 2, 3))
    assert (row["expected"], row["expected_lo"], row["expected_hi"]) == (73.33, 50, 99)


def test_with_the_slider_at_a_month_all_speaks_of_that_month(opened: Open) -> None:
    with opened(part=START) as tab:
        tab.click("#top button")
        step(tab, 5)
        said = tab.value(PANEL)
        assert "Expected in November 2023, with data up to October 2023" in said
        assert "Recorded in November 2023:" in said
        assert "between 50 and 99" not in said
        assert tab.value(RINGED) > 50  # its outline then
        step(tab, 2)  # another hot spot was here
        assert "It was no hot spot with data up to July 2023." in tab.value(PANEL)
        assert tab.value(RINGED) == 0
        tab.click("#panel-body .buttons button")
        tab.click("#top button")
        assert GONE in tab.value(PANEL)
        tab.click("#panel-body .buttons button")
        tab.value(SET.format("list", "cells", "change"))
        tab.click("#top button")
        said = tab.value(PANEL)
        assert "Expected in August 2023, with data up to July 2023" in said
        assert "Why it ranks where it does" not in said


def test_two_periods_are_compared_with_the_chance_of_it(opened: Open) -> None:
    with opened(part=START) as tab:
        step(tab, 8)
        tab.value(SET.format("compare", "since", "change"))
        note = tab.value("document.getElementById('chance').textContent")
        assert "February 2024 to April 2024, compared with November 2023" in note
        assert "chosen because they were high" in note
        months = {"before": range(18, 21), "after": range(21, 23)}
        before, after = (
            sum(count_of(rank, at) for rank in (1, 2, 3) for at in months[name])
            for name in ("before", "after")
        )
        after += sum(rank % 4 for rank in (1, 2, 3))
        [spot] = tab.value(LISTED)
        assert f"{before} → {after}" in spot
        assert re.search(r"%? \(.+ to .+\)", spot)
        # a year before the gap was before the first month kept: nothing to compare
        step(tab, 3)
        tab.value(SET.format("compare", "year", "change"))
        assert "not comparable" in tab.value(LISTED)[0]
        assert "compare=year" in tab.value("location.hash")


def test_the_mouse_learns_name_and_figure_and_escape_closes(opened: Open) -> None:
    with opened(part=f"{ALL_CELLS}&cell={CELL}") as tab:
        x, y = tab.middle_of("#map")
        tab.press("Escape")
        assert tab.value(CLOSED)
        over = {"type": "mouseMoved", "x": x, "y": y}
        tab.call("Input.dispatchMouseEvent", **over)
        words = "On or near Heol Maes-Yr-Hâf 410.0 expected in May 2024"
        assert tab.value(HOVER) == words
        pointer = "getComputedStyle(document.getElementById('map')).cursor"
        assert tab.value(pointer) == "pointer"


def test_what_is_in_the_middle_is_chosen_by_the_keyboard(opened: Open) -> None:
    with opened(part=f"{ALL_CELLS}&cell={CELL}") as tab:
        tab.press("Escape")
        focus(tab, "map")
        tab.until(f"{STATUS}.startsWith('In the middle: On or near Heol')")
        tab.press("Enter")
        assert "Heol Maes-Yr-Hâf 4" in tab.value(PANEL)
        assert tab.value("document.activeElement.id") == "panel-title"


def test_paper_has_all_that_was_in_view_and_no_ring(opened: Open) -> None:
    place = """(() => {
      const map = document.getElementById("map").getBoundingClientRect();
      return [...document.querySelectorAll(".force-name span")].map((one) => {
        const box = one.getBoundingClientRect();
        return [box.x + box.width / 2 - map.x, box.y + box.height / 2 - map.y];
      }).every(([x, y]) => x > 0 && y > 0 && x < map.width && y < map.height);
    })()"""
    with opened() as tab:
        tab.resize(1800, 1500)
        tab.click(".leaflet-control-zoom-in")  # so that the map is full on the screen
        tab.value("new Promise((done) => setTimeout(done, 600))")
        assert tab.value(place)
        focus(tab, "map")
        tab.call("Emulation.setEmulatedMedia", media="print")
        tab.value("dispatchEvent(new Event('beforeprint'))")
        assert tab.value(place)
        size = tab.value("[map.offsetWidth, map.offsetHeight, map.scrollHeight]")
        assert size[:2] == [700, 560]
        ring = "getComputedStyle(document.activeElement).outlineStyle"
        assert tab.value(ring) == "none"
        tab.value("dispatchEvent(new Event('afterprint'))")
        assert tab.value("map.style.height") == ""


def test_on_a_phone_the_map_is_first_and_the_profile_slides_up(opened: Open) -> None:
    box = "document.getElementById('{}').getBoundingClientRect()"
    with opened(part=START) as tab:
        tab.resize(390, 844)
        tops = [tab.value(f"{box.format(one)}.top") for one in ("map", "controls")]
        assert tops[0] < tops[1]
        tab.click("#top button")
        tab.value("new Promise((done) => setTimeout(done, 400))")
        panel = box.format("panel")
        assert tab.value(f"{panel}.bottom") == 844
        assert tab.value(f"{panel}.top") > 200
        assert tab.value(f"{box.format('map')}.top") < 100
