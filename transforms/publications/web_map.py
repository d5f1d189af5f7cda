"""`map.html`: the newest scores of one crime group, as a page."""

from pathlib import Path

import pyarrow.compute as pc

from transforms.groups import ALL_CRIME, GROUPS
from transforms.publications.edition import Edition
from transforms.publications.map import ForceFact, MapFacts, render


MAPPED_GROUP = ALL_CRIME


def write_map(edition: Edition, path: Path) -> None:
    """Write the page: it opens from a file, with no server and no network."""
    rows = edition.cells
    mapped = rows.filter(pc.equal(rows["crime_group"], MAPPED_GROUP))
    facts = MapFacts(
        edition.run_id,
        str(edition.as_of),
        MAPPED_GROUP,
        GROUPS[MAPPED_GROUP].label,
        edition.attribution,
        edition.method.LABEL,
        edition.excluded_in_words,
        tuple(
            ForceFact(
                f.force.id,
                f.force.name,
                f.universe_cells,
                f.supplied(edition.as_of, 12),
                f.newest_month(edition.as_of),
                f.unscored,
                f.supplied(edition.as_of, 3),
                f.supplied(edition.as_of, 36),
                f.supplied(edition.as_of + -12, 12),
            )
            for f in edition.forces
        ),
    )
    path.write_text(render(mapped, facts), encoding="utf-8")
