"""The contracts of patrols: visits to places, rows held back, and pings of radios.

None has a column for a person: no name, collar number or call sign can be stored.
"""

import pyarrow as pa

from transforms.lake.schemas.fields import SLUG, TEXT, column
from transforms.lake.schemas.incidents import INCIDENTS, QUARANTINE


_UTC = pa.timestamp("us", "UTC")
_COUNT = pa.int32()
_NOT_LOGGED = "the log has no column for it, or the row says nothing; pings say nothing"
_DATE_ALONE = "the log has the day and the minutes alone"

VISITS = pa.schema(
    [
        INCIDENTS.field("force"),
        column("month", TEXT, "Calendar month of the day, YYYY-MM"),
        column("programme", SLUG, "Programme: its id"),
        column("source", SLUG, "log or pings"),
        column("raw_sha256", SLUG, "SHA-256 of the log's bytes, which are not kept", "made of pings"),
        column("raw_line", pa.int32(), "Line in that file; of Parquet the row, from 1", "made of pings"),
        column("place_id", SLUG, "Place of the programme"),
        column("day", pa.date32(), "Day on which it began, on the clock in Great Britain"),
        column("starts", _UTC, "When it began, UTC", _DATE_ALONE),
        column("ends", _UTC, "When it ended, UTC", _DATE_ALONE),
        column("minutes", pa.float64(), "Minutes of presence"),
        column("minutes_se", pa.float64(), "Standard error of the minutes, from how seldom the unit reported", "from a log, which does not say how exact it is"),
        column("classed", pa.bool_(), "Whether the unit reported often enough to class the stay by its length; true of a log"),
        column("officers", _COUNT, "Officers on it"),
        column("role", SLUG, "police, pcso, special, warden or partner"),
        column("mode", SLUG, "foot, cycle or vehicle", _NOT_LOGGED),
        column("background", pa.bool_(), "Not of the programme: other work that led there"),
        column("arrests", _COUNT, "Arrests", _NOT_LOGGED),
        column("searches", _COUNT, "Stop and searches", _NOT_LOGGED),
        column("weapons", _COUNT, "Weapons found", _NOT_LOGGED),
        column("asb_powers", _COUNT, "Uses of powers against anti-social behaviour", _NOT_LOGGED),
        column("engagements", _COUNT, "Conversations with people at the place", _NOT_LOGGED),
    ]
)  # fmt: skip

VISITS_QUARANTINE = pa.schema(
    [
        VISITS.field("force"),
        VISITS.field("programme"),
        QUARANTINE.field("raw_sha256"),
        column("raw_line", pa.int32(), "Line in that file; of Parquet the row, from 1"),
        column("rule", SLUG, "Rule that the row broke"),
        column("day", pa.date32(), "Day that it is of", "the row does not say"),
    ]
)  # fmt: skip

PINGS = pa.schema(
    [
        VISITS.field("force"),
        column("day", TEXT, "Day on the clock in Great Britain, YYYY-MM-DD"),
        VISITS.field("programme"),
        column("unit", pa.binary(), "First 8 bytes of the unit's HMAC-SHA256 with the home's own key"),
        column("reported_at", _UTC, "When the radio reported, UTC"),
        column("place_id", SLUG, "Place of the programme", "in none of them"),
        column("officers", _COUNT, "Officers of the unit"),
        column("role", SLUG, "police, pcso, special, warden or partner"),
        column("mode", SLUG, "foot, cycle or vehicle", "the file does not say"),
        column("background", pa.bool_(), "Not of the programme"),
    ]
)  # fmt: skip

PING_DAYS = pa.schema(
    [
        VISITS.field("force"),
        VISITS.field("programme"),
        column("day", pa.date32(), "Day of which pings were read, on the clock in Great Britain"),
        column("pings", pa.int64(), "Pings of that day that count"),
    ]
)  # fmt: skip
