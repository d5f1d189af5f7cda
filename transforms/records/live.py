"""The live records of a force, for what is worked out from them and stays inside."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.lake import Lake
from transforms.records.tables import stored_records
from transforms.reference.days import LONDON
from transforms.restricted import Restricted


def live_records(lake: Lake, force: str) -> Restricted:
    """The records that are neither deleted nor erased, as RECORDS.

    Of a pinned lake, those at its version: erasing removes older versions at once, so a
    reader holds the home's lock, or reads again where a file is gone.
    """
    rows = stored_records(lake, force).reveal()
    return Restricted(rows.filter(pc.invert(rows["deleted"])))


def records_by_day(records: Restricted) -> dict[date, int]:
    """How many began on each day, on the clock in Great Britain, oldest first."""
    began = records.reveal()["occurred_from"]
    local = pc.local_timestamp(began.cast(pa.timestamp("us", LONDON.key)))
    counted = pc.value_counts(
        local.cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
    )
    pairs = zip(*(counted.field(i).to_pylist() for i in range(2)), strict=True)
    return dict(sorted(pairs))
