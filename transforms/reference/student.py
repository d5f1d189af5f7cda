"""Student's t, for intervals that rest on few values."""

import math

from scipy.special import betainc


def student_95(freedom: int) -> float:
    """Half the width of a 95 % interval of Student's t, in standard errors."""
    # Imported here: only backtests have such intervals, and it takes long to load.
    from scipy.optimize import brentq

    share = brentq(lambda x: betainc(freedom / 2, 0.5, x) - 0.05, 0, 1, xtol=1e-14)
    return math.sqrt(freedom * (1 - share) / share)
