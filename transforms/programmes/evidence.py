"""What a place's forecast rests on, as the method answered it when it was published.

The shape of a cell's rate is not published, so it is computed again, of the same rows.
"""

from dataclasses import dataclass

import numpy as np

from transforms.errors import UsageError
from transforms.incidents.lake_check import force_coverage
from transforms.lake.lake import Lake
from transforms.programmes.force_records import ForceRecords
from transforms.programmes.month_size import monthly_size
from transforms.reference.arrays import Cells, Floats
from transforms.reference.coverage import supplied_periods
from transforms.reference.days import DAYS, Day
from transforms.reference.forces import Force
from transforms.reference.groups import CrimeGroup
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.days.view import day_views
from transforms.scores.inputs import months_sha256
from transforms.scores.methods import METHODS, Method
from transforms.scores.score_months import force_panel
from transforms.scores.view import View, view_at


_PUBLISHED_TO = 1e-6  # incidents: a publication rounds


@dataclass(frozen=True)
class Evidence:
    """How sure the forecast of each place is."""

    rate_shape: Floats
    month_size: float


def evidence_of(
    lake: Lake,
    force: Force,
    group: CrimeGroup,
    as_of: Month,
    method: str,
    scoring: Scoring,
    among: Cells,
) -> Evidence:
    """The evidence for those cells; `UsageError` if the lake has changed since."""
    months = force_coverage(lake, force)
    mark = months_sha256(months, as_of, METHODS[method], scoring)
    scored = lake.files("scores", force.id)
    if not any(f.mark == mark and f.partition["as_of"] == str(as_of) for f in scored):
        raise UsageError(
            f"{force.id}: the scores of {as_of} are not of the rows now in the lake:"
            " run hexbeat run, and freeze from the new publication"
        )
    panel = force_panel(lake, force, scoring)
    supplied: list[Month] = supplied_periods(months)
    view = view_at(panel, supplied, as_of)
    return evidence_in(view, METHODS[method], group, among)


def evidence_of_day(
    records: ForceRecords,
    group: CrimeGroup,
    as_of: Day,
    method: str,
    among: Cells,
    published: Floats,
) -> Evidence:
    """The same of a force's own records, as known on that day.

    `UsageError` if they no longer give the `published` scores of those cells: a record
    has come or gone, or this version of hexbeat scores in another way.
    """
    then = records.known_by(as_of)
    [view] = day_views(then.panel, then.supplied, [as_of], DAYS, then.own)
    found = METHODS[method].expect(view)[group.slug].mean
    rows = np.minimum(np.searchsorted(view.cells, among), len(view.cells) - 1)
    same = (view.cells[rows] == among) & np.isclose(
        found[rows], published, atol=_PUBLISHED_TO
    )
    if not same.all():
        raise UsageError(
            f"{records.force}: the published scores of {as_of} are not those that the"
            " records now in the lake give: run hexbeat feed score --as-of"
            f" {as_of}, and freeze from the new publication"
        )
    return evidence_in(view, METHODS[method], group, among)


def evidence_in(
    view: View, method: Method, group: CrimeGroup, among: Cells
) -> Evidence:
    """The evidence for some cells of a view."""
    expected = method.expect(view)[group.slug]
    view = view.counting(group)
    steps = view.of(view.steps, group.categories)
    rows = np.searchsorted(view.cells, among)
    return Evidence(expected.rate_shape[rows], monthly_size(steps))
