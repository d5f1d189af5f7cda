"""Stop and search for everyone: of a force and quarter, by object and by ethnicity.

**No place, no find.** A number is of a whole force. Finds of a group less those of the
others would be a count as small as the group.

**What is listed** is the same for each force and quarter, so that no row says that
there was such a search. Objects beyond the common ones are one row, with those that are
not stated; so are groups that are not stated, or have another label.

**Each breakdown is split independently.** Its rows have no search in common, and add up
to the force. A small row is withheld with enough others, as a cell is
(`suppression.py`): first those that say least, whatever their numbers are.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.lake.schemas import conform
from transforms.publications.public.periods import Quarter
from transforms.publications.public.suppression import hidden, rounded
from transforms.publications.schemas import PUBLIC_SEARCHES
from transforms.searches.counts import Period, count_searches
from transforms.searches.ethnicity import GROUPS
from transforms.searches.force_searches import Stops
from transforms.searches.ground import HOT_SPOTS, WHOLE, Ground
from transforms.searches.table import ALL, OBJECT


OTHERWISE = "otherwise, or not stated"
_OBJECTS = (
    OTHERWISE, "Stolen goods", "Article for use in theft", "Offensive weapons",
    "Controlled drugs",
)  # fmt: skip
# In the order in which larger rows are withheld to protect smaller ones.
_GROUPS = (OTHERWISE, "Other", "Mixed", "Asian", "Black", "White")
LISTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ALL: (ALL,),
        OBJECT: _OBJECTS,
        **{
            field: tuple(g for g in _GROUPS if g in (OTHERWISE, *groups))
            for field, groups in GROUPS.items()
        },
    }
)
_NOWHERE = Ground(HOT_SPOTS, np.empty(0, dtype=np.int64))


def public_searches(
    force: str,
    stops: Stops,
    quarters: Sequence[Quarter],
    settings: DisclosureSettings,
) -> pa.Table:
    """The public rows of one force's quarters, of those that were supplied whole."""
    whole = [q for q in quarters if set(q.months) <= set(stops.supplied)]
    spans = [Period(str(quarter), quarter.months, quarter.months) for quarter in whole]
    rows = count_searches(stops.rows(spans), _NOWHERE, spans).to_pylist()
    counts = {
        (row["period"], row["breakdown"], row["value"]): row["n"]
        for row in rows
        if row["area"] == WHOLE
    }
    return search_rows(force, [span.name for span in spans], counts, settings)


def search_rows(
    force: str,
    periods: Sequence[str],
    counts: Mapping[tuple[str, str, str], int],
    settings: DisclosureSettings,
) -> pa.Table:
    """The rows of exact counts, by period, breakdown and value."""
    found = []
    for period in sorted(periods):
        for breakdown, values in LISTED.items():
            exact = _exact(counts, period, breakdown)
            secret = hidden(exact, settings.minimum_count)
            told = rounded(exact, settings.rounding)
            for at, value in enumerate(values):
                found.append(
                    {
                        "force": force,
                        "period": period,
                        "breakdown": breakdown,
                        "value": value,
                        "searches_rounded": None if secret[at] else int(told[at]),
                        "suppressed": bool(secret[at]),
                    }
                )
    table = pa.Table.from_pylist(found, schema=PUBLIC_SEARCHES)
    return conform(table, PUBLIC_SEARCHES)


def _exact(
    counts: Mapping[tuple[str, str, str], int], period: str, breakdown: str
) -> np.ndarray:
    """The counts of the listed values; all others are the row of the rest."""
    values = LISTED[breakdown]
    exact = np.zeros(len(values), dtype=np.int64)
    for (of_period, of_breakdown, value), number in counts.items():
        if (of_period, of_breakdown) == (period, breakdown):
            at = values.index(value if value in values else OTHERWISE)
            exact[at] += number
    return exact
