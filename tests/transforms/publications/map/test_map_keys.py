"""Each control of the map by the keyboard alone, and the way of the focus."""

import json
from pathlib import Path

import pyarrow.csv as pacsv
import pytest

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import (
    CLOSED,
    FOCUSED,
    LISTED,
    PANEL,
    SCALE,
    Open,
    focus,
    focus_on,
    saved_in,
    told_of_printing,
    written_index,
)
from tests.transforms.publications.map.map_page import AS_OFS, cells_of


pytestmark = browser.NEEDED

CELL = str(cells_of("middle")[3]["h3_cell"])
ABOVE = (
    "Skip to the list",
    "What each force supplied",
    "What this shows",
    "force",
    "group",
    "list",
    "share",
    "compare",
    "as-of",
    "play",
    "map",
    "Zoom in",
    "Zoom out",
    "Legend",
)
PROFILE = ("Back to the list", "Print", "The numbers of this chart")
PLACE = ("OpenStreetMap", "Street View")
LIST = ("search", *25 * ("an entry",), "more", "save")
BELOW = ("Table of forces", "Licences of the software in this page")
NOWHERE = "document.activeElement === document.body"
# All that a person may come to, in the order of the page; nothing may lift itself out.
KEPT = """window.kept = [...document.querySelectorAll(
    "a[href], button, select, input, summary, [tabindex]")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
kept.map((one) => one.closest("#top") ? "an entry"
  : one.id || one.getAttribute("aria-label") || one.textContent)"""
HELD = """(() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    at: kept.indexOf(one),
    ringed: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
  };
})()"""


def around(tab: browser.Tab, *, back: bool = False) -> list[int]:
    """Once through the page by the Tab key; the focus is always in view and ringed."""
    way: list[int] = []
    leave(tab)
    for _ in range(80):
        tab.press("Tab", shift=back)
        if tab.value(NOWHERE):
            return way
        held = tab.value(HELD)
        assert held["ringed"], held
        assert held["seen"], held
        way.append(held["at"])
    raise AssertionError("the Tab key never left the page")


def leave(tab: browser.Tab) -> None:
    """Go on to the end of the page, from where the Tab key leads to its top."""
    for _ in range(80):
        if tab.value(NOWHERE):
            return
        tab.press("Tab")
    raise AssertionError("the Tab key never left the page")


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("back", [False, True])
def test_tab_comes_to_each_control_in_the_order_of_the_page(
    opened: Open, width: int, back: bool
) -> None:
    with opened() as tab:
        tab.resize(width, 820)
        names = tab.value(KEPT)
        assert names == [*ABOVE, *LIST, *BELOW]
        ways = list(range(len(names)))
        assert around(tab, back=back) == (ways[::-1] if back else ways)


def test_with_a_profile_open_its_controls_come_after_the_map(opened: Open) -> None:
    with opened(part=f"#force=all&show=cells&cell={CELL}") as tab:
        names = tab.value(KEPT)
        assert names == [*ABOVE, *PROFILE, *PLACE, *BELOW]
        assert around(tab) == list(range(len(names)))


def test_the_links_lead_on_from_their_places(opened: Open) -> None:
    following = {
        ".skip": "search",
        "nav a[href='#forces']": "Table of forces",
        "nav a[href='#about']": "Licences of the software in this page",
    }
    with opened() as tab:
        names = tab.value(KEPT)
        for link, name in following.items():
            focus_on(tab, link)
            tab.press("Enter")
            tab.press("Tab")
            assert names[tab.value(HELD)["at"]] == name
        tab.press("Enter")
        assert "Apache License" in tab.value("document.body.innerText")


