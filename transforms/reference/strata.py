"""A rate against another within strata: Mantel and Haenszel's ratio.

What differs between strata, such as the place, does not enter the comparison.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from transforms.reference.arrays import Floats, Mask


Z_95 = 1.959964  # half the width of a 95 % interval, in standard errors


@dataclass(frozen=True)
class Strata:
    """Events and exposure of each stratum, of one kind and of the control."""

    events: Floats
    exposure: Floats
    control_events: Floats
    control_exposure: Floats

    @property
    def informative(self) -> Mask:
        """Those with exposure of both kinds."""
        return (self.exposure > 0) & (self.control_exposure > 0)

    @cached_property
    def _parts(self) -> tuple[Floats, Floats, Floats]:
        use = self.informative
        exposure = self.exposure[use] + self.control_exposure[use]
        both = self.events[use] + self.control_events[use]
        own = self.events[use] * self.control_exposure[use] / exposure
        control = self.control_events[use] * self.exposure[use] / exposure
        spread = (
            both
            * self.exposure[use]
            * self.control_exposure[use]
            / (exposure * exposure)
        )
        return own, control, spread

    @property
    def ratio(self) -> float:
        """Mantel-Haenszel: the rate of the one kind by that of the control."""
        own, control, _ = self._parts
        below = float(control.sum())
        return float(own.sum()) / below if below else math.nan

    @property
    def variance(self) -> float:
        """Of its log, if events were independent (Greenland and Robins 1985)."""
        own, control, spread = self._parts
        product = float(own.sum()) * float(control.sum())
        return float(spread.sum()) / product if product else math.inf

    @property
    def score(self) -> float:
        """Events of the one kind less those to be expected, in standard errors."""
        own, control, spread = self._parts
        variance = float(spread.sum())
        difference = float((own - control).sum())
        return difference / math.sqrt(variance) if variance else 0.0
