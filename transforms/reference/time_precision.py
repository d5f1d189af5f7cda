"""How well an incident's time is known, and what may not be made of it."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.reference.arrays import Mask


MONTH, DAY, MINUTE = "month", "day", "minute"

TimePrecision: TypeAlias = Sequence[str | None] | pa.ChunkedArray


def known_to(time_precision: TimePrecision, *kinds: str) -> Mask:
    """Which incidents' time is known as one of those kinds."""
    given = time_precision
    if not isinstance(given, pa.ChunkedArray):
        given = pa.chunked_array([pa.array(given, pa.string())])
    known = pc.is_in(given.cast(pa.string()), value_set=pa.array(kinds))
    return np.asarray(known, dtype=bool)


def refuse_without_days(time_precision: TimePrecision, analysis: str) -> None:
    """Stop where not every incident's day is known.

    Leaving those out would be no way round: a feed that knows the day of some
    incidents only knows it of a kind of them.
    """
    known = known_to(time_precision, DAY, MINUTE)
    if without := int((~known).sum()):
        raise UsageError(
            f"{analysis} needs the day of every incident, and of {without} of these "
            f"{len(known)} no more than the month is known (time_precision), as in the "
            "whole public feed: give it a feed that has days"
        )