def test_the_map_is_moved_and_zoomed(opened: Open) -> None:
    place = "document.querySelector('.force-name span').getBoundingClientRect()"
    moved = {  # what is drawn goes the other way
        "ArrowLeft": ("x", 80),
        "ArrowUp": ("y", 80),
        "ArrowRight": ("x", -80),
        "ArrowDown": ("y", -80),
    }
    with opened() as tab:
        focus(tab, "map")
        for key, (axis, by) in moved.items():
            before = tab.value(f"{place}.{axis}")
            tab.press(key)
            tab.until("document.querySelector('.leaflet-pan-anim') === null")
            assert tab.value(f"{place}.{axis}") == pytest.approx(before + by, abs=1)
        far = tab.value(SCALE)
        tab.press("+")
        tab.until(f"{SCALE} !== {json.dumps(far)}")
        tab.press("-")
        tab.until(f"{SCALE} === {json.dumps(far)}")
        focus_on(tab, ".leaflet-control-zoom-in")
        tab.press("Enter")
        tab.until(f"{SCALE} !== {json.dumps(far)}")
        focus_on(tab, ".leaflet-control-zoom-out")
        tab.press("Enter")
        tab.until(f"{SCALE} === {json.dumps(far)}")


def test_the_month_is_stepped_and_played(opened: Open) -> None:
    shown = "document.getElementById('as-of-name').textContent"
    with opened() as tab:
        focus(tab, "as-of")
        tab.press("Home")
        assert tab.value(shown) == "May 2023"
        tab.press("ArrowRight")
        assert tab.value(shown) == "June 2023"
        focus(tab, "play")
        tab.press("Space")
        tab.until(f"{shown} === 'July 2023'")
        tab.press("Space")
        assert tab.value("document.getElementById('play').textContent") == "Play"


def test_a_profile_is_opened_worked_and_closed(opened: Open) -> None:
    with opened() as tab:
        focus_on(tab, "#top button")
        tab.press("Enter")
        assert tab.value(FOCUSED) == "panel-title"
        tab.value(told_of_printing())
        for name in PROFILE:
            tab.press("Tab")
            assert tab.value("document.activeElement.textContent") == name
            if name == "Print":
                tab.press("Enter")
                assert tab.value("document.title") == "printing"
        tab.press("Enter")
        assert "Recorded" in tab.value(
            "document.querySelector('#panel details').innerText"
        )
        tab.press("Tab", "Tab", shift=True)
        tab.press("Space")
        assert tab.value(CLOSED)
        assert tab.value(
            f"{FOCUSED} === document.querySelector('#top button').dataset.cell"
        )


def test_the_list_is_searched_lengthened_and_saved(
    opened: Open, tmp_path: Path
) -> None:
    with opened() as tab:
        focus(tab, "more")
        tab.press("Enter")
        assert len(tab.value(LISTED)) == 50
        assert tab.value("document.activeElement.textContent").startswith("26.")
        focus_on(tab, "#save")
        file = saved_in(tab, tmp_path, lambda: tab.press("Enter"))
        focus(tab, "search")
        tab.write("yr-hâf 12")
        tab.press("Enter")
        assert "Yr-Hâf 12" in tab.value("document.activeElement.textContent")
    assert file.name == f"all-forces-all-crime-cells-{AS_OFS[-1]}.csv"
    assert pacsv.read_csv(file).num_rows == 381


def test_a_hot_spot_of_the_list_is_opened(opened: Open) -> None:
    with opened() as tab:
        focus(tab, "list")
        tab.press("ArrowUp")
        focus_on(tab, "#top button")
        tab.press("Space")
        assert tab.value(FOCUSED) == "panel-title"
        assert "Hot spot no. 1" in tab.value(PANEL)


def test_the_table_of_forces_is_rolled_where_it_is_too_wide(opened: Open) -> None:
    with opened() as tab:
        tab.resize(390, 820)
        focus_on(tab, ".wide")
        tab.press("ArrowRight")
        tab.until("document.querySelector('.wide').scrollLeft > 0")


def test_the_index_leads_to_a_page_and_back(tmp_path: Path) -> None:
    index, north, *_ = written_index(tmp_path)
    with browser.opened(index) as tab:
        names = tab.value(KEPT)
        assert names == ["Table of forces", "North", "Middle", "Coast"]
        assert around(tab) == list(range(len(names)))
        focus_on(tab, "tbody a")
        tab.press("Enter")
        tab.until(f"location.href.startsWith('{north.as_uri()}') && {browser.READY}")
        focus_on(tab, "nav a")
        tab.press("Enter")
        tab.until(f"location.href === '{index.as_uri()}'")
        assert tab.complaints() == []
