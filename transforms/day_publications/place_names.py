"""What a day's edition may know of places: the names of streets, and no record's own.

A label is a field of a record. It is published only as the name of a cell or hot spot,
where several records that are not sensitive have it: one that fewer have may say who
or what was there, and a sensitive record must not name its place (decision 86).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.incidents.scored import scored_incidents
from transforms.publications.edition.place_names import venues
from transforms.publications.formulas import withhold_code
from transforms.records.sensitive import AT_LEAST_RECORDS, are_sensitive
from transforms.reference.arrays import Cells
from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup, group_categories
from transforms.reference.place_labels import RIGHT_S, WRONG_S
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted


class PlaceNames:
    """The names of a force's places at a day, from the records of its 365 days."""

    def __init__(
        self,
        year: pa.Table,
        as_of: Day,
        scoring: Scoring,
        force: str,
        own: Sequence[CrimeGroup] = (),
    ):
        self._groups = group_categories(own)
        open_rows = year.filter(pc.invert(are_sensitive(year)))
        kept = scored_incidents(open_rows, scoring.exclusions, force)
        # the rows are those of the window already, whatever the month they began in
        self._window = {"first_month": str(as_of), "last_month": str(as_of)}
        self._records = Restricted(_with_names(kept, str(as_of)))

    def of_cells(self, ids: Cells) -> pa.Array:
        """The most common name among each cell's records; null where there is none."""
        inputs = {"venues": venues()}
        found = sql.run("cell_places", self._input | inputs, **self._params)
        at = pc.index_in(pa.array(ids, pa.int64()), value_set=found["h3_cell"])
        return _shown(found["place_label"].combine_chunks()).take(at)

    def of_hotspots(self, scores: pa.Table) -> pa.Table:
        """The most common name among the group's records in each of the hot spots.

        Hot spots without any are left out.
        """
        members = scores.select(["hotspot_id", "crime_group", "h3_cell"])
        listed = members.filter(pc.is_valid(members["hotspot_id"]))
        inputs = {
            "members": listed.group_by(listed.column_names).aggregate([]),
            "groups": self._groups,
            "venues": venues(),
        }
        found = sql.run("hotspot_places", self._input | inputs, **self._params)
        names = _shown(found["street"])
        return withhold_code(
            found.select(["hotspot_id"]).append_column("place_label", names)
        )

    @property
    def _input(self) -> dict[str, sql.Relation]:
        return {"incidents": self._records.reveal()}

    @property
    def _params(self) -> dict[str, int | str]:
        return {"h3_res": DAYS_RESOLUTION, **self._window}


def _shown(labels: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Labels as people write them."""
    return pc.replace_substring_regex(labels, pattern=WRONG_S, replacement=RIGHT_S)


def _with_names(kept: pa.Table, period: str) -> pa.Table:
    """The records with a label that is a name, as the queries of places take them."""
    counted = pc.value_counts(kept["place_label"])
    enough = np.asarray(counted.field("counts")) >= AT_LEAST_RECORDS
    names = counted.field("values").filter(pa.array(enough)).drop_null()
    rows = kept.filter(pc.is_in(kept["place_label"], value_set=names))
    columns = {
        name: rows[name]
        for name in ("category", "in_area", "h3_r9", "h3_r10", "place_label")
    }
    unknown = pa.nulls(len(rows), pa.string())
    month = pa.repeat(pa.scalar(period), len(rows))
    return pa.table(
        {**columns, "month": month, "lsoa_code": unknown, "lsoa_vintage": unknown}
    )
