"""How well an incident's time is known, and what may not be made of it."""

from collections.abc import Sequence

import numpy as np

from transforms.errors import UsageError


MONTH, DAY, MINUTE = "month", "day", "minute"


def refuse_without_days(time_precision: Sequence[str | None], analysis: str) -> None:
    """Stop where not every incident's day is known.

    Leaving those out would be no way round: a feed that knows the day of some
    incidents only knows it of a kind of them.
    """
    known = np.isin(np.asarray(time_precision, dtype=object), [DAY, MINUTE])
    if without := int((~known).sum()):
        raise UsageError(
            f"{analysis} needs the day of every incident, and of {without} of these "
            f"{len(known)} no more than the month is known (time_precision), as in the "
            "whole public feed: give it a feed that has days"
        )
