"""What the simulator knows of a force's own feed, and the feed does not contain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from transforms.reference.arrays import Floats
from transforms.simulator.timed.ground import Ground
from transforms.simulator.timed.offences import Offence


_MOMENT = pa.timestamp("us", "UTC")
_WORD = pa.dictionary(pa.int32(), pa.string())

INCIDENTS = pa.schema(
    {
        "reference": pa.string(),
        "category": _WORD,
        "offence_code": _WORD,
        "occurred_at": _MOMENT,  # which is in no feed
        "occurred_from": _MOMENT,  # to the minute, as is the other end
        "occurred_to": _MOMENT,
        "longitude": pa.float64(),
        "latitude": pa.float64(),
        "place_label": _WORD,
        "domestic": pa.bool_(),
        "sexual": pa.bool_(),
        "under_18": pa.bool_(),
        "parent": pa.int64(),  # row of the incident that brought it; null: the ground
        "recorded_on": pa.date32(),  # the day whose drop has it first
        "revised_on": pa.date32(),  # and the one that corrects it
        "deleted_on": pa.date32(),
        "first_offence_code": _WORD,  # as first reported
        "first_longitude": pa.float64(),
        "first_latitude": pa.float64(),
    }
)


@dataclass(frozen=True, kw_only=True)
class TimedTruth:
    """Incidents by time, and the process that brought them.

    With nothing before the first day, a category is expected to bring a doorstep, an
    hour, background[category][doorstep] x its spot's level in the spell x activity / 24
    incidents, and further ones by each that happened, as `cascade` says.
    """

    incidents: pa.Table  # as INCIDENTS
    start_day: date
    days: int
    offences: Mapping[str, Offence]
    ground: Ground
    background_a_day: Mapping[str, Floats]  # of each doorstep at spot level 1
    spot_levels: Floats  # spells x (spots, then 1 for doorsteps in none)
