"""The tables of a public tier: all that was published before, and what is new."""

from collections.abc import Collection, Sequence
from math import ceil

import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.lake.data_files import read_files
from transforms.lake.tables import TABLES
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.public.bands import public_bands
from transforms.publications.public.gate import frozen
from transforms.publications.public.open_tables import PublicTables
from transforms.publications.public.periods import (
    PUBLIC_GROUPS,
    public_quarters,
    quarter_counts,
)
from transforms.publications.public.releases import Out
from transforms.publications.public.search_gate import frozen_searches
from transforms.publications.public.searches import public_searches
from transforms.publications.public.share_gate import frozen_accuracy
from transforms.publications.public.shares import AREA_SHARE, public_accuracy
from transforms.publications.public.table import public_parents, public_table
from transforms.publications.schemas import (
    PUBLIC_ACCURACY,
    PUBLIC_BANDS,
    PUBLIC_CELLS,
    PUBLIC_SEARCHES,
)
from transforms.reference.arrays import Cells
from transforms.reference.coverage import supplied_periods
from transforms.reference.months import Month
from transforms.scores.panel import count_cells, universe_of


_SEARCHED = ("crime_group", "h3_cell", "score_rank", "universe_cells")


def public_tables(
    edition: MonthEdition,
    settings: DisclosureSettings,
    earlier: Sequence[Out],
    withheld: Collection[tuple[str, str]],
) -> PublicTables:
    """Everything that was published before, unchanged, and what is new."""
    parts = [
        _force_tables(force, edition.as_of, settings, withheld)
        for force in edition.scored
    ]
    new = pa.concat_tables([PUBLIC_CELLS.empty_table(), *(p[0] for p in parts)])
    shares = pa.concat_tables([PUBLIC_ACCURACY.empty_table(), *(p[1] for p in parts)])
    before = [out.release for out in earlier]
    cells = frozen(new, before)
    counted = pa.concat_tables(
        [PUBLIC_CELLS.empty_table(), *(release.cells for release in before)]
    )
    accuracy = frozen_accuracy(shares, counted, [r.accuracy for r in before])
    bands = [_bands(force, edition.as_of, cells, earlier) for force in edition.scored]
    searches = pa.concat_tables(
        [PUBLIC_SEARCHES.empty_table(), *(part[2] for part in parts)]
    )
    return PublicTables(
        cells,
        pa.concat_tables([PUBLIC_BANDS.empty_table(), *bands]),
        accuracy,
        settings,
        frozen_searches(searches, counted, [r.searches for r in before]),
    )


def _bands(
    force: ForceEdition, as_of: Month, cells: pa.Table, earlier: Sequence[Out]
) -> pa.Table:
    """The bands of a force's newest quarter: as first published, if they were."""
    mine = cells.filter(pc.equal(cells["force"], force.force.id))
    newest = pc.max(mine["period"]).as_py() or ""
    for out in earlier:
        rows = out.bands
        before = rows.filter(
            pc.and_(
                pc.equal(rows["force"], force.force.id),
                pc.equal(rows["period"], newest),
            )
        )
        if len(before):
            return before
    scores = read_files([force.scores] if force.scores else [], TABLES["scores"])
    return public_bands(
        mine.filter(pc.equal(mine["period"], newest)), scores, str(as_of)
    )


def _force_tables(
    force: ForceEdition,
    as_of: Month,
    settings: DisclosureSettings,
    withheld: Collection[tuple[str, str]],
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """A force's quarters: public cells, shares of crime found, and searches."""
    known = [m for m in supplied_periods(force.months) if m <= as_of]
    quarters = [
        quarter
        for quarter in public_quarters(known, as_of, settings.lag_months)
        if (force.force.id, str(quarter)) not in withheld
    ]
    counted = count_cells(force.read_incidents().kept, force.resolution, force.harm)
    listed = public_parents(universe_of(counted, as_of, force.resolution))
    counts = quarter_counts(counted, quarters)
    periods = [str(quarter) for quarter in quarters]
    table = public_table(force.force.id, counts, listed, periods, settings)
    shares = public_accuracy(
        force.force.id, table, counted, _searched(force), quarters, settings
    )
    of_stops = (
        public_searches(force.force.id, force.stops, quarters, settings)
        if force.stops
        else PUBLIC_SEARCHES.empty_table()
    )
    return table, shares, of_stops


def _searched(force: ForceEdition) -> dict[tuple[str, str], Cells]:
    """The cells searched in each month: those ranked highest a month before."""
    searched = {}
    for file in force.history:
        scores = read_files([file], TABLES["scores"], _SEARCHED)
        outcome = str(Month.parse(file.partition["as_of"]) + 1)
        for group in PUBLIC_GROUPS:
            mine = scores.filter(
                pc.equal(scores["crime_group"].cast(pa.string()), group)
            )
            if len(mine):
                most = ceil(AREA_SHARE * mine["universe_cells"][0].as_py())
                top = mine.filter(pc.less_equal(mine["score_rank"], most))
                searched[group, outcome] = top["h3_cell"].to_numpy()
    return searched
