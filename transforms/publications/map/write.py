"""`map.html`: the scores of the newest twelve as-of months, as a page.

If one page would be too large to open, `map.html` links to a page for each force.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.apart import write_apart
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.selection import whole_or_top
from transforms.publications.formats.format import Writer
from transforms.publications.map.days import write_days
from transforms.publications.map.facts import (
    ForceFact,
    MapFacts,
    hotspot_facts,
    map_groups,
)
from transforms.publications.map.history import as_ofs, earlier, looks, months, ranked
from transforms.publications.map.labels import month_labels
from transforms.publications.map.page import render, render_index
from transforms.publications.map.rows import SCHEMA, mapped
from transforms.reference.groups import ALL_CRIME


WHOLE_GROUPS = (ALL_CRIME, "serious-violence-proxy")
# A row takes about 20 bytes of the page, and a page should stay below 5 MB.
MOST_ROWS = 200_000


def write_map(edition: Edition, path: Path) -> None:
    """Write the page or pages: they open from a file, with no server or network."""
    match edition:
        case MonthEdition():
            pages = {
                page: partial(write, edition)
                for page, write in map_pages(edition, path.name).items()
            }
            write_apart(path.parent, pages, edition.left_out)
        case DayEdition():
            write_days(edition, path, WHOLE_GROUPS)
        case _:
            raise TypeError(type(edition).__name__)


def map_pages(edition: MonthEdition, name: str) -> dict[str, Writer]:
    """What writes each page, by its name."""
    if whole_or_top(edition.cells, WHOLE_GROUPS).num_rows <= MOST_ROWS:
        return {name: partial(_write_page, edition.forces, None)}
    index = Path(name)
    pages = {
        force.force.id: f"{index.stem}-{force.force.id}{index.suffix}"
        for force in edition.scored
    }
    there = {
        force: page for force, page in pages.items() if page not in edition.left_out
    }
    writes: dict[str, Writer] = {
        pages[force.force.id]: partial(_write_page, [force], name)
        for force in edition.scored
    }
    return {**writes, name: partial(_write_index, there)}


def _write_index(there: Mapping[str, str], edition: MonthEdition, index: Path) -> None:
    facts = _facts(edition, edition.forces, SCHEMA.empty_table())
    index.write_text(render_index(facts, there), encoding="utf-8")


def _write_page(
    forces: Sequence[ForceEdition],
    index: str | None,
    edition: MonthEdition,
    page: Path,
) -> None:
    ids = pa.array([force.force.id for force in forces], edition.cells["force"].type)
    cells = edition.cells.filter(pc.is_in(edition.cells["force"], value_set=ids))
    mine = mapped(cells, WHOLE_GROUPS, edition.layers.names)
    facts = _facts(edition, forces, mine, index)
    before = earlier(edition, forces)
    labels = month_labels(edition, [f.force.id for f in forces], mine)
    ground = edition.layers.ground(mine)
    text = render(mine, before, facts, ground, labels=labels)
    page.write_text(text, encoding="utf-8")


def _facts(
    edition: MonthEdition,
    forces: Sequence[ForceEdition],
    rows: pa.Table,
    index: str | None = None,
) -> MapFacts:
    return MapFacts(
        run_id=edition.run_id,
        as_ofs=as_ofs(edition.as_of),
        months=months(edition.as_of),
        groups=map_groups(WHOLE_GROUPS),
        attribution=edition.attribution,
        method=edition.method.LABEL,
        excluded=edition.excluded_in_words,
        forces=tuple(_force(edition, force) for force in forces),
        hotspots=hotspot_facts(edition.hotspots, rows),
        title=forces[0].force.name if index else "Hot spots",
        links=((index, "All forces"),)
        if index and index not in edition.left_out
        else (),
        areas=edition.layers.names,
        filters=edition.layers.names,
        ground_note=edition.layers.note(edition.as_of.year),
    )


def _force(edition: MonthEdition, force: ForceEdition) -> ForceFact:
    as_of = edition.as_of
    renewed = force.crossed(as_of, 24)
    return ForceFact(
        force=force.force.id,
        name=force.force.name,
        universe_cells=force.universe_cells,
        months_12m=force.counted(as_of, 12),
        newest_month=force.newest_month(as_of),
        note=force.unscored,
        months_prev_12m=force.counted(as_of, 24) - force.counted(as_of, 12),
        looks=looks(force, as_of),
        ranked=ranked(edition, force),
        renewed=None if renewed is None else str(renewed),
    )
