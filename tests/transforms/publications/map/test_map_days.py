"""The page of a day: what is new and what left, hours, and each number of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pytest

from tests.transforms.day_publications.test_hotspot_changes import (
    AS_OFS,
    RECORDS,
    both,
    edition,
)
from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import LISTED, PANEL, STATUS, focus
from tests.transforms.publications.map.map_page import unpacked
from tests.transforms.publications.map.test_map_browser import AXE, SERIOUS
from tests.transforms.publications.map.test_map_spots import SET
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.formats.registry import FORMATS
from transforms.reference.groups import GROUPS


__all__ = ("both", "edition")  # fixtures
LEFT = "[...document.querySelectorAll('#left-spots button')].map((b) => b.innerText)"
GROUP = "anti-social-behaviour"


@pytest.fixture(scope="module")
def page(edition: DayEdition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("days") / "map.html"
    FORMATS["map.html"].write(edition, path)
    return path


@pytest.fixture
def tab(page: Path) -> Iterator[browser.Tab]:
    with browser.opened(page, f"#group={GROUP}") as tab:
        yield tab
        assert tab.complaints() == []
        assert tab.requests() == [page.as_uri()]


def changes(edition: DayEdition, kind: str) -> list[dict[str, Any]]:
    rows = edition.hotspot_changes.to_pylist()
    return [r for r in rows if r["crime_group"] == GROUP and r["change"] == kind]


def spots_of(edition: DayEdition) -> list[dict[str, Any]]:
    rows = edition.hotspots
    mine = (pc.field("crime_group") == GROUP) & (pc.field("horizon_days") == 1)
    return list(rows.filter(mine).to_pylist())


def test_each_day_of_a_cell_is_counted(page: Path, edition: DayEdition) -> None:
    data = unpacked(page.read_text())
    days, cells = data["months"], data["columns"]["cell_id"]
    slow: Counter[tuple[str, str, str]] = Counter()
    for row in RECORDS.reveal().to_pylist():
        began = row["occurred_from"].replace(tzinfo=UTC)
        day = began.astimezone(ZoneInfo("Europe/London")).date().isoformat()
        for slug, group in GROUPS.items():
            if row["category"] in group.categories:
                slow[slug, f"{row['h3_r10']:x}", day] += 1
    for group, _, start, stop in data["blocks"]:
        slug = data["groups"][group]["slug"]
        for row in range(start, stop):
            cell = cells[data["columns"]["cell"][row]]
            for at, day in enumerate(days):
                shown = data["columns"][f"n.{at}"][row]
                assert shown is None or shown == slow[slug, cell, day]
                assert shown is not None or at < len(days) - len(data["as_ofs"])


def test_ranks_of_the_day_before_are_those_of_the_table(
    page: Path, edition: DayEdition
) -> None:
    data = unpacked(page.read_text())
    before = data["as_ofs"].index(str(AS_OFS[0]))
    ranks = dict(
        zip(
            [spot["id"] for spot in data["hotspots"]],
            data["columns"][f"spot_rank.{before}"],
            strict=True,
        )
    )
    rows = edition.hotspot_changes.to_pylist()
    assert {r["hotspot_id"]: r["previous_rank"] for r in rows} == ranks
    assert {s["id"]: s["name"] for s in data["hotspots"]} == {
        r["hotspot_id"]: r["name"] for r in rows
    }


def test_each_hour_is_that_of_the_published_tables(
    page: Path, edition: DayEdition
) -> None:
    data = unpacked(page.read_text())
    tables = {
        "spot": ("hotspot_id", [spot["id"] for spot in data["hotspots"]]),
        "group": ("crime_group", [group["slug"] for group in data["groups"]]),
    }
    published = {
        "spot": edition.tables.hotspot_hours,
        "group": edition.tables.weekday_hours,
    }
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    for kind, (key, names) in tables.items():
        shown = data["columns"][f"{kind}_hours"]
        for row in published[kind].to_pylist():
            day = [*weekdays, "Sunday"].index(row["weekday"])
            at = names.index(row[key]) * 168 + day * 24 + row["hour"]
            assert shown[at] == int(row["incidents"] * 100 + 0.5)
        total = sum(published[kind]["incidents"].to_pylist())
        assert sum(n or 0 for n in shown) == pytest.approx(total * 100, abs=len(shown))


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_new_and_left_are_marked_on_the_map_and_in_the_list(
    tab: browser.Tab, edition: DayEdition
) -> None:
    new, gone = changes(edition, "new"), changes(edition, "gone")
    assert new and gone
    words = f"{len(new)} new (+), {len(gone)} left (−) since {AS_OFS[0].in_words}."
    tab.value("document.querySelector('.leaflet-control-zoom-out').click()")
    browser.until(lambda: words in tab.value(STATUS))
    for kind, rows in {"new": new, "left": gone}.items():
        drawn = f"document.querySelectorAll('#map .spot-change.{kind}').length"
        assert tab.value(drawn) == len(rows)
        legend = f"document.querySelectorAll('#bands .spot-change.{kind}').length"
        assert tab.value(legend) == 1
    listed = tab.value(LISTED)
    for row in new:
        assert "+ new" in listed[row["hotspot_rank"] - 1]
    left = tab.value(LEFT)
    assert len(left) == len(gone)
    for row in gone:
        named = row["name"] or row["top_cell"]
        assert any(
            named in text and f"was no. {row['previous_rank']}" in text for text in left
        )
    tab.click("#left-spots button")
    said = tab.value(PANEL)
    assert "It was no hot spot with data up to" in said
    assert f"then it was no. {gone[0]['previous_rank']}" in said
    # the slider at the day before: nothing to compare that day with
    tab.press("Escape")
    tab.value(SET.format("as-of", 0, "input"))
    assert tab.value("document.getElementById('left').hidden") is True


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_hot_spots_are_ranked_by_day_and_by_night(
    tab: browser.Tab, edition: DayEdition
) -> None:
    spots = spots_of(edition)
    for when in ("day", "night"):
        tab.value(SET.format("when", when, "change"))
        name = f"incidents_{when}_365d"
        order = sorted(spots, key=lambda s: (-round(s[name], 1), s["hotspot_rank"]))
        listed = tab.value(LISTED)
        for spot, text in zip(order, listed, strict=False):
            assert f"{spot[name]:,.1f}" in text
            assert f"no. {spot['hotspot_rank']} by incidents expected" in text


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_a_hot_spot_says_when_it_happens(tab: browser.Tab, edition: DayEdition) -> None:
    tab.click("#top button")
    said = tab.value(PANEL)
    first = spots_of(edition)[0]
    assert "When it happens" in said
    if first["busiest_from"] is not None:
        start, end = first["busiest_from"], (first["busiest_from"] + 4) % 24
        assert f"{start:02}:00 to {end:02}:00" in said
        assert f"Busiest weekday: {first['busiest_weekday']}" in said
    assert f"{first['incidents_day_365d']:,.1f} by day (07:00 to 19:00)" in said
    assert f"{first['incidents_night_365d']:,.1f} by night (19:00 to 07:00)" in said
    number = f"{edition.tables.with_hours_365d:,}"
    assert f"{number} of the force’s {edition.tables.records_365d:,} records" in said
    last = "[...document.querySelectorAll('#panel .hours tr:last-child td')].at(-1)"
    total = first["incidents_day_365d"] + first["incidents_night_365d"]
    assert tab.value(f"{last}.textContent") == f"{total:,.1f}"


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_the_new_controls_are_reached_by_keyboard(tab: browser.Tab) -> None:
    focus(tab, "when")
    focus(tab, "left-title")
    focus(tab, "hours-title")
    tab.press("Enter")
    body = tab.value("document.getElementById('hours-body').innerText")
    assert "in the whole force" in tab.value(
        "document.getElementById('hours-title').textContent"
    )
    assert "by day (07:00 to 19:00)" in body


@pytest.mark.system
@browser.SKIPPED_WITHOUT
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(tab: browser.Tab, width: int) -> None:
    tab.resize(width, 844)
    tab.value("document.getElementById('hours').open = true")
    tab.value((AXE / "axe.min.js").read_text(encoding="utf-8") + ";0")
    assert tab.value(SERIOUS) == []
    tab.click("#top button")
    tab.value("document.querySelector('#panel details').open = true")
    assert tab.value(SERIOUS) == []
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert tab.value(wide)


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_without_hours_the_page_says_so(edition: DayEdition, tmp_path: Path) -> None:
    of = edition.tables
    silent = replace(
        of,
        with_hours_365d=0,
        hotspot_hours=of.hotspot_hours.slice(0, 0),
        weekday_hours=of.weekday_hours.slice(0, 0),
        day_and_night=of.day_and_night.slice(0, 0),
    )
    path = tmp_path / "map.html"
    FORMATS["map.html"].write(replace(edition, tables=silent), path)
    with browser.opened(path) as tab:
        assert tab.value("document.getElementById('when').parentElement.hidden")
        tab.click("#top button")
        assert "Not known: none of the force’s" in tab.value(PANEL)
        assert tab.value("document.querySelectorAll('.chart .hour').length") == 0
        assert tab.complaints() == []
