"""Made-up hot spots and crime groups, as the queries of hot spots take them."""

from collections.abc import Mapping

import pyarrow as pa
from hypothesis import strategies as st

import sql


Cell = tuple[int, str]  # and the crime group that it is scored for
GROUPS = {"all": ("burglary", "drugs", "robbery"), "some": ("drugs", "robbery")}
# Of each group a cell is in one hot spot at most.
MEMBERS = st.dictionaries(
    st.tuples(st.sampled_from([1, 2, 3, 10, 20]), st.sampled_from(list(GROUPS))),
    st.sampled_from(["first", "second"]),
)


def spots_of(members: Mapping[Cell, str]) -> dict[Cell, str]:
    """The id of each cell's hot spot: of each group its own."""
    return {cell: f"{cell[1]}-{spot}" for cell, spot in members.items()}


def relations(spots: Mapping[Cell, str]) -> dict[str, sql.Relation]:
    """The members of hot spots, and the categories of the groups."""
    return {
        "members": pa.table(
            {
                "hotspot_id": pa.array(spots.values(), pa.string()),
                "h3_cell": pa.array([cell for cell, _ in spots], pa.int64()),
                "crime_group": pa.array([group for _, group in spots], pa.string()),
            }
        ),
        "groups": pa.table(
            {
                "crime_group": [g for g, held in GROUPS.items() for _ in held],
                "category": [c for held in GROUPS.values() for c in held],
            }
        ),
    }
