"""Random police incidents, small enough for the slow twins."""

import h3
from hypothesis import strategies as st

from tests.builders import CATEGORY_SLUGS
from tests.oracles import Incident


FIRST = (2024, 1)
SPAN_MONTHS = 16

# Three neighbouring resolution-7 cells and one far away, their children to draw from:
# so that random incidents fall together, side by side, and alone.
_TOWN = h3.latlng_to_cell(52.5, -1.5, 7)
_PARENTS = [_TOWN, *h3.grid_ring(_TOWN, 1)[:2], h3.latlng_to_cell(53.5, -2.0, 7)]
_CELLS = [c for p in _PARENTS for c in sorted(h3.cell_to_children(p, 9))[:9]]

MONTHS = [
    (FIRST[0] + (FIRST[1] - 1 + i) // 12, (FIRST[1] - 1 + i) % 12 + 1)
    for i in range(SPAN_MONTHS)
]


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
