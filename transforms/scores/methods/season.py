"""The season: next month's usual level against that of the months before it.

Only anti-social behaviour has one that is alike in all forces and years that were tried
(docs/methods.md).
"""

import math

from transforms.reference.clocks import Period
from transforms.scores.view import View


# By category, the level of each month of the year, January first. Geometric means over
# forces, none later than April 2024, that docs/methods.md names.
CALENDARS = {
    "anti-social-behaviour": (
        0.83, 0.84, 0.94, 1.00, 1.18, 1.23, 1.26, 1.19, 1.03, 1.00, 0.86, 0.79,
    ),
}  # fmt: skip
HALF_LIFE_MONTHS = 6.0  # as scores have it
# An earlier year of the force's own says as much as the calendar, once it has so many
# months before the month in question.
_YEAR_NEEDS_MONTHS = 12


def season(view: View, category: str) -> float:
    """What to multiply a decayed mean by to expect next month.

    The geometric mean of what the calendar says and what each earlier year of the force
    had. 1 for days and weeks: the same week of other years has too few incidents.
    """
    if not view.clock.seasonal:
        return 1.0
    coming = view.as_of + 1
    usual = dict(enumerate(CALENDARS[category], start=1))
    level = {m: usual[_of_year(m)] for m in view.supplied}
    logs = [math.log(usual[_of_year(coming)] / _decayed_mean(level, coming))]
    row = view.row_of[category]
    count = {month: float(view.totals[month][row]) for month in view.supplied}
    year_before = coming + -12
    while year_before >= view.supplied[0]:
        logs += _ratio(count, year_before)
        year_before = year_before + -12
    return math.exp(sum(logs) / len(logs))


def _ratio(count: dict[Period, float], month: Period) -> list[float]:
    """The log of a month's count over the decayed mean before it, if that is known."""
    before = {m: number for m, number in count.items() if m < month}
    enough = sum(month.since(m) <= _YEAR_NEEDS_MONTHS for m in before)
    if month not in count or enough < _YEAR_NEEDS_MONTHS or not count[month]:
        return []
    mean = _decayed_mean(before, month)
    return [math.log(count[month] / mean)] if mean else []


def _decayed_mean(values: dict[Period, float], month: Period) -> float:
    """The mean of earlier months, of which those six months older count half."""
    weight = {m: math.pow(0.5, month.since(m) / HALF_LIFE_MONTHS) for m in values}
    return sum(w * values[m] for m, w in weight.items()) / sum(weight.values())


def _of_year(month: Period) -> int:
    return month.first_day.month
