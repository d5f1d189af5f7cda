"""What one force adds to an edition: all that its incidents and its as-ofs say.

Made of that force alone, and small beside what is read for it, so that forces can be
made one after another, or by several machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.data_files import read_files
from transforms.lake.schemas import SLUG, conform
from transforms.lake.tables import TABLES
from transforms.publications.edition.cells import PLACE_WINDOW_MONTHS, force_cells
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.force_history import ForceHistory, force_history
from transforms.publications.edition.hotspot_past import hotspot_counts
from transforms.publications.edition.hotspots import hotspot_names
from transforms.publications.edition.place_labels import PlaceLabel, place_labels
from transforms.publications.edition.reconciliation import Account, account
from transforms.reference.months import Month, window


COUNTED_MONTHS = 24  # so that each as-of month has the same one of the year before
COUNTS = pa.schema(
    {"h3_cell": pa.int64(), "month": SLUG, "category": SLUG, "incidents": pa.int32()}
)


@dataclass(frozen=True)
class ForcePart:
    """One scored force's part of an edition."""

    cells: pa.Table  # one row per cell and crime group
    names: pa.Table  # of its hot spots
    months: pa.Table  # those of its hot spots
    account: Account
    removed: Sequence[dict[str, Any]]  # what each exclusion left out
    counts: pa.Table  # of the newest months, with the columns of COUNTS
    labels: Sequence[PlaceLabel]  # of streets and venues, for the map
    history: ForceHistory


def force_part(force: ForceEdition, as_of: Month) -> ForcePart:
    """That force's part: its incidents are read once, and so is each as-of."""
    rows = read_files([force.scores] if force.scores else [], TABLES["scores"])
    incidents = force.read_incidents()
    counted = force.counted_incidents(incidents)
    span = force.counted_span(as_of, PLACE_WINDOW_MONTHS)
    return ForcePart(
        cells=force_cells(force, as_of, rows, incidents),
        names=hotspot_names(force, as_of, rows, incidents.kept),
        months=hotspot_counts(force, as_of, rows, incidents.kept),
        account=account(force, as_of, incidents, counted),
        removed=force.removed(incidents, as_of),
        counts=_recent(counted, as_of),
        labels=place_labels(force, span, incidents.kept),
        history=force_history(force, as_of, rows),
    )


def _recent(counted: pa.Table, as_of: Month) -> pa.Table:
    """The newest months of what was counted, as small as those of a nation must be."""
    first = str(window(as_of, COUNTED_MONTHS)[0])
    mine = pc.and_(
        pc.greater_equal(counted["period"], first),
        pc.less_equal(counted["period"], str(as_of)),
    )
    rows = counted.select(["h3_cell", "period", "category", "incidents"]).filter(mine)
    return conform(rows.rename_columns(COUNTS.names), COUNTS)
