"""`map.html`: the scores of the newest twelve as-of months, as a page.

Where one page would be too heavy to open, `map.html` leads to a page for each force.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from transforms.groups import ALL_CRIME, GROUPS
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.publications.map import render, render_index
from transforms.publications.map_facts import (
    ForceFact,
    GroupFact,
    HotspotFact,
    MapFacts,
)
from transforms.publications.map_history import as_ofs, pasts, ranked
from transforms.publications.map_rows import mapped


WHOLE_GROUPS = (ALL_CRIME, "serious-violence-proxy")
# A row takes about 20 bytes of the page, and a page shall not pass 5 MB.
MOST_ROWS = 200_000


def write_map(edition: Edition, path: Path) -> None:
    """Write the page or pages: they open from a file, with no server or network."""
    layers = edition.layers
    rows = mapped(edition.cells, WHOLE_GROUPS, layers.names)
    if rows.num_rows <= MOST_ROWS:
        facts = _facts(edition, edition.forces, rows)
        past = pasts(edition.scored, edition.as_of)
        text = render(rows, past, facts, layers.ground(rows))
        path.write_text(text, encoding="utf-8")
        return
    pages = {}
    for force in edition.scored:
        page = path.with_name(f"{path.stem}-{force.force.id}{path.suffix}")
        pages[force.force.id] = page.name
        mine = rows.filter(pc.equal(rows["force"], force.force.id))
        facts = _facts(edition, [force], mine, path.name)
        past = pasts([force], edition.as_of)
        text = render(mine, past, facts, layers.ground(mine))
        page.write_text(text, encoding="utf-8")
    facts = _facts(edition, edition.forces, rows.slice(0, 0))
    path.write_text(render_index(facts, pages), encoding="utf-8")


def _facts(
    edition: Edition,
    forces: Sequence[ForceEdition],
    rows: pa.Table,
    index: str | None = None,
) -> MapFacts:
    return MapFacts(
        edition.run_id,
        as_ofs(edition.as_of),
        _groups(),
        edition.attribution,
        edition.method.LABEL,
        edition.excluded_in_words,
        tuple(_force(edition, force) for force in forces),
        _hotspots(edition.hotspots, rows),
        forces[0].force.name if index else "Hot spots",
        index,
        edition.layers.names,
        edition.layers.note(edition.as_of.year),
    )


def _groups() -> tuple[GroupFact, ...]:
    return tuple(
        GroupFact(
            group.slug,
            group.label,
            group.note,
            group.slug in WHOLE_GROUPS,
            len(group.categories) == 1,
        )
        for group in GROUPS.values()
    )


def _force(edition: Edition, force: ForceEdition) -> ForceFact:
    as_of = edition.as_of
    return ForceFact(
        force.force.id,
        force.force.name,
        force.universe_cells,
        force.supplied(as_of, 12),
        force.newest_month(as_of),
        force.unscored,
        force.supplied(as_of + -12, 12),
        tuple(bool(force.supplied(as_of + -back, 1)) for back in range(11, -1, -1)),
        ranked(force, as_of),
    )


def _hotspots(named: pa.Table, rows: pa.Table) -> tuple[HotspotFact, ...]:
    """Those that a page's rows are part of, in the order of their ids."""
    shown = pc.is_in(named["hotspot_id"], value_set=rows["hotspot_id"].unique())
    spots = named.filter(shown).sort_by("hotspot_id")
    ids, names = spots["hotspot_id"].to_pylist(), spots["name"].to_pylist()
    return tuple(HotspotFact(*pair) for pair in zip(ids, names, strict=True))
