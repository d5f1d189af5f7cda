"""Incidents of each cell, crime group and day, of the weeks to an as-of."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.incidents.scored import scored_incidents
from transforms.publications.edition.day_edition import COUNTED_DAYS
from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted


_CELL = f"h3_r{DAYS_RESOLUTION}"


def day_counts(
    records: Restricted,
    groups: Sequence[CrimeGroup],
    as_of: Day,
    scoring: Scoring,
    force: str,
) -> pa.Table:
    """Those incidents as group_months.sql has them, with a day in place of a month.

    A record counts on the day on which a score counts it, and excluded places are left
    out as there.
    """
    window = str(as_of + (1 - COUNTED_DAYS)), str(as_of)
    kept = scored_incidents(records.reveal(), scoring.exclusions, force)
    dated = sql.run(
        "dated_records",
        {"live_records": kept},
        first_day=window[0],
        last_day=window[1],
    )
    pairs = [(group.slug, member) for group in groups for member in group.categories]
    slugs, categories = zip(*pairs, strict=True)
    return sql.run(
        "group_months",
        {
            "counted": _counted(dated),
            "groups": pa.table({"crime_group": slugs, "category": categories}),
        },
        first_month=window[0],
        last_month=window[1],
    )


def _counted(dated: pa.Table) -> pa.Table:
    """Incidents by cell, day and category, as the query of months takes them."""
    keys = ["h3_cell", "month", "category"]
    placed = dated.filter(pc.and_(dated["in_area"], pc.is_valid(dated[_CELL])))
    columns = [placed[name] for name in (_CELL, "period", "category")]
    rows = pa.table(columns, names=keys)
    counts = rows.group_by(keys).aggregate([([], "count_all")])
    return counts.rename_columns([*keys, "incidents"])
