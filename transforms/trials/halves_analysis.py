"""What a parallel trial showed: the patrolled half against the other, by months."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.impact.wdd import Change, Difference, wdd
from transforms.programmes.basis import basis_of, refuse_other_clock
from transforms.programmes.counted import Counted
from transforms.programmes.sums import Sums
from transforms.reference import cells
from transforms.reference.months import Month
from transforms.reference.strata import Z_95
from transforms.trials.adjusted import holm
from transforms.trials.analysis import PRIMARY, SECONDARY, Analysis, Finding, LookAt
from transforms.trials.choose import BUFFERS, whole_months
from transforms.trials.design import APART
from transforms.trials.protocol import outcome_words
from transforms.trials.reference import all_halves, halves_p
from transforms.trials.trial import Trial


@dataclass(frozen=True)
class PlaceMonths:
    """What happened at one place, or around it, over the months of a trial."""

    observed: float
    expected: float
    before: float | None  # in as many months up to the as-of


@dataclass(frozen=True)
class MonthCounts:
    """Outcomes of a parallel trial by place."""

    months: Sequence[Month]
    missing: Sequence[Month]
    outcomes: Mapping[str, Mapping[str, PlaceMonths]]  # by outcome and place


def month_counts(home: Home, trial: Trial, last: date) -> MonthCounts:
    """The outcomes in the whole months of the trial up to a day."""
    programme, design = trial.programme, trial.design
    refuse_other_clock(home, programme)
    rule = programme.rule
    wanted = whole_months(design.first_day, last)
    if not wanted:
        raise UsageError(f"{trial.id} has no whole month up to {last}")
    own = basis_of(home, home.lake.pinned()).counted(
        rule.force,
        programme.group,
        programme.exclusions,
        programme.as_of + (1 - len(wanted)),
    )
    months = [one for one in wanted if own.comparable(programme.as_of, [one])]
    if not months:
        raise UsageError(
            f"{trial.id}: no month from {wanted[0]} to {wanted[-1]} is supplied and"
            " comparable with its forecast yet"
        )
    before = own.of_epoch(programme.as_of, len(months))
    known = before if len(before) == len(months) else None
    found = {design.content["primary"]: _at_places(trial, own, months, known)}
    if BUFFERS in design.content["secondary"]:
        found[BUFFERS] = _around(trial, own, months, known)
    missing = [one for one in wanted if one not in months]
    return MonthCounts(months, missing, found)


def _at_places(
    trial: Trial, own: Counted, months: Sequence[Month], before: Sequence[Month] | None
) -> dict[str, PlaceMonths]:
    programme = trial.programme
    place = own.points.place_of(programme.grounds)
    after = own.points.within(months)
    earlier = None if before is None else own.points.within(before)
    return {
        row["place_id"]: PlaceMonths(
            float(after[place == at].sum()),
            row["level_month"] * len(months),
            None if earlier is None else float(earlier[place == at].sum()),
        )
        for at, row in enumerate(programme.places.to_pylist())
    }


def _around(
    trial: Trial, own: Counted, months: Sequence[Month], before: Sequence[Month] | None
) -> dict[str, PlaceMonths]:
    """Each place's buffer, without what belongs to another's too."""
    programme = trial.programme
    outside = own.points.without(own.points.place_of(programme.grounds) >= 0)
    table = programme.buffers.to_pylist()
    found = {}
    for place in programme.places["place_id"].to_pylist():
        mine = [r for r in table if r["place_id"] == place and not r["shared"]]
        fine = np.sort(cells.from_text([row["h3_cell"] for row in mine]))
        found[place] = PlaceMonths(
            float(outside.by_fine_cell(fine, months).sum()),
            sum(row["level_month"] for row in mine) * len(months),
            None if before is None else float(outside.by_fine_cell(fine, before).sum()),
        )
    return found


def parallel_analysis(
    trial: Trial, look: LookAt, last: date, found: MonthCounts, factor: float
) -> Analysis:
    """One half against the other; `factor` is how much more than chance they vary."""
    seed, pairs = trial.seed(), trial.design.pairs
    drawn = trial.design.patrolled(seed)
    halves = [p for p in drawn if p not in _unpaired(trial)]
    findings, references = [], []
    for name, places in found.outcomes.items():
        finding, others = _judged(trial, name, places, halves, factor)
        findings.append(finding)
        references.append(others)
    adjusted = holm([one.p or 1.0 for one in findings[1:]])
    for at, p in enumerate(adjusted, start=1):
        findings[at] = Finding(**(vars(findings[at]) | {"adjusted_p": p}))
    primary = next(iter(found.outcomes.values()))
    sums = sums_of_halves(primary, _paired(trial), halves)
    return Analysis(
        trial=trial,
        look=look,
        last_day=last,
        findings=findings,
        z=sums.log_ratio / math.sqrt(factor * sums.poisson_variance),
        variance_factor=factor,
        exposure="incidents forecast",
        missing=[str(month) for month in found.missing],
        draws=len(references[0]),
        difference=_difference(trial, found, halves, factor),
        pairs=len(pairs),
        rows=_rows(trial, found, drawn),
        references=np.array(references).T,
    )


def _unpaired(trial: Trial) -> set[str]:
    return {p for unit in trial.design.content["alone"] for p in unit.split(APART)}


def _paired(trial: Trial) -> list[str]:
    return [place for place in trial.design.places if place not in _unpaired(trial)]


def sums_of_halves(
    places: Mapping[str, PlaceMonths], paired: Sequence[str], patrolled: Sequence[str]
) -> Sums:
    """Observed and forecast in the patrolled half and in the other."""
    one = [places[place] for place in paired if place in patrolled]
    other = [places[place] for place in paired if place not in patrolled]
    return Sums(
        sum(place.observed for place in one),
        sum(place.expected for place in one),
        sum(place.observed for place in other),
        sum(place.expected for place in other),
    )


def _judged(
    trial: Trial,
    name: str,
    places: Mapping[str, PlaceMonths],
    halves: Sequence[str],
    factor: float,
) -> tuple[Finding, list[float]]:
    paired = _paired(trial)

    def log_ratio(units: Sequence[str]) -> float:
        chosen = {place for unit in units for place in unit.split(APART)}
        return sums_of_halves(places, paired, list(chosen)).log_ratio

    sums = sums_of_halves(places, paired, halves)
    references, is_all = all_halves(trial.design.pairs, log_ratio, trial.seed())
    _, p = halves_p(sums.log_ratio, references, is_all)
    error = math.sqrt(factor * sums.poisson_variance)
    low, high = (math.exp(sums.log_ratio + s * Z_95 * error) for s in (-1, 1))
    finding = Finding(
        outcome=outcome_words(name, trial.programme, trial.design),
        role=SECONDARY if name == BUFFERS else PRIMARY,
        treated=sums.observed,
        treated_exposure=sums.expected,
        control=sums.rest_observed,
        control_exposure=sums.rest_expected,
        ratio=math.exp(sums.log_ratio),
        low=low,
        high=high,
        p=p,
    )
    return finding, references.tolist()


def _difference(
    trial: Trial, found: MonthCounts, halves: Sequence[str], factor: float
) -> Difference | None:
    """Before and after in both halves, and around them; None where that is unknown."""
    paired = _paired(trial)

    def change(places: Mapping[str, PlaceMonths], patrolled: bool) -> Change | None:
        mine = [places[p] for p in paired if (p in halves) == patrolled]
        before = [place.before for place in mine if place.before is not None]
        if len(before) < len(mine):
            return None
        return Change(sum(before), sum(place.observed for place in mine))

    outcomes = found.outcomes.values()
    treated, control = (
        [one for places in outcomes if (one := change(places, patrolled))]
        for patrolled in (True, False)
    )
    if len(treated) < len(outcomes):
        return None
    return wdd(treated, control, factor)


def _rows(trial: Trial, found: MonthCounts, drawn: Sequence[str]) -> pa.Table:
    """A row for each place."""
    rows = []
    for place in trial.design.places:
        row: dict[str, object] = {"place_id": place, "patrolled": place in drawn}
        for name, places in found.outcomes.items():
            for field, value in vars(places[place]).items():
                row[f"{name}_{field}".replace("-", "_")] = value
        rows.append(row)
    return pa.Table.from_pylist(rows)
