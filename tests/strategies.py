"""Random police incidents, small enough for the slow twins."""

from random import Random

import h3
from hypothesis import strategies as st

from tests.builders import CATEGORY_SLUGS
from tests.oracles.incidents import Incident


FIRST = (2024, 1)
SPAN_MONTHS = 16
LONG_FIRST = (2021, 7)
LONG_SPAN_MONTHS = 46

# Three neighbouring resolution-7 cells and one far away, their children to draw from:
# so that random incidents fall together, side by side, and alone.
_TOWN = h3.latlng_to_cell(52.5, -1.5, 7)
_PARENTS = [_TOWN, *h3.grid_ring(_TOWN, 1)[:2], h3.latlng_to_cell(53.5, -2.0, 7)]
_CELLS = [c for p in _PARENTS for c in sorted(h3.cell_to_children(p, 9))[:9]]
_ALONE = h3.latlng_to_cell(51.5, -2.5, 9)


def _months(first: tuple[int, int], count: int) -> list[tuple[int, int]]:
    start = first[0] * 12 + first[1] - 1
    return [(i // 12, i % 12 + 1) for i in range(start, start + count)]


MONTHS = _months(FIRST, SPAN_MONTHS)
LONG_MONTHS = _months(LONG_FIRST, LONG_SPAN_MONTHS)  # both end in the same month
# A season shows in anti-social behaviour alone: often enough to be seen.
_OFTEN_ASB = [*CATEGORY_SLUGS, *["anti-social-behaviour"] * 6]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Incident], list[tuple[int, int]]]:
    """Incidents over some months, and which of those months count as supplied."""
    incidents = draw(
        st.lists(
            st.tuples(
                st.sampled_from(_CELLS),
                st.sampled_from(MONTHS),
                st.sampled_from(CATEGORY_SLUGS),
            ),
            min_size=8,
            max_size=120,
        )
    )
    supplied = draw(
        st.lists(st.sampled_from(MONTHS), min_size=3, max_size=SPAN_MONTHS, unique=True)
    )
    return incidents, sorted(supplied)


def _long_history(generator: Random) -> tuple[list[Incident], list[tuple[int, int]]]:
    # a few cells have most of it, each category its own, and most of it is recent
    busy = {slug: generator.sample(_CELLS, 4) for slug in CATEGORY_SLUGS}
    incidents = []
    for _ in range(generator.randint(60, 900)):
        category = generator.choice(_OFTEN_ASB)
        cells = busy[category] if generator.random() < 0.6 else _CELLS
        months = MONTHS if generator.random() < 0.6 else LONG_MONTHS
        incidents.append((generator.choice(cells), generator.choice(months), category))
    # too few for a universe of their own, but part of the force's totals
    alone = generator.sample(LONG_MONTHS, generator.randint(0, 4))
    incidents += [(_ALONE, month, "anti-social-behaviour") for month in alone]
    holes = generator.sample(LONG_MONTHS, generator.randint(0, 3))
    return incidents, [month for month in LONG_MONTHS if month not in holes]


def long_histories() -> st.SearchStrategy[tuple[list[Incident], list[tuple[int, int]]]]:
    """The same over nearly four years of which nearly all months were supplied.

    From a generator: so many are too many for Hypothesis to choose one by one.
    """
    return st.randoms(use_true_random=True).map(_long_history)
