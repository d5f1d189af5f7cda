"""The briefing of a day: one tagged page that says what its tables say."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.transforms.day_publications.test_hotspot_changes import both, edition
from tests.transforms.publications.formats.test_briefing import needs_poppler, printed
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.day_hotspots import HOURS
from transforms.publications.formats.briefing import write_briefings


__all__ = ("both", "edition")  # fixtures


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[DayEdition], str]:
    """What a page says, in reading order and with single spaces."""

    def words(edition: DayEdition) -> str:
        folder = tmp_path_factory.mktemp("briefing")
        write_briefings(edition, folder / "briefing-*.pdf")
        page = folder / "briefing-kent.pdf"
        assert "Pages:           1\n" in printed("pdfinfo", page)
        return re.sub(r"\s+", " ", printed("pdftotext", page, "-"))

    return words


@pytest.fixture(scope="module")
def timed(edition: DayEdition) -> DayEdition:
    """The edition with hours by day and night that rank differently."""
    hours = edition.tables.day_and_night
    for name, step in (("incidents_day_365d", 5), ("incidents_night_365d", 7)):
        at = hours.schema.get_field_index(name)
        counts = pa.array([float(i * step % 11) for i in range(len(hours))])
        hours = hours.set_column(at, hours.schema.field(at), counts)
    return replace(edition, tables=replace(edition.tables, day_and_night=hours))


def spots_of(edition: DayEdition) -> list[dict[str, Any]]:
    rows = edition.hotspots
    mine = pc.and_(
        pc.equal(rows["crime_group"], "all-crime"), pc.equal(rows["horizon_days"], 1)
    )
    return list(rows.filter(mine).to_pylist())


@needs_poppler
def test_it_lists_streets_day_night_and_changes(
    timed: DayEdition, read: Callable[[DayEdition], str]
) -> None:
    page = read(timed)
    assert f"Hot spots of {(timed.as_of + 1).in_words}: Kent Police" in page
    assert timed.run_id in page
    spots = spots_of(timed)
    for spot in spots[:12]:
        assert spot["name"] in page
        assert f"{spot['expected']:.2f}" in page
    for name, title in {
        "incidents_day_365d": "By day,",
        "incidents_night_365d": "By night,",
    }.items():
        [first, *_] = sorted(spots, key=lambda s: (-s[name], s["hotspot_rank"]))
        listed = re.search(
            r"\(no. (\d+)\): (\d+) of (\d+) with", page.partition(title)[2]
        )
        assert listed is not None
        assert [int(n) for n in listed.groups()] == [
            first["hotspot_rank"],
            round(first[name]),
            round(sum(first[column] for column in HOURS)),
        ]
    changes = [
        row["change"]
        for row in timed.hotspot_changes.to_pylist()
        if row["crime_group"] == "all-crime"
    ]
    new, gone = changes.count("new"), changes.count("gone")
    assert f"{new} of {len(spots)} hot spots are new, {gone} gone." in page


@needs_poppler
def test_it_says_what_is_not_known(
    edition: DayEdition, read: Callable[[DayEdition], str]
) -> None:
    hours = edition.tables.day_and_night.slice(0, 0)
    tables = replace(edition.tables, day_and_night=hours, hotspots_before=None)
    page = read(replace(edition, tables=tables))
    assert page.count("No hour of these incidents is known.") == 2
    assert "No earlier day to compare with." in page


@needs_poppler
def test_a_place_without_a_name_is_its_cell_and_no_name_is_markup(
    edition: DayEdition, read: Callable[[DayEdition], str]
) -> None:
    cells = edition.cells
    at = cells.schema.get_field_index("place_label")
    for label in (None, "#panic() *Street* @x $1$"):
        named = pa.array([label] * len(cells), pa.string())
        tables = replace(
            edition.tables,
            cells=cells.set_column(at, cells.schema.field(at), named),
            hotspot_names=edition.tables.hotspot_names.slice(0, 0),
        )
        page = read(replace(edition, tables=tables))
        assert (label or spots_of(edition)[0]["top_cell"]) in page


def test_the_same_edition_is_the_same_bytes(
    edition: DayEdition, tmp_path: Path
) -> None:
    made = []
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_briefings(edition, tmp_path / folder / "briefing-*.pdf")
        made.append((tmp_path / folder / "briefing-kent.pdf").read_bytes())
    assert made[0] == made[1]
