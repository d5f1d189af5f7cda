"""The columns of the tables of times: hours of the week, near repeats."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column


_FLOAT = pa.float64()
_COUNT = pa.int64()
_GROUP = column("crime_group", TEXT, "Crime group")

WEEKDAY_HOURS = pa.schema(
    [
        _GROUP,
        column("weekday", TEXT, "Day of the week in London"),
        column("hour", pa.int8(), "Hour of the clock in London, 0 to 23"),
        column("incidents", _FLOAT, "Incidents of 365 days in that hour of the week; one that may have been in several hours counts in each by its share"),
        column("counted", _COUNT, "Incidents that all hours of the group add up to"),
        column("too_long", _COUNT, "Incidents left out, since they span over seven days"),
    ]
)  # fmt: skip

DAY_AND_NIGHT = pa.schema(
    [
        _GROUP,
        column("h3_cell", TEXT, "H3 cell: 15 lower-case hexadecimal characters"),
        column("incidents_day_365d", _FLOAT, "Incidents of 365 days between 07:00 and 19:00 in London, spans by their shares"),
        column("incidents_night_365d", _FLOAT, "Incidents of 365 days between 19:00 and 07:00, in the same way"),
    ]
)  # fmt: skip

HOTSPOT_HOURS = pa.schema(
    [
        column("hotspot_id", TEXT, "Hot spot, as in hotspots.csv"),
        _GROUP,
        *(WEEKDAY_HOURS.field(name) for name in ("weekday", "hour")),
        column("incidents", _FLOAT, "Incidents of the group of 365 days in its cells in that hour of the week; one that may have been in several hours counts in each by its share; hours with none have no row"),
    ]
)  # fmt: skip

NEAR_REPEATS = pa.schema(
    [
        column("category", TEXT, "Crime category: police.uk slug"),
        column("distance", TEXT, "How far apart the two incidents of a pair are"),
        column("days", TEXT, "How many days apart they are"),
        column("pairs", _COUNT, "Pairs of incidents of 365 days so far apart"),
        column("expected_pairs", _FLOAT, "Pairs that chance would bring: mean of the permutations"),
        column("knox_ratio", _FLOAT, "Knox ratio: pairs by expected_pairs", "no pair is expected"),
        column("p", _FLOAT, "How often chance brings as many pairs or more, one-sided, 0 to 1"),
        column("incidents", _COUNT, "Incidents of the category that were tested"),
    ]
)  # fmt: skip
