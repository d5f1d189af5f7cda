"""What a method may look at: one force as known at one month, and nothing later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.categories import CATEGORIES
from transforms.cells import Cells, Floats
from transforms.months import Month, window
from transforms.panel import Panel


WINDOWS_MONTHS = (1, 3, 12, 36)
PREVIOUS_12 = "prev_12m"
HALF_LIFE_MONTHS = 6.0

_ROW = {slug: row for row, slug in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class View:
    """Sums over the supplied months up to the as-of, for the cells of its universe.

    The arrays over categories hold one row for each of the fourteen; `of` adds those of
    a group.
    """

    as_of: Month
    cells: Cells
    area_m2: float  # of the universe
    supplied: list[Month]
    windows: dict[str, Floats]  # by name: categories x cells, incidents
    window_months: dict[str, int]  # by name: supplied months in it
    decayed: Floats  # categories x cells, incidents weighted by age
    exposure_months: float  # the same weights summed over the supplied months
    rings: tuple[Floats, ...]  # categories x cells: `decayed` summed over each ring

    def of(self, values: Floats, categories: Sequence[str]) -> Floats:
        """Values of a set of categories, added up: one for each cell."""
        return np.asarray(values[[_ROW[c] for c in categories]].sum(axis=0))


def view(panel: Panel, supplied: Sequence[Month], as_of: Month) -> View:
    """The view of a panel at a month, over the months that count as supplied."""
    known = [month for month in supplied if month <= as_of]
    spans = {f"{n}m": window(as_of, n) for n in WINDOWS_MONTHS}
    spans[PREVIOUS_12] = window(as_of + -12, 12)
    weight = {month: 0.5 ** (as_of.since(month) / HALF_LIFE_MONTHS) for month in known}
    columns = [[weight.get(month, 0.0) for month in panel.months]] + [
        [float(month in set(span) & set(known)) for month in panel.months]
        for span in spans.values()
    ]

    inside = panel.universe(as_of)
    sums = panel.weighted(np.column_stack(columns))
    decayed = sums[:, :, 0] * inside
    return View(
        as_of,
        panel.cells[inside],
        float(panel.areas_m2[inside].sum()),
        known,
        {name: sums[:, inside, i] for i, name in enumerate(spans, start=1)},
        {name: len(set(span) & set(known)) for name, span in spans.items()},
        decayed[:, inside],
        sum(weight.values()),
        tuple((ring @ decayed.T).T[:, inside] for ring in panel.rings),
    )
