"""What is held against each other on days: the same methods, and the usual windows."""

from transforms.scores import Method, ewma, point_exposure, shared_prior
from transforms.scores.rolling_count import RollingCount


ROLLING_DAYS = (
    RollingCount("rolling_count_7d", "Rolling 7-day count", "7d"),
    RollingCount("rolling_count_28d", "Rolling 28-day count", "28d"),
    RollingCount("rolling_count_91d", "Rolling 91-day count", "91d"),
    RollingCount("rolling_count_365d", "Rolling 365-day count", "365d"),
)
_METHODS: tuple[Method, ...] = (point_exposure, shared_prior, ewma, *ROLLING_DAYS)
DAY_METHODS: dict[str, Method] = {m.NAME: m for m in _METHODS}
