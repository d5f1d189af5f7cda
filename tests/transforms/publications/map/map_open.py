"""What a test asks of an open map, and how it goes about in it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from tests.transforms.publications.map.browser import Tab, until
from tests.transforms.publications.map.map_page import (
    CENTRES,
    cells_of,
    facts,
    pasts,
    table,
)
from transforms.publications.map.page import render, render_index


ALL_CELLS = "#force=all&show=cells"
CLOSED = "!document.getElementById('panel').classList.contains('open')"
STATUS = "document.getElementById('status').textContent"
PANEL = "document.getElementById('panel').innerText"
LISTED = "[...document.querySelectorAll('#top button')].map((one) => one.innerText)"
SCALE = "document.querySelector('.leaflet-control-scale-line').textContent"
FOCUSED = "document.activeElement.id || document.activeElement.dataset.cell"

Open = Callable[..., AbstractContextManager[Tab]]


def focus(tab: Tab, name: str) -> None:
    """Go to the control of that id by the Tab key alone."""
    focus_on(tab, f"#{name}")


def focus_on(tab: Tab, selector: str) -> None:
    """Go to the first such control by the Tab key alone."""
    there = f"document.activeElement === document.querySelector({json.dumps(selector)})"
    tab.value("document.activeElement.blur()")
    for _ in range(60):
        tab.press("Tab")
        if tab.value(there):
            return
    raise AssertionError(f"the Tab key never came to {selector}")


def told_of_printing() -> str:
    """Has the page say that it is printed: no test may hold a printer's window open."""
    return "window.print = () => { document.title = 'printing'; }"


def saved_in(tab: Tab, folder: Path, act: Callable[[], None]) -> Path:
    """The file that the page saves when that is done."""
    downloads = folder / "downloads"
    where = {"behavior": "allow", "downloadPath": str(downloads)}
    tab.call("Browser.setDownloadBehavior", **where, **tab.own)
    act()
    until(lambda: [*downloads.glob("*.csv")])
    [file] = downloads.iterdir()
    return file


def written_index(folder: Path) -> list[Path]:
    """An index, and the page of each force to which it leads."""
    pages = {force: f"map-{force}.html" for force in CENTRES}
    index = folder / "map.html"
    index.write_text(render_index(facts(), pages), encoding="utf-8")
    for force, name in pages.items():
        cells = table(cells_of(force))
        one = replace(facts(), links=((index.name, "All forces"),))
        (folder / name).write_text(render(cells, pasts(cells), one), encoding="utf-8")
    return [index, *(folder / name for name in pages.values())]
