"""The rolling count: what most analysts rank by, and the rival to beat."""

from transforms.groups import CrimeGroup
from transforms.scores.expectation import Expectation
from transforms.scores.view import View


NAME = "rolling_count"
VERSION = "1"
LABEL = "Rolling 12-month count"

_WINDOW = "12m"
# A quiet cell's count is some evidence too: half an incident of it.
_PRIOR_INCIDENTS = 0.5


def expect(group: CrimeGroup, view: View) -> Expectation:
    """The mean monthly count of the last twelve months' supplied ones."""
    count = view.of(view.windows[_WINDOW], group.categories)
    months = max(view.window_months[_WINDOW], 1)
    return Expectation(count / months, count + _PRIOR_INCIDENTS)
