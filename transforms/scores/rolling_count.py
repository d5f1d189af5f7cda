"""Rolling counts: what most analysts rank by, and the rivals to beat."""

from dataclasses import dataclass

import numpy as np

from transforms.groups import GROUPS
from transforms.scores.expectation import Expectation, resting_on
from transforms.scores.view import View


# A quiet cell's count is some evidence too: half an incident of it.
_PRIOR_INCIDENTS = 0.5


@dataclass(frozen=True)
class RollingCount:
    """The mean monthly count of the last so many months' supplied ones, or of all."""

    NAME: str
    LABEL: str
    window: str | None  # None: every month held
    VERSION: str = "2"

    @property
    def IN_WORDS(self) -> str:  # noqa: N802
        """What it does."""
        span = f"the last {self.window[:-1]} months" if self.window else "all months"
        return f"The count of {span}, divided by how many of them were supplied."

    def expect(self, seen: View) -> dict[str, Expectation]:
        """The count of each crime group by the terms it rests on."""
        span = seen.spans[self.window] if self.window else seen.supplied
        terms = seen.clock.terms(len(span))
        counts = (
            seen.windows[self.window]
            if self.window
            else seen.sums([dict.fromkeys(seen.supplied, 1.0)])[:, :, 0]
        )
        found = {}
        for group in GROUPS.values():
            count = seen.of(counts, group.categories)
            mean = np.asarray(count / (terms or 1.0))
            found[group.slug] = resting_on(mean, count + _PRIOR_INCIDENTS)
        return found


ROLLING_COUNTS = (
    RollingCount("rolling_count", "Rolling 12-month count", "12m"),
    RollingCount("rolling_count_1m", "Last month's count", "1m"),
    RollingCount("rolling_count_3m", "Rolling 3-month count", "3m"),
    RollingCount("rolling_count_all", "Count of all months held", None),
)
