"""Each control of the map by the mouse alone: pressed where it is, its effect seen."""

import json
from pathlib import Path

import pyarrow.csv as pacsv
import pytest

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import (
    ALL_CELLS,
    CLOSED,
    LISTED,
    PANEL,
    SCALE,
    Open,
    saved_in,
    told_of_printing,
    written_index,
)
from tests.transforms.publications.map.map_page import AS_OFS, cells_of


pytestmark = browser.NEEDED

# A select's list is the browser's own window, where no test's mouse comes: drawn so, it
# is part of the page.
LISTS_IN_PAGE = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("select, ::picker(select) { appearance: base-select }");
  document.adoptedStyleSheets = [sheet];
})()"""
NAME = "document.querySelector('.force-name span').getBoundingClientRect()"
CHOSEN = str(cells_of("middle")[3]["h3_cell"])


def pick(tab: browser.Tab, name: str, option: int) -> None:
    """Open that list and press one of its options."""
    tab.click(f"#{name}")
    tab.until(f"document.getElementById('{name}').matches(':open')")
    tab.click(f"#{name} option:nth-child({option})")
    tab.until(f"!document.getElementById('{name}').matches(':open')")


def test_every_list_is_chosen_from(opened: Open) -> None:
    with opened() as tab:
        tab.value(LISTS_IN_PAGE)
        pick(tab, "force", 3)
        assert "force=middle" in tab.value("location.hash")
        pick(tab, "share", 1)
        assert "top=1" in tab.value("location.hash")
        assert len(tab.value(LISTED)) == 2
        pick(tab, "group", 2)
        assert "group=burglary" in tab.value("location.hash")
        pick(tab, "force", 2)
        pick(tab, "group", 1)
        pick(tab, "list", 1)
        assert ["Heol y Bont" in one for one in tab.value(LISTED)] == [True]
        tab.click("#top button")
        assert "Hot spot no. 1" in tab.value(PANEL)


def test_the_month_is_drawn_along_and_played(opened: Open) -> None:
    shown = "document.getElementById('as-of-name').textContent"
    with opened() as tab:
        x, y = tab.middle_of("#as-of")
        tab.drag(x + 56, y, -140)
        assert tab.value(shown) == "May 2023"
        assert f"as-of={AS_OFS[0]}" in tab.value("location.hash")
        tab.click("#play")
        tab.until(f"{shown} === 'June 2023'")
        tab.click("#play")
        assert tab.value("document.getElementById('play').textContent") == "Play"


def test_the_map_is_moved_and_zoomed(opened: Open) -> None:
    with opened() as tab:
        x, y = tab.middle_of("#map")
        before, first = tab.value(SCALE), tab.value(f"{NAME}.x")
        tab.drag(x, y, 120, 30)
        assert tab.value(f"{NAME}.x") == pytest.approx(first + 120, abs=1)
        zooms = (
            (lambda: tab.wheel(x, y, -120), lambda: tab.wheel(x, y, 120)),
            (
                lambda: tab.click(".leaflet-control-zoom-in"),
                lambda: tab.click(".leaflet-control-zoom-out"),
            ),
        )
        for nearer, farther in zooms:
            nearer()
            tab.until(f"{SCALE} !== {json.dumps(before)}")
            farther()
            tab.until(f"{SCALE} === {json.dumps(before)}")
        tab.click_at(x, y, times=2)
        tab.until(f"{SCALE} !== {json.dumps(before)}")


def test_what_the_map_is_pressed_on_is_chosen(opened: Open) -> None:
    with opened(part=f"{ALL_CELLS}&cell={CHOSEN}") as tab:
        x, y = tab.middle_of("#map")
        tab.click_at(x - 300, y - 200)  # no cell of the page lies there
        assert tab.value(CLOSED)
        assert "cell=" not in tab.value("location.hash")
        tab.click_at(x, y)
        assert f"cell={CHOSEN}" in tab.value("location.hash")
        assert "Heol Maes-Yr-Hâf 4" in tab.value(PANEL)


def test_a_place_is_searched_for_and_its_profile_worked(opened: Open) -> None:
    with opened() as tab:
        tab.click("#search")
        tab.write("yr-hâf 12")
        assert all("Yr-Hâf 12" in one for one in tab.value(LISTED))
        tab.click("#top button")
        assert "Heol Maes-Yr-Hâf 12" in tab.value(PANEL)
        tab.value(told_of_printing())
        tab.click("#panel-body .buttons button:nth-child(2)")
        assert tab.value("document.title") == "printing"
        tab.click("#panel-body summary")
        assert "Recorded" in tab.value(
            "document.querySelector('#panel details').innerText"
        )
        tab.click("#panel-body .buttons button:nth-child(1)")
        assert tab.value(CLOSED)


def test_the_list_is_lengthened_and_saved(opened: Open, tmp_path: Path) -> None:
    with opened() as tab:
        tab.click("#more")
        assert len(tab.value(LISTED)) == 50
        file = saved_in(tab, tmp_path, lambda: tab.click("#save"))
    assert file.name == f"all-forces-all-crime-cells-{AS_OFS[-1]}.csv"
    assert pacsv.read_csv(file).num_rows == 381


def test_the_links_lead_to_their_places(opened: Open) -> None:
    seen = """((top) => top > -1 && top < innerHeight)(
      document.getElementById("{}").getBoundingClientRect().top)"""
    with opened() as tab:
        tab.press("Tab")  # the skip link is seen only where it has the focus
        tab.click(".skip")
        tab.until(seen.format("cells"))
        for name in ("forces", "about"):
            tab.click(f"nav a[href='#{name}']")
            tab.until(seen.format(name))
        tab.click("footer summary")
        assert "Apache License" in tab.value("document.body.innerText")


def test_the_table_of_forces_is_rolled_where_it_is_too_wide(opened: Open) -> None:
    moved = "document.querySelector('.wide').scrollLeft > 0"
    with opened() as tab:
        tab.resize(390, 820)
        tab.wheel(*tab.middle_of(".wide"), by_y=0, by_x=80)
        tab.until(moved)


def test_the_index_leads_to_a_page_and_back(tmp_path: Path) -> None:
    index, north, *_ = written_index(tmp_path)
    with browser.opened(index) as tab:
        tab.click("tbody a")
        tab.until(f"location.href.startsWith('{north.as_uri()}') && {browser.READY}")
        assert tab.value("document.querySelector('h1').textContent") == "Hot spots"
        tab.click("nav a")
        tab.until(f"location.href === '{index.as_uri()}'")
        assert tab.complaints() == []
