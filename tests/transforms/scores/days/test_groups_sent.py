"""A group without one incident has no scores: its cells would be ranked by nothing."""

import pyarrow as pa
import pyarrow.compute as pc

from tests.transforms.scores.days.made_records import FIRST, some_records
from transforms.reference.groups import GROUPS
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.panel import day_panel
from transforms.scores.days.score_day import groups_not_scored, score_day
from transforms.scores.methods import DEFAULT_METHOD, METHODS


DAYS = [FIRST + n for n in range(100)]
LOST, AS_OF = DAYS[50], DAYS[80]


def _scored(category: list[str]) -> pa.Table:
    """Burglaries on all days, and one incident of each of the others."""
    rows = some_records(1, 80, len(category)).reveal()
    at = rows.column_names.index("category")
    schema = rows.schema.field(at)
    rows = rows.set_column(at, schema, pa.array(category, schema.type))
    panel = day_panel(Restricted(rows), DAYS, "kent", Scoring())
    known = [day for day in DAYS if day != LOST]
    method = METHODS[DEFAULT_METHOD]
    return score_day(panel, known, AS_OF, method, Scoring(), "kent", {})[0]


def test_only_groups_with_an_incident_are_scored() -> None:
    rows = _scored(["burglary"] * 300)
    named = {slug for slug, g in GROUPS.items() if "burglary" in g.categories}
    assert set(pc.unique(rows["crime_group"]).to_pylist()) == named
    assert groups_not_scored(rows) == [slug for slug in GROUPS if slug not in named]
    assert set(pc.unique(rows["horizon_days"]).to_pylist()) == {1, 7}


def test_one_incident_is_enough() -> None:
    rows = _scored(["robbery"] + ["burglary"] * 299)
    scored = set(pc.unique(rows["crime_group"]).to_pylist())
    assert {"robbery", "robbery-and-theft-from-person", "all-crime"} <= scored
    assert "drugs" not in scored
