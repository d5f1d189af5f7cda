"""How often tracking cries a fall that nobody caused, and finds one that was planted.

    .venv/bin/python -m benchmarks.placebo HOME

Every list that a programme's rule would have chosen at every as-of whose scores the
home holds is judged as a programme would be, by what the lists of the *other* forces
did. Nobody patrolled them for a programme of that home, so each fall beyond chance is a
false one. Beside it: what comparing with as many months before says, of the same lists
and of lists chosen by the last three months' count.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from transforms.homes.home import Home, open_home
from transforms.impact.estimate import estimate
from transforms.incidents.lake_check import stored_forces
from transforms.programmes.counted import Counted, counted
from transforms.programmes.past import Past, apart
from transforms.programmes.past_lists import QuietPast
from transforms.programmes.rule import LEAST_INCIDENTS_12M, Candidates, Rule, choose
from transforms.programmes.sums import Sums
from transforms.programmes.usual import usual_of
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window
from transforms.reference.strata import Z_95


PLACES = 20
MONTHS = (3, 6, 9)
# Crime groups, and the fewest incidents of a year that a place of theirs needs: where
# few cells have 36, a force has no list to judge.
JUDGED = {
    "violence-and-sexual-offences": LEAST_INCIDENTS_12M,
    "serious-violence-proxy": LEAST_INCIDENTS_12M,
    "anti-social-behaviour": LEAST_INCIDENTS_12M,
    "robbery-and-theft-from-person": 12,
    "all-crime": LEAST_INCIDENTS_12M,
}
COUNTED_MONTHS = 3
FALL = 0.16  # what evaluations of hot spot patrols found on average
DRAWS = 50
_FIRST_MONTH = Month(2010, 12)


@dataclass(frozen=True, kw_only=True)
class Naive:
    """What comparing with as many months before says of some lists."""

    lists: int
    change: float  # mean
    falls: float  # share called a fall


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What tracking says of some lists; shares of them."""

    lists: int
    apart: int  # lists whose windows share no month
    forces: int
    false_falls: float
    false_falls_apart: float
    found: float  # planted falls that were called one


def naive(past: Iterable[Past]) -> Naive:
    """Compare each list with as many months before, where those are known."""
    pairs = [(one.before, one.sums.observed) for one in past if one.before]
    return Naive(
        lists=len(pairs),
        change=_mean(after / before - 1 for before, after in pairs),
        falls=_mean(_fewer(before, after) for before, after in pairs),
    )


def _fewer(before: float, after: float) -> bool:
    """A one-sided Poisson test at 2.5 %."""
    return (before - after) / math.sqrt(before + after) > Z_95


def tracked(past: Sequence[Past], seed: int) -> Tracked:
    """Judge each list by those of other forces, as it was and with a planted fall."""
    rng = np.random.default_rng(seed)
    planted = [replace(one, sums=_planted(one.sums, rng)) for one in past * DRAWS]
    return Tracked(
        lists=len(past),
        apart=len(apart(past)),
        forces=len({one.force for one in past}),
        false_falls=_mean(is_fall(one, past) for one in past),
        false_falls_apart=_mean(is_fall(one, past) for one in apart(past)),
        found=_mean(is_fall(one, past) for one in planted),
    )


def is_fall(one: Past, past: Sequence[Past]) -> bool | None:
    """Whether tracking calls a change a fall; None where other forces' are too few."""
    others = [other for other in past if other.force != one.force]
    usual = usual_of(others, one.force)
    return usual and estimate(one.sums, usual).high < 1


def _planted(sums: Sums, rng: np.random.Generator) -> Sums:
    """The same with a share of the incidents at the places prevented."""
    return replace(sums, observed=float(rng.binomial(int(sums.observed), 1 - FALL)))


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return fmean(known) if known else math.nan


def lists_by_count(of_force: Counted, force: str, months: int) -> Iterator[Past]:
    """Lists of the cells with most incidents lately, and what came next."""
    points = of_force.points
    cells = np.unique(points.cells)
    rule = Rule(force=force, group="", top=PLACES, least_incidents_12m=0)
    for as_of in points.periods:
        after = window(as_of + months, months)
        lately, before = window(as_of, COUNTED_MONTHS), window(as_of, months)
        if not of_force.comparable(as_of, [*lately, *before, *after]):
            continue
        number = points.by_cell(cells, lately)
        level = number / COUNTED_MONTHS
        ranked = Candidates(cells=cells, score=level, level_month=level, n_12m=number)
        chosen = np.sort(cells[np.concatenate(choose(ranked, rule))])
        at_places = float(points.by_cell(chosen, after).sum())
        yield Past(
            force=force,
            as_of=str(as_of),
            length=months,
            sums=Sums(at_places, 1.0, 1.0, 1.0),  # there is no forecast
            before=float(points.by_cell(chosen, before).sum()),
        )


def _of_group(home: Home, group: str) -> Iterator[str]:
    """The table's rows of one crime group."""
    lake = home.lake.pinned()
    forces = stored_forces(lake, home.registry)
    rule = Rule(force="", group=group, top=PLACES, least_incidents_12m=JUDGED[group])
    of_forces = {f.id: counted(lake, f, group, (), _FIRST_MONTH) for f in forces}
    newest = max(month for one in of_forces.values() for month in one.points.periods)
    quiet = QuietPast(
        lake=lake,
        forces=home.registry,
        lengths=MONTHS,
        exclusions=(),
        busy=(),
        until=newest,
    )
    past = list(quiet.lists(rule))
    for months in MONTHS:
        of_length = [one for one in past if one.length == months]
        by_count = [
            one
            for force, of_force in of_forces.items()
            for one in lists_by_count(of_force, force, months)
        ]
        yield _row(
            group,
            months,
            naive(by_count),
            naive(of_length),
            tracked(of_length, seed=months),
        )


def _row(
    group: str, months: int, by_count: Naive, by_forecast: Naive, found: Tracked
) -> str:
    cells = [
        GROUPS[group].label,
        str(months),
        _said(by_count),
        _said(by_forecast),
        f"{_percent(found.false_falls, 1)} of {found.lists}",
        f"{_percent(found.false_falls_apart, 1)} of {found.apart}",
        _percent(found.found),
        str(found.forces),
    ]
    return f"| {' | '.join(cells)} |"


def _said(found: Naive) -> str:
    return f"{_percent(found.change)}; {_percent(found.falls)} of {found.lists}"


def _percent(share: float, digits: int = 0) -> str:
    return "too few" if math.isnan(share) else f"{share:.{digits}%}"


def main() -> None:
    """Print the table: a row for each crime group and length."""
    home = open_home(sys.argv[1])
    heads = [
        "crime group", "months", "by count: change; falls",
        "by forecast: change; falls", "tracking: false falls", "of lists apart",
        f"falls of {FALL:.0%} found", "forces",
    ]  # fmt: skip
    sys.stdout.write(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for group in JUDGED:
        for row in _of_group(home, group):
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
