"""How well the scores did, for everyone: a share too coarse to reveal a count.

Each month the cells ranked highest by the previous month's score are searched, 1 % of
the universe. What a quarter's three searches found, of all that happened, is published
as a multiple of 5 %, once, with the counts of that quarter.

**One figure.** The difference from a second share of the same incidents (of a rival, or
of 2 %) would reveal the incidents of the cells in which they differ, perhaps one.

**One time.** With the counts of its quarter, or never: comparing counts of one day with
a share of another would reveal what was revised in between.

**Coarse.** It is published only if one step is at least the minimum: even someone who
knows exactly how many incidents there were cannot work out the number found more
precisely than that.

**Room.** Cells with published counts that the search reached in part have at least
twice the minimum that it found, and twice the minimum that it did not. So whatever a
small count is, from 0 up to the minimum less one, searched or not, they can make up the
sum: a share reveals no more about a small count than the counts do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.periods import PUBLIC_GROUPS, Quarter
from transforms.publications.public.table import COARSE, FINE
from transforms.publications.schemas import PUBLIC_ACCURACY
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.groups import GROUPS


STEP_PERCENT = 5
AREA_SHARE = 0.01
Searched = Mapping[tuple[str, str], Cells]  # by group and outcome month
CellsByMonth = Mapping[str, Cells]


def public_accuracy(
    force: str,
    table: pa.Table,
    monthly: pa.Table,
    searched: Searched,
    quarters: Sequence[Quarter],
    settings: DisclosureSettings,
) -> pa.Table:
    """The shares of one force's quarters whose three months were all searched.

    `table` comes from `public_table`; `monthly` has `h3_cell`, `period` (a month),
    `category` and `incidents`, from the query cell_counts.
    """
    rows = []
    for group in PUBLIC_GROUPS:
        for quarter in quarters:
            months = [str(month) for month in quarter.months]
            if not all((group, month) in searched for month in months):
                continue
            search = _Search.of(
                _published(table, group, str(quarter)),
                {month: _counts(monthly, group, month) for month in months},
                {month: searched[group, month] for month in months},
            )
            percent = search.percent(settings.minimum_count)
            rows.append(
                {
                    "force": force,
                    "period": str(quarter),
                    "crime_group": group,
                    "area_share": AREA_SHARE,
                    "found_percent": percent,
                    "suppressed": percent is None,
                }
            )
    return pa.Table.from_pylist(rows, schema=PUBLIC_ACCURACY)


@dataclass(frozen=True)
class _Search:
    """The incidents that the three searches of a group and quarter found and missed."""

    found: int
    missed: int
    found_in_open: int  # of both, in cells with published counts, reached in part
    missed_in_open: int

    @classmethod
    def of(
        cls, table: pa.Table, counts: Mapping[str, pa.Table], searched: CellsByMonth
    ) -> Self:
        """From one published table, and the counts and searched cells of each month."""
        open_cells = _reached_in_part(table, searched)
        sums = np.zeros((2, 2), dtype=np.int64)
        for month, rows in counts.items():
            ids = rows["h3_cell"].to_numpy()
            hit = np.isin(ids, searched[month]).astype(int)
            in_open = np.zeros(len(ids), dtype=int)
            for resolution in (COARSE, FINE):
                in_open |= np.isin(cells.parents(ids, resolution), open_cells)
            np.add.at(sums, (hit, in_open), rows["incidents"].to_numpy())
        (far_missed, missed), (far_found, found) = sums.tolist()
        return cls(far_found + found, far_missed + missed, found, missed)

    def percent(self, minimum: int) -> int | None:
        """The share found in coarse steps; None if it may not be published."""
        number = self.found + self.missed
        if min(self.found_in_open, self.missed_in_open) < 2 * minimum:
            return None
        if number * STEP_PERCENT < 100 * minimum:
            return None
        steps = 100 // STEP_PERCENT
        return STEP_PERCENT * ((2 * steps * self.found + number) // (2 * number))


def _published(table: pa.Table, group: str, period: str) -> pa.Table:
    """The cells of a group and period whose counts are published."""
    return table.filter(
        pc.and_(
            pc.and_(
                pc.equal(table["crime_group"], group), pc.equal(table["period"], period)
            ),
            pc.invert(table["suppressed"]),
        )
    )


def _counts(monthly: pa.Table, group: str, month: str) -> pa.Table:
    categories = pa.array(GROUPS[group].categories, pa.string())
    return monthly.filter(
        pc.and_(
            pc.equal(monthly["period"].cast(pa.string()), month),
            pc.is_in(monthly["category"].cast(pa.string()), categories),
        )
    )


def _reached_in_part(table: pa.Table, searched: CellsByMonth) -> Cells:
    """The published cells with some scored cells that were searched and some not."""
    listed = cells.from_text(table["h3_cell"].to_pylist())
    ids = np.concatenate(list(searched.values()))
    reached_cells = [np.empty(0, dtype=np.int64)]
    if len(ids):
        finest = int(cells.resolutions(ids)[0])
        for resolution in (COARSE, FINE):
            above, reached = np.unique(
                cells.parents(ids, resolution), return_counts=True
            )
            all_of_it = len(searched) * pow(7, finest - resolution)
            in_part = (reached < all_of_it) & np.isin(above, listed)
            reached_cells.append(above[in_part])
    return np.concatenate(reached_cells)
