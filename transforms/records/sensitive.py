"""Which records are sensitive: their places are counted, and never named."""

import pyarrow as pa
import pyarrow.compute as pc


SENSITIVE = ("domestic", "sexual", "under_18")
# Fewer records than this may say who or what was at a place: it is not named.
AT_LEAST_RECORDS = 3


def are_sensitive(records: pa.Table) -> pa.ChunkedArray:
    """Which records the force flags as any of these; one without a flag is not."""
    first, *others = (pc.fill_null(records[name], False) for name in SENSITIVE)
    for flag in others:
        first = pc.or_(first, flag)
    return first
