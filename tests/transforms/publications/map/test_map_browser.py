"""The map page in a browser: from a file, without network or WebGL, by every hand."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pyarrow.csv as pacsv
import pytest

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import (
    CLOSED,
    FOCUSED,
    LISTED,
    PANEL,
    STATUS,
    Open,
    focus,
    written_index,
)
from tests.transforms.publications.map.map_page import (
    AS_OFS,
    HOSTILE,
    cells_of,
    many,
    rows,
)
from transforms.publications.map import page


pytestmark = browser.NEEDED

AXE = Path(__file__).parents[3] / "vendor" / "axe-core"
# How many pixels of the canvas are all but opaque: nothing else is drawn there.
INKED = """(() => {
  const canvas = document.querySelector("#map canvas");
  const [wide, high] = [canvas.width, canvas.height];
  const { data } = canvas.getContext("2d").getImageData(0, 0, wide, high);
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) inked += data[i] > 200;
  return inked;
})()"""
INJECTIONS = (
    HOSTILE,
    "<svg/onload=alert(3)>",
    "\"><iframe srcdoc='<script>parent.alert(4)</script>'>",
    "javascript:alert(5)",
    "</script><!--<script>${alert(6)}",
)
SERIOUS = """axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))"""


def test_it_opens_without_webgl_and_draws(opened: Open) -> None:
    with opened() as tab:
        webgl = "document.createElement('canvas').getContext('webgl') === null"
        assert tab.value(webgl)
        assert tab.value(STATUS).startswith("Showing ")
        assert tab.value(INKED) > 100
        assert len(tab.value(LISTED)) == 25
        assert tab.value("document.images.length") == 0


def test_a_page_with_no_cells_still_opens(opened: Open) -> None:
    with opened([]) as tab:
        assert tab.value(STATUS) == "No cells in view."
        assert tab.value(LISTED) == []


def test_zoomed_in_it_shows_cells_and_zoomed_out_their_parents(opened: Open) -> None:
    with opened() as tab:
        assert " circles, each " in tab.value(STATUS)
        tab.click("#top button")
        assert re.fullmatch(r"Showing all \d+ cells in view\.", tab.value(STATUS))
        for _ in range(8):
            tab.click(".leaflet-control-zoom-out")
        assert " circles, each " in tab.value(STATUS)


def test_however_far_it_is_zoomed_few_shapes_are_drawn(tmp_path: Path) -> None:
    cells, past, said = many(40_000, 1)
    file = tmp_path / "map.html"
    file.write_text(page.render(cells, past, said), encoding="utf-8")
    with browser.opened(file, "#show=cells") as tab:
        drawn = [tab.value(STATUS)]
        for _ in range(6):
            tab.click(".leaflet-control-zoom-in")
            drawn.append(tab.value(STATUS))
    numbers = [int(re.findall(r"[\d,]+", one)[0].replace(",", "")) for one in drawn]
    assert 1000 < max(numbers) <= 10_000, numbers
    assert " circles, each " in drawn[0]
    assert "Showing all " in drawn[-1]


def test_the_index_leads_by_its_links_to_each_page(tmp_path: Path) -> None:
    index, *pages = written_index(tmp_path)
    with browser.opened(index) as tab:
        links = tab.value("[...document.links].map((link) => link.href)")
        assert [one for one in links if one.startswith("file:")] == [
            page.as_uri() for page in pages
        ]
        tab.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
        assert tab.value(SERIOUS) == []
        assert tab.complaints() == []
        assert tab.requests() == [index.as_uri()]


def test_the_mouse_works_every_control(opened: Open) -> None:
    with opened() as tab:
        tab.click("#play")
        assert tab.value("document.getElementById('play').textContent") == "Pause"
        first = tab.value("document.getElementById('as-of-name').textContent")
        assert first == "May 2023"
        tab.click("#play")
        assert tab.value("document.getElementById('play').textContent") == "Play"
        tab.click("#as-of")  # the middle of its track
        assert tab.value("document.getElementById('as-of').value") in ("5", "6")
        tab.press("End")
        tab.click("#more")
        assert len(tab.value(LISTED)) == 50
        tab.click("#top button")
        assert "1 of 900 cells" in tab.value(PANEL)
        tab.click("#panel-body details summary")
        assert "not supplied" in tab.value(PANEL)
        tab.click("#panel-body .buttons button:first-child")
        assert tab.value(CLOSED)


def test_the_mouse_opens_the_cell_it_points_at(opened: Open) -> None:
    with opened() as tab:
        tab.click("#top li:nth-child(2) button")
        hidden = tab.value("location.hash")
        tab.click("#panel-body .buttons button:first-child")
        assert "cell=" not in tab.value("location.hash")
        tab.click("#map")  # in its middle lies the cell that was gone to
        assert tab.value("location.hash") == hidden


def test_forces_may_have_cells_of_other_sizes(opened: Open) -> None:
    sizes = {"north": 9, "middle": 10, "coast": 8}
    given = [r for name, size in sizes.items() for r in cells_of(name, 6, size)]
    with opened(given) as tab:
        for at in ("1", "2", "3"):
            tab.click(f"#top li:nth-child({at}) button")
            gone_to = tab.value("location.hash")
            tab.click("#panel-body .buttons button:first-child")
            tab.click("#map")
            assert "cell=" in gone_to
            assert tab.value("location.hash") == gone_to


def test_the_keyboard_works_every_control(opened: Open) -> None:
    with opened() as tab:
        focus(tab, "force")
        tab.press("ArrowDown")
        assert "force=north" in tab.value("location.hash")
        focus(tab, "group")
        tab.press("ArrowDown")
        assert "group=burglary" in tab.value("location.hash")
        focus(tab, "share")
        tab.press("ArrowUp", "ArrowUp")
        assert "top=5" in tab.value("location.hash")
        focus(tab, "as-of")
        tab.press("ArrowLeft")
        assert f"as-of={AS_OFS[-2]}" in tab.value("location.hash")
        focus(tab, "play")
        tab.press("Space")
        assert tab.value("document.getElementById('play').textContent") == "Pause"
        tab.press("Enter")
        assert tab.value("document.getElementById('play').textContent") == "Play"
        focus(tab, "share")
        tab.press("End")
        focus(tab, "group")
        tab.press("Home")
        focus(tab, "more")
        tab.press("Enter")
        assert len(tab.value(LISTED)) == 50
        focus(tab, "list")
        tab.press("ArrowUp")
        assert "hot spots" in tab.value("document.getElementById('found').textContent")


def test_the_keyboard_goes_from_the_list_to_a_profile_and_back(opened: Open) -> None:
    with opened() as tab:
        focus(tab, "search")
        tab.write("yr-hâf 12")
        found = tab.value(LISTED)
        assert found
        assert all("Yr-Hâf 12" in one for one in found)
        tab.press("Enter")
        chosen = tab.value(FOCUSED)
        tab.press("Enter")
        assert tab.value(FOCUSED) == "panel-title"
        assert "Heol Maes-Yr-Hâf 12" in tab.value(PANEL)
        tab.press("Tab")
        assert tab.value("document.activeElement.textContent") == "Back to the list"
        tab.press("Enter")
        assert tab.value(FOCUSED) == chosen
        focus(tab, "map")
        before = tab.value(STATUS)
        for _ in range(5):
            tab.press("ArrowRight")
            tab.value("new Promise((done) => setTimeout(done, 400))")  # it glides
        assert tab.value(STATUS) != before


def test_what_has_the_focus_shows_it(opened: Open) -> None:
    outline = "getComputedStyle(document.activeElement).outlineWidth"
    with opened() as tab:
        for name in (
            "force",
            "group",
            "share",
            "as-of",
            "play",
            "search",
            "list",
            "map",
        ):
            focus(tab, name)
            assert tab.value(outline) == "3px", name


def test_a_profile_says_what_it_rests_on(opened: Open) -> None:
    with opened() as tab:
        tab.click("#top button")
        said = tab.value(PANEL)
        assert "Why it ranks where it does" in said
        assert "Persistent hot spot" in said
        assert "Few months: the counts are based on 11 of the last 12" in said
        assert "One incident makes up 75 % of the crime harm" in said
        assert "It is part of the hot spot “Heol y Bont”" in said
        chart = tab.value(
            "document.querySelector('#panel svg').getAttribute('aria-label')"
        )
        assert "August 2023 not supplied" in chart
        assert "October 2022 before the first month kept" in chart
        assert "June 2023 1" in chart  # supplied, though it has no score
        assert "7 of 24 months are gaps, not zeros" in chart
        looks = "document.querySelectorAll('#panel [role=img] .{}').length"
        assert tab.value(looks.format("gap")) == 1
        assert tab.value(looks.format("before")) == 6
        assert "Not supplied, so a gap: August 2023." in said
        assert "before the first month kept" in said


def test_hot_spots_are_listed_with_all_their_cells(opened: Open) -> None:
    with opened() as tab:
        focus(tab, "list")
        tab.press("ArrowUp")
        [spot] = tab.value(LISTED)
        assert "Heol y Bont" in spot
        assert "3 cells" in spot
        assert "73.3" in spot  # 40 + 20 + 13.3


def test_the_address_brings_back_what_was_shown(opened: Open) -> None:
    cell = str(cells_of("middle")[3]["h3_cell"])
    part = (
        f"#force=middle&group=all-crime&show=cells&as-of={AS_OFS[4]}&top=20&cell={cell}"
    )
    with opened(part=part) as tab:
        assert "Heol Maes-Yr-Hâf 4" in tab.value(PANEL)
        assert tab.value("document.getElementById('as-of').value") == "4"
        assert tab.value("location.hash") == part


def test_another_address_is_followed_in_the_open_page(opened: Open) -> None:
    cell = str(cells_of("coast")[1]["h3_cell"])
    with opened(part="#force=north&group=burglary&as-of=2024-04") as tab:
        place = f"#force=coast&group=all-crime&show=cells&as-of={AS_OFS[5]}"
        part = f"{place}&top=5&cell={cell}"
        tab.value(f"location.hash = '{part}'")
        tab.until(f"{PANEL}.includes('Heol Maes-Yr-Hâf 2')")
        shown = "document.getElementById('{}').selectedOptions[0].textContent"
        assert tab.value(shown.format("force")) == "Coast"
        assert tab.value(shown.format("share")) == "Top 5 %"
        assert tab.value("location.hash") == part


@pytest.mark.parametrize(
    ("part", "listed"),
    [
        ("#cells", 1),  # the only hot spot of the first force, as without an address
        ("#force=%00&group=x&as-of=y&top=7&cell=zz", 25),
        ("#cell=8fffffffffffffff", 25),
        ("#show=all&spot=none&compare=x&area=beat:x", 1),
    ],
)
def test_a_strange_address_does_no_harm(opened: Open, part: str, listed: int) -> None:
    with opened(part=part) as tab:
        assert tab.value("document.documentElement.dataset.map") == "ready"
        assert len(tab.value(LISTED)) == listed


def test_what_is_shown_is_saved_as_csv(opened: Open, tmp_path: Path) -> None:
    given = rows()
    given[1]["place_label"] = "=1+1"
    given[2]["place_label"] = 'The "Globe", High Street'
    with opened(given) as tab:
        focus(tab, "force")
        tab.press("ArrowDown")
        tab.call(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(tmp_path),
            **tab.own,
        )
        focus(tab, "save")
        tab.press("Enter")
        file = tmp_path / f"north-all-crime-cells-{AS_OFS[-1]}.csv"
        tab.value("new Promise((done) => setTimeout(done, 1500))")
        saved = pacsv.read_csv(file).to_pylist()
    assert len(saved) == len(cells_of("north", 6)) - sum(
        r["crime_group"] == "burglary" for r in cells_of("north", 6)
    )
    assert [row["score_rank"] for row in saved[:3]] == [1, 2, 3]
    assert saved[1]["place_label"] in (None, "")
    assert saved[2]["place_label"] == 'The "Globe", High Street'
    assert "=1+1" not in file.read_text()


def test_what_places_are_called_is_never_run(opened: Open) -> None:
    given = rows()
    for row, text in zip(given, INJECTIONS, strict=False):
        row["place_label"] = text
    with opened(given) as tab:
        elements = "document.querySelectorAll('script, iframe, img, svg').length"
        before = tab.value("document.querySelectorAll('script, iframe, img').length")
        for at, text in enumerate(INJECTIONS):
            tab.value(
                f"document.querySelectorAll('#search')[0].value = {json.dumps(text)}"
            )
            tab.value(
                "document.getElementById('search')"
                ".dispatchEvent(new Event('input', { bubbles: true }))"
            )
            tab.click("#top button")
            assert text in tab.value(PANEL), at
            tab.press("Escape")
        assert tab.value(elements) > 0
        after = tab.value("document.querySelectorAll('script, iframe, img').length")
        assert after == before
        opened_by_them = [
            e for e in tab.events if e["method"] == "Page.javascriptDialogOpening"
        ]
        assert opened_by_them == []


def test_a_printed_page_is_a_pdf_of_map_and_profile(opened: Open) -> None:
    with opened() as tab:
        tab.click("#top button")
        assert tab.printed().startswith(b"%PDF-")


def test_the_axe_is_that_of_the_package() -> None:
    package = tomllib.loads((AXE / "vendor.toml").read_text())["axe-core"]
    listed = {name: file["sha256"] for name, file in package["files"].items()}
    held = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in AXE.iterdir()
        if file.name != "vendor.toml"
    }
    assert held == listed


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("profile", [False, True])
def test_axe_finds_nothing_serious(opened: Open, width: int, profile: bool) -> None:
    with opened() as tab:
        tab.resize(width, 820)
        if profile:
            tab.click("#top button")
        tab.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
        assert tab.value(SERIOUS) == []
        assert tab.value("document.documentElement.scrollWidth") <= width
