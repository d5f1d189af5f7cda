"""The public page in a browser: from a file, without network, by every hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import LISTED, PANEL, STATUS, focus
from tests.transforms.publications.map.test_map_browser import AXE, INKED, SERIOUS
from tests.transforms.publications.public.page_reader import data_of
from transforms.homes.runs.public_pointer import PAGE


pytestmark = browser.NEEDED

CLOSED = "!document.getElementById('panel').classList.contains('open')"
CHOSEN = "document.querySelector('#top [aria-pressed=true]')?.dataset.cell ?? null"
HASH = "location.hash"
WIDTHS = (1280, 390)


@pytest.fixture
def shown(public_tier: Path) -> Iterator[browser.Tab]:
    """The page, of which nothing was asked elsewhere when it is left."""
    with opened(public_tier) as tab:
        yield tab


@contextmanager
def opened(tier: Path, part: str = "") -> Iterator[browser.Tab]:
    file = tier / PAGE
    with browser.opened(file, part) as tab:
        yield tab
        assert tab.complaints() == []
        assert tab.requests() == [file.as_uri()]


def choose(tab: browser.Tab, control: str, at: int) -> None:
    """Choose an option by the keyboard alone."""
    focus(tab, control)
    tab.press("Home", *at * ["ArrowDown"])


def test_it_opens_from_a_file_and_draws_its_areas(
    shown: browser.Tab, public_tier: Path
) -> None:
    first = data_of(public_tier / PAGE)["maps"][0]
    number = len(first["cells"])
    assert shown.value(STATUS).startswith(f"{number} areas of Avonmere Police")
    assert shown.value(INKED) > 100
    assert len(shown.value(LISTED)) == min(25, number)
    assert "19 of the 20" in shown.value("document.body.innerText")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("profile", [False, True])
def test_axe_finds_nothing_serious(
    shown: browser.Tab, width: int, profile: bool
) -> None:
    shown.resize(width, 820)
    if profile:
        shown.click("#top button")
        assert not shown.value(CLOSED)
    shown.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
    assert shown.value(SERIOUS) == []
    assert shown.value("document.documentElement.scrollWidth") <= width


def test_the_mouse_works_every_control(shown: browser.Tab) -> None:
    shown.click("#top button")
    cell = shown.value(CHOSEN)
    assert cell in shown.value(PANEL)
    assert "incidents recorded" in shown.value(PANEL)
    assert f"area={cell}" in shown.value(HASH)
    shown.click("#panel summary")
    assert shown.value("document.querySelector('#panel details').open")
    shown.click("#panel .buttons button")
    assert shown.value(CLOSED)
    zoomed = "document.querySelector('.leaflet-control-scale-line').textContent"
    before = shown.value(zoomed)
    shown.click(".leaflet-control-zoom-in")
    shown.click(".leaflet-control-zoom-in")
    assert shown.value(zoomed) != before
    shown.click("#legend summary")
    assert not shown.value("document.getElementById('legend').open")
    more = shown.value("!document.getElementById('more').hidden")
    shown.click("#more") if more else None
    assert len(shown.value(LISTED)) > (25 if more else 0)


def test_an_area_is_chosen_on_the_map_and_pointed_at(shown: browser.Tab) -> None:
    shown.click("#top button")  # which brings it into the middle
    cell = shown.value(CHOSEN)
    shown.press("Escape")
    x, y = shown.middle_of("#map")
    shown.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    assert not shown.value("document.getElementById('hover').hidden")
    shown.click_at(x, y)
    assert shown.value(CHOSEN) == cell
    assert not shown.value(CLOSED)


def test_the_keyboard_alone_works_every_control(shown: browser.Tab) -> None:
    choose(shown, "force", 1)
    assert "of Northfell Constabulary" in shown.value(STATUS)
    assert "force=northfell" in shown.value(HASH)
    assert "Northfell Constabulary, All crime" in shown.value(
        "document.getElementById('quarters-title').textContent"
    )
    choose(shown, "group", 1)
    assert "group=anti-social-behaviour" in shown.value(HASH)
    choose(shown, "force", 0)
    choose(shown, "group", 0)
    focus(shown, "search")
    shown.write("zz no such place")
    assert shown.value(LISTED) == []
    shown.value("document.getElementById('search').select()")
    name = "document.querySelector('#top button span:nth-child(2)').firstChild.data"
    shown.write(" ")
    first = shown.value(name)
    shown.press("Enter")
    shown.press("Enter")
    assert shown.value("document.activeElement.id") == "panel-title"
    assert first in shown.value(PANEL)
    shown.press("Escape")
    assert shown.value(CLOSED)
    assert shown.value("document.activeElement.dataset.cell") is not None


def test_the_map_is_worked_by_the_keyboard(shown: browser.Tab) -> None:
    shown.click("#top button")
    cell = shown.value(CHOSEN)
    shown.press("Escape")
    focus(shown, "map")
    assert shown.value(STATUS).startswith("In the middle: ")
    assert shown.value("document.getElementById('frame').classList.contains('cross')")
    shown.press("Enter")
    assert shown.value(CHOSEN) == cell
    shown.press("Escape")
    focus(shown, "map")
    for _ in range(6):
        shown.press("ArrowUp")
    shown.until(f"{STATUS}.startsWith('In the middle: no area')")


def test_a_finger_works_the_page(shown: browser.Tab) -> None:
    shown.resize(390, 844)
    shown.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    shown.touch("#top button")
    shown.until(f"!({CLOSED}) && document.getAnimations().length === 0")
    cell = shown.value(CHOSEN)
    shown.touch("#panel .buttons button")
    shown.until(CLOSED)
    size = "document.querySelectorAll('#map, #top button, select, .buttons button')"
    small = (
        f"[...{size}].filter((one) => one.checkVisibility() && one.offsetHeight < 40)"
    )
    assert shown.value(f"{small}.length") == 0
    place = shown.value(
        """(() => {
          document.querySelector("#map").scrollIntoView();
          return document.querySelector("#map").getBoundingClientRect().toJSON();
        })()"""
    )
    # where it was brought to: above what the profile covers
    shown.touch_at(place["x"] + place["width"] / 2, place["y"] + place["height"] * 0.34)
    shown.until(f"!({CLOSED})")
    assert cell


def test_the_address_brings_back_the_view_and_is_not_trusted(
    public_tier: Path, tmp_path: Path
) -> None:
    trend = data_of(public_tier / PAGE)["maps"]
    [shown] = [
        one
        for one in trend
        if (one["force"], one["crime_group"]) == ("northfell", "all-crime")
    ]
    cell = shown["cells"][0][0]
    part = f"#force=northfell&group=all-crime&area={cell}"
    with opened(public_tier, part) as tab:
        assert cell in tab.value(PANEL)
        tab.value("location.hash = '#force=<img src=x>&group=x&area=891'")
        assert "of Northfell Constabulary" in tab.value(STATUS)
        assert tab.value("document.images.length") == 0


def test_the_chart_and_its_table_say_what_the_data_says(
    shown: browser.Tab, public_tier: Path
) -> None:
    data = data_of(public_tier / PAGE)
    mine = [
        row
        for row in data["totals"]
        if (row["force"], row["crime_group"]) == ("avonmere", "all-crime")
    ]
    rows = shown.value(
        "[...document.querySelectorAll('#quarters tbody tr')].map((row) =>"
        " [...row.children].map((cell) => cell.textContent))"
    )
    published = {row["period"]: row for row in mine}
    assert len(rows) == 7
    told = [row for row in rows if row[1] != "not published"]
    assert [row[1:] for row in told] == [
        [
            f"about {row['published']:,} (± {row['within']:,})",
            f"{row['withheld']:,} of {row['areas']:,}",
        ]
        for _, row in sorted(published.items())
    ]
    label = shown.value("document.querySelector('#quarters svg').ariaLabel")
    for row in rows:
        assert f"{row[0]} {row[1]}" in label


def test_a_quarter_that_was_not_supplied_is_a_gap(shown: browser.Tab) -> None:
    choose(shown, "force", 1)  # which lacks a month of the last quarter of 2024
    rows = shown.value("document.querySelector('#quarters').innerText")
    assert "October to December 2024\tnot published" in rows
    assert shown.value("document.querySelectorAll('#quarters .gap').length") == 1
