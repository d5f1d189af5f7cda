"""The parts of an edition's forces put together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from transforms.publications.edition.force_part import ForcePart
from transforms.publications.edition.hotspot_past import LISTED, hotspot_ranks
from transforms.publications.edition.hotspots import NAMES
from transforms.publications.formulas import withhold_code
from transforms.publications.schemas import PUBLISHED


@dataclass(frozen=True)
class Parts:
    """The cells of all forces, and what their incidents and as-ofs say besides."""

    cells: pa.Table  # one row per cell and crime group
    names: pa.Table  # of the hot spots
    ranks: pa.Table  # of all hot spots at each as-of
    parts: Mapping[str, ForcePart]  # by force, without what is in the tables above


def together(parts: Mapping[str, ForcePart]) -> Parts:
    """Those forces' parts as one."""
    every = parts.values()
    cells = [PUBLISHED.empty_table(), *(part.cells for part in every)]
    names = [NAMES.empty_table(), *(part.names for part in every)]
    listed = [LISTED.empty_table(), *(part.history.listed for part in every)]
    order = [(key, "ascending") for key in ("h3_cell", "force", "crime_group")]
    return Parts(
        withhold_code(pa.concat_tables(cells)).sort_by(order),
        pa.concat_tables(names),
        hotspot_ranks(pa.concat_tables(listed)),
        {force: _rest(part) for force, part in parts.items()},
    )


def _rest(part: ForcePart) -> ForcePart:
    """A part without the rows that are in the tables of all forces."""
    return replace(
        part,
        cells=PUBLISHED.empty_table(),
        names=NAMES.empty_table(),
        history=replace(part.history, listed=LISTED.empty_table()),
    )
