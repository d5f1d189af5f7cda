"""What a force knew on a day: its records that were recorded by the end of it.

The records are as they are now: what the force changed or deleted later was known
differently, and the lake has only the latest version of each.
"""

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.reference.days import LONDON, Day
from transforms.restricted import Restricted


def known_by(records: Restricted, as_of: Day, at_least: int = 1) -> Restricted:
    """The records known by the end of that day, on the clock in London.

    One that does not say when it was recorded counts as known. Whether it had happened
    is not asked here. `UsageError` where fewer than `at_least` of some were known.
    """
    rows = records.reveal()
    local = pc.local_timestamp(
        rows["recorded_at"].cast(pa.timestamp("us", LONDON.key))
    ).cast(pa.date32(), safe=False)
    late = pc.fill_null(pc.greater(local, pa.scalar(as_of.date)), False)
    known = rows.filter(pc.invert(late))
    if len(rows) and len(known) < at_least:
        raise UsageError(
            f"every record says that it was recorded after {as_of}: choose a later day,"
            " or mend [columns] recorded in the mapping"
        )
    return Restricted(known)


def recorded_share(records: Restricted) -> float:
    """The share of the records that say when they were recorded, 0 to 1."""
    said = records.reveal()["recorded_at"]
    return (len(said) - said.null_count) / len(said) if len(said) else 0.0
