"""`areas-<force>.pdf`: a tagged page for each of the user's own areas, as of beats."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.apart import write_apart
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import groups_shown
from transforms.publications.formats.area_map import draw_area
from transforms.publications.formats.briefing_page import footer, set_pages
from transforms.publications.layers.open_ground import ATTRIBUTION
from transforms.reference.groups import ALL_CRIME, GROUPS


if TYPE_CHECKING:  # it imports GeoPandas
    from transforms.publications.layers.areas import AreaLayer

MOST_PAGES = 60  # of a force: a page takes a third of a second
TOP_PLACES = 10
_Row = dict[str, Any]
_Key = tuple[str, str]  # layer, area


def write_area_briefings(edition: MonthEdition, path: Path) -> None:
    """Pages for each scored force, in place of the `*` of the path."""
    areas = edition.areas
    of_all = areas.filter(pc.equal(areas["crime_group"].cast(pa.string()), ALL_CRIME))
    forces = _forces_of(of_all.to_pylist())
    writes = {
        path.name.replace("*", f.force.id): partial(_write, edition, f, forces)
        for f in edition.scored
        if f.force.id in forces.values()
    }
    write_apart(path.parent, writes, edition.left_out)


def _forces_of(rows: list[_Row]) -> dict[_Key, str]:
    """The force whose pages each area is among: that with most of its cells.

    Else an area on a border would take up a page of each force's sixty. Of forces with
    as many cells, the first by id.
    """
    found: dict[_Key, str] = {}
    for row in sorted(rows, key=lambda row: (-row["cells"], row["force"])):
        found.setdefault(_key(row), row["force"])
    return found


def _key(row: _Row) -> _Key:
    return row["layer"], row["area"]


def _write(
    edition: MonthEdition, force: ForceEdition, forces: dict[_Key, str], file: Path
) -> None:
    mine = [
        row
        for row in edition.areas.filter(_is_of(edition.areas, force)).to_pylist()
        if row["crime_group"] in groups_shown(edition)
    ]
    reached = [row for row in mine if row["crime_group"] == ALL_CRIME]
    first = [row for row in reached if forces[_key(row)] == force.force.id]
    order = sorted(first, key=lambda row: (-row["expected"], *_key(row)))
    kept = sorted(map(_key, order[:MOST_PAGES]))
    cells = edition.cells.filter(
        pc.and_(
            _is_of(edition.cells, force),
            pc.equal(edition.cells["crime_group"].cast(pa.string()), ALL_CRIME),
        )
    )
    within = {layer.name: layer.containing(cells) for layer in edition.layers.areas}
    layers = {layer.name: layer for layer in edition.layers.areas}
    pages, pictures = [], {}
    for at, (name, area) in enumerate(kept):
        held = [area in within[name][c] for c in cells["h3_cell"].to_pylist()]
        rows = [row for row in mine if _key(row) == (name, area)]
        page = _Page(edition, force, layers[name], area, cells, held)
        picture = f"map-{at}.svg"
        pictures[picture] = page.picture()
        pages.append(page.words(rows) | {"map": picture})
    words = _shared(edition, force, len(first), len(reached)) | {"pages": pages}
    set_pages(edition, "areas", pictures, words, file)


def _is_of(rows: pa.Table, force: ForceEdition) -> pa.ChunkedArray:
    return pc.equal(rows["force"].cast(pa.string()), force.force.id)


class _Page:
    """The page of one area: its highest places, drawn and listed."""

    def __init__(
        self,
        edition: MonthEdition,
        force: ForceEdition,
        layer: "AreaLayer",
        area: str,
        cells: pa.Table,
        held: list[bool],
    ) -> None:
        self.edition, self.force, self.layer, self.area = edition, force, layer, area
        self.cells, self.inside = cells, cells.filter(pa.array(held))
        ranked = self.inside.sort_by("score_rank").slice(0, TOP_PLACES).to_pylist()
        self.places = [row | {"hotspot_rank": at} for at, row in enumerate(ranked, 1)]

    def picture(self) -> bytes:
        outline = self.layer.outline(self.area)
        return draw_area(self.cells, self.inside, self.places, outline)

    def words(self, rows: list[_Row]) -> _Row:
        layer = self.layer.name.replace("_", " ")
        places = ", ".join(f"{p['hotspot_rank']} {_named(p)}" for p in self.places)
        return {
            "title": f"{self.area} ({layer})",
            "subtitle": (
                f"{self.force.force.name}. Counts to the end of"
                f" {self.edition.as_of.in_words}. Expected: how many incidents the next"
                " month is likely to bring."
            ),
            "map_alt": f"Map of the highest cells of all crime, with places {places}",
            "places": [
                [
                    str(p["hotspot_rank"]),
                    _named(p),
                    f"{p['score']:.1f}",
                    f"{p['score_lo']} to {p['score_hi']}",
                    _count(p["n_12m"]),
                    f"{p['score_rank']:,}",
                ]
                for p in self.places
            ],
            "groups": [self._group(slug, rows) for slug in groups_shown(self.edition)],
        }

    def _group(self, slug: str, rows: list[_Row]) -> list[str]:
        labels = {g.slug: g.label for g in (*GROUPS.values(), *self.edition.own)}
        found = [row for row in rows if row["crime_group"] == slug]
        if not found:
            return [labels[slug], "–", "–", "–", "–", "–", "no cell published"]
        [row] = found
        counts = [_count(row[name]) for name in ("n_3m", "n_12m", "n_prev_12m")]
        spots = str(row["hotspots"])
        highest = str(row["place_label"] or row["top_cell"])
        return [labels[slug], f"{row['expected']:.1f}", *counts, spots, highest]


def _named(cell: _Row) -> str:
    return str(cell["place_label"] or cell["h3_cell"])


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _shared(
    edition: MonthEdition, force: ForceEdition, areas: int, reached: int
) -> _Row:
    """What is the same on each page."""
    elsewhere = (
        f" {reached - areas:,} more reach into this force; their pages are with the"
        " force that has most of their cells."
        if reached > areas
        else ""
    )
    left_out = (
        f" Only the {MOST_PAGES} of {areas:,} areas with most expected have a page."
        if areas > MOST_PAGES
        else ""
    )
    return {
        "title": f"Areas: {force.force.name}",
        "map_note": (
            "Red: the area. Cells of about 0.1 km² by what is expected of all crime:"
            " the darkest, outlined, are the top 1 % of the force, then 2, 5 and 20 %."
            " Numbers as in the list; one that had to move has a line to its place. A"
            f" cell is of the area if its centre is in it. {ATTRIBUTION}"
        ),
        "places_title": "Highest places, all crime",
        "places_header": [
            "no.", "around", "expected", "likely range", "last 12 m", "rank in force",
        ],
        "groups_title": "Crime groups",
        "groups_header": [
            "group", "expected", "last 3 m", "last 12 m", "12 m before", "hot spots",
            "highest place",
        ],
        "groups_note": (
            "Sums of its cells; a sum of expectations has no likely range here. Months"
            " that were not supplied are not counted. A hot spot that reaches into two"
            f" areas counts in both. All groups: areas.csv.{left_out}{elsewhere}"
        ),
        "footer": footer(edition),
    }  # fmt: skip
