"""Rolling counts: what most analysts rank by, and the rivals of other methods."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Clock
from transforms.scores.methods.expectation import Expectation, from_evidence
from transforms.scores.view import View


# A count of zero is evidence too: as much as half an incident.
_PRIOR_INCIDENTS = 0.5


@dataclass(frozen=True)
class RollingCount:
    """The mean count of a window's supplied periods, or of all, per term."""

    NAME: str
    LABEL: str
    window: str | None  # of the clock, by name; None: every period stored
    UNITS: tuple[str, ...] = ("months",)
    _: KW_ONLY  # those above are the columns of the table below
    VERSION: str = "3"
    CALIBRATED: bool = False

    def in_words(self, clock: Clock) -> str:
        """Its description for METHOD.md."""
        periods = clock.windows[self.window] if self.window else 0
        span = f"the last {periods} {clock.unit}" if periods else f"all {clock.unit}"
        if periods == 1:
            span = f"the last {clock.period}"
        renewed = (
            f"; {clock.unit} before the map points were renewed are left out"
            if clock.archive
            else ""
        )
        return (
            f"The count of {span}, divided by how many of them were supplied{renewed}."
        )

    def expect(self, view: View) -> dict[str, Expectation]:
        """The count of each crime group, divided by its exposure in terms."""
        expected = {}
        counted = dict[int, tuple[Floats, float]]()  # by view: most groups share one
        for group in view.groups:
            mine = view.counting(group)
            if id(mine) not in counted:
                counted[id(mine)] = self._counts(mine)
            counts, terms = counted[id(mine)]
            count = view.of(counts, group.categories)
            mean = np.asarray(count / (terms or 1.0))
            expected[group.slug] = from_evidence(mean, count + _PRIOR_INCIDENTS)
        return expected

    def _counts(self, view: View) -> tuple[Floats, float]:
        """Counts, categories x cells, and their exposure in terms."""
        if self.window:
            return view.windows[self.window], view.terms_of(self.window)
        span = view.supplied_of(view.supplied)
        counts = view.sums([dict.fromkeys(span, 1.0)])[:, :, 0]
        return counts, view.clock.terms(len(span))


ROLLING_MONTHS = (
    RollingCount("rolling_count", "Rolling 12-month count", "12m"),
    RollingCount("rolling_count_1m", "Last month's count", "1m"),
    RollingCount("rolling_count_3m", "Rolling 3-month count", "3m"),
    RollingCount("rolling_count_all", "Count of all stored months", None),
)
ROLLING_DAYS = (
    RollingCount("rolling_count_7d", "Rolling 7-day count", "7d", ("days",)),
    RollingCount("rolling_count_28d", "Rolling 28-day count", "28d", ("days",)),
    RollingCount("rolling_count_91d", "Rolling 91-day count", "91d", ("days",)),
    RollingCount(
        "rolling_count_365d", "Rolling 365-day count", "365d", UNITS=("days",)
    ),
    RollingCount("rolling_count_days", "Count of all stored days", None, ("days",)),
)
ROLLING_COUNTS = (*ROLLING_MONTHS, *ROLLING_DAYS)
