"""What a trial showed: its one primary outcome, the others, and what to doubt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from transforms.errors import UsageError
from transforms.impact.wdd import Difference
from transforms.reference.arrays import Floats, Integers, Mask
from transforms.trials.adjusted import bound, complier_ratio, holm
from transforms.trials.choose import HARM, LONGEST_WASHOUT_DAYS
from transforms.trials.compliance import Compliance, compliance_of, delivered_minutes
from transforms.trials.crossover import Effect, effect, not_after_patrol
from transforms.trials.day_counts import ROOT_HARM, DayCounts
from transforms.trials.protocol import outcome_words
from transforms.trials.reference import DRAWS, p_value, reference_scores, scores
from transforms.trials.trial import Trial


PRIMARY, SECONDARY, BESIDE = "primary", "secondary", "shown beside"
OBSERVED = "observational"  # by what was done, not by what was drawn
# Of a report on dosage, in the rows of days.
_MINUTES = {
    "delivered_minutes": "patrol_minutes",
    "background_minutes": "background_minutes",
}
LONGEST_RUN_DAYS = 3


@dataclass(frozen=True)
class LookAt:
    """Which look it is: the analysis is the last of those that were planned."""

    number: int
    of: int
    is_planned: bool

    @property
    def is_last(self) -> bool:
        """Whether it is the analysis."""
        return self.number == self.of

    @property
    def bound(self) -> float | None:
        """How far from none it must be to end the trial, in standard errors."""
        return bound(self.number, self.of) if self.is_planned and self.of > 1 else None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One outcome with patrol and without."""

    outcome: str  # in words
    role: str
    treated: float
    treated_exposure: float  # place-days, or incidents forecast
    control: float
    control_exposure: float
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None = None
    adjusted_p: float | None = None  # by Holm, of the secondary outcomes
    is_exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """All that a look at a trial says."""

    trial: Trial
    look: LookAt
    last_day: date
    findings: Sequence[Finding]  # the primary outcome first
    z: float | None
    variance_factor: float
    exposure: str  # what the numbers are of: place-days or incidents forecast
    missing: Sequence[str]  # days or months that were not supplied
    draws: int  # that the p rests on
    left_out_strata: int = 0
    compliance: Compliance | None = None
    difference: Difference | None = None  # of halves before and after
    pairs: int = 0
    rows: pa.Table  # by place and day, or place
    references: Floats  # statistics of the other draws, a column for each outcome

    @property
    def primary(self) -> Finding:
        """The outcome that decides."""
        return self.findings[0]

    @property
    def complier_ratio(self) -> float | None:
        """The ratio on days that were patrolled because they were drawn."""
        ratio, made = self.primary.ratio, self.compliance
        if ratio is None or made is None:
            return None
        return complier_ratio(ratio, made.compliance, made.contamination)

    @property
    def is_shown(self) -> bool:
        """Whether a difference is shown, as was promised before."""
        if self.look.bound is not None:
            return self.z is not None and abs(self.z) >= self.look.bound
        return self.primary.p is not None and self.primary.p <= 0.05


def look_of(trial: Trial, interim: str | None, today: date) -> tuple[LookAt, date]:
    """Which look it is, and its last day; `UsageError` before that is over."""
    design = trial.design
    planned = int(design.content["looks"])
    if interim is None:
        if today <= design.last_day:
            raise UsageError(
                f"{trial.id} goes on until {design.last_day}: it is analysed after"
                " that, or by --interim n/N"
            )
        return LookAt(planned, planned, True), design.last_day
    number, of = _parsed(interim)
    last = design.first_day + timedelta(days=len(design.days) * number // of - 1)
    if today <= last:
        raise UsageError(f"look {interim} is after {last}, and today is {today}")
    return LookAt(number, of, of == planned), last


def _parsed(interim: str) -> tuple[int, int]:
    try:
        number, of = map(int, interim.split("/"))
    except ValueError:
        number, of = 0, 0
    if not 0 < number < of:
        raise UsageError(f"--interim {interim!r}: n of N, such as 1/4")
    return number, of


def crossover_analysis(
    trial: Trial, look: LookAt, last: date, found: DayCounts, draws: int = DRAWS
) -> Analysis:
    """Days with patrol against days without."""
    design, seed = trial.design, trial.seed()
    days, weekday = list(found.days), found.weekday
    assigned = design.assigned(days, seed)
    names, outcomes = list(found.outcomes), list(found.outcomes.values())
    own = scores(outcomes, assigned, weekday)
    references = reference_scores(outcomes, design, days, weekday, seed, draws)
    p_values = [p_value(float(own[at]), references[:, at]) for at in range(len(names))]
    primary = effect(outcomes[0], assigned, weekday)
    findings = [_finding(trial, names[0], PRIMARY, outcomes[0], assigned, primary)]
    findings[0] = replace(findings[0], p=p_values[0])
    findings += _secondary(trial, names, outcomes, assigned, weekday, p_values)
    findings += _washouts(trial, found, assigned)
    findings += _runs(trial, found, assigned)
    findings += _doses(trial, found, assigned)
    return Analysis(
        trial=trial,
        look=look,
        last_day=last,
        findings=findings,
        z=None if math.isnan(primary.z) else primary.z,
        variance_factor=primary.variance_factor,
        exposure="place-days",
        missing=[str(day) for day in found.missing],
        draws=draws,
        left_out_strata=primary.left_out_strata,
        compliance=compliance_of(trial.programme, design, days, assigned),
        rows=_rows(trial, found, assigned),
        references=references,
    )


def _secondary(
    trial: Trial,
    names: Sequence[str],
    outcomes: Sequence[Floats],
    assigned: Mask,
    weekday: Integers,
    p_values: Sequence[float],
) -> list[Finding]:
    """The outcomes that were listed before; their p adjusted for their number."""
    listed = [at for at in range(1, len(names)) if names[at] != ROOT_HARM]
    adjusted = dict(zip(listed, holm([p_values[at] for at in listed]), strict=True))
    findings = []
    for at in range(1, len(names)):
        is_count = names[at] not in (HARM, ROOT_HARM)
        one = effect(outcomes[at], assigned, weekday) if is_count else None
        role = SECONDARY if at in adjusted else BESIDE
        finding = _finding(trial, names[at], role, outcomes[at], assigned, one)
        findings.append(replace(finding, p=p_values[at], adjusted_p=adjusted.get(at)))
    return findings


def _finding(
    trial: Trial,
    name: str,
    role: str,
    counts: Floats,
    assigned: Mask,
    one: Effect | None,
    words: str = "",
) -> Finding:
    """An outcome with its ratio; of harm the sums alone, which few crimes decide."""
    exposure = float(assigned.sum()), float((~assigned).sum())
    told = words or (
        "square root of harm"
        if name == ROOT_HARM
        else outcome_words(name, trial.programme, trial.design)
    )
    if one is None:
        return Finding(
            outcome=told,
            role=role,
            treated=float(counts[assigned].sum()),
            treated_exposure=exposure[0],
            control=float(counts[~assigned].sum()),
            control_exposure=exposure[1],
            ratio=None,
            low=None,
            high=None,
        )
    return Finding(
        outcome=told,
        role=role,
        treated=one.events,
        treated_exposure=one.days,
        control=one.control_events,
        control_exposure=one.control_days,
        ratio=None if math.isnan(one.ratio) else one.ratio,
        low=one.low,
        high=one.high,
        is_exact=one.is_exact,
    )


def _washouts(trial: Trial, found: DayCounts, assigned: Mask) -> list[Finding]:
    """The primary outcome without the days that follow a patrol: 1 to 4 of them."""
    name, counts = next(iter(found.outcomes.items()))
    if not trial.design.content["washout_days"]:
        return []
    longest = max(trial.design.content["washout_days"], LONGEST_WASHOUT_DAYS)
    findings = []
    every = trial.design.days
    whole = trial.design.assigned(every, trial.seed())
    at = np.array([every.index(day) for day in found.days])
    for days in range(1, longest + 1):
        kept = not_after_patrol(whole, days)[:, at]
        if not (kept & ~assigned).any():
            continue
        one = effect(counts, assigned, found.weekday, kept)
        words = f"without {days} day{'s' if days > 1 else ''} after each patrol"
        findings.append(_finding(trial, name, BESIDE, counts, assigned, one, words))
    return findings


def _runs(trial: Trial, found: DayCounts, assigned: Mask) -> list[Finding]:
    """The primary outcome on the first, second and later days of patrol in a row.

    Each against all days without: the draw decided how long a run is.
    """
    name, counts = next(iter(found.outcomes.items()))
    _, whole = _after(trial.design.assigned(trial.design.days, trial.seed()))
    runs = whole[:, [trial.design.days.index(day) for day in found.days]]
    findings = []
    for length in range(1, LONGEST_RUN_DAYS + 1):
        is_last = length == LONGEST_RUN_DAYS
        of_length = runs >= length if is_last else runs == length
        kept = ~assigned | of_length
        if not (assigned & kept).any():
            continue
        one = effect(counts, assigned, found.weekday, kept)
        words = f"day {length}{' or later' if is_last else ''} of patrol in a row"
        findings.append(_finding(trial, name, BESIDE, counts, assigned, one, words))
    return findings


def _doses(trial: Trial, found: DayCounts, assigned: Mask) -> list[Finding]:
    """The primary outcome on drawn days with few and with many minutes of patrol.

    Observational: how long officers stayed was not drawn, and what kept them may also
    be what happened there.
    """
    minutes = delivered_minutes(trial.programme, trial.design, found.days)
    known = assigned & ~np.isnan(minutes) if minutes is not None else None
    if minutes is None or known is None or not known.any():
        return []
    name, counts = next(iter(found.outcomes.items()))
    middle = float(np.median(minutes[known]))
    findings = []
    for words, kept in (
        (f"drawn days with under {middle:.0f} minutes", minutes < middle),
        (f"drawn days with {middle:.0f} minutes or more", minutes >= middle),
    ):
        use = ~assigned | (known & kept)
        if (assigned & use).any():
            one = effect(counts, assigned, found.weekday, use)
            findings.append(
                _finding(trial, name, OBSERVED, counts, assigned, one, words)
            )
    return findings


def _rows(trial: Trial, found: DayCounts, assigned: Mask) -> pa.Table:
    """A row for each place and supplied day."""
    places, days = trial.design.places, found.days
    every = trial.design.days
    since, runs = _after(trial.design.assigned(every, trial.seed()))
    at = np.array([every.index(day) for day in days])
    columns: dict[str, object] = {
        "place_id": np.repeat(np.array(places), len(days)),
        "date": [str(day) for day in days] * len(places),
        "assigned": assigned.ravel(),
        "days_since_patrol": pa.array(
            [None if day < 0 else int(day) for day in since[:, at].ravel()], pa.int32()
        ),
        "run_days": pa.array(runs[:, at].ravel(), pa.int32()),
    }
    for name, measure in _MINUTES.items():
        minutes = delivered_minutes(trial.programme, trial.design, days, measure)
        if minutes is not None:
            columns[name] = pa.array(minutes.ravel(), from_pandas=True)
    columns |= {
        name.replace(" ", "_").replace("-", "_"): values.ravel()
        for name, values in found.outcomes.items()
    }
    return pa.table(columns)


def _after(assigned: Mask) -> tuple[Floats, Floats]:
    """Of each place and day: days since the last one drawn, and how many in a row."""
    since = np.full(assigned.shape, -1.0)
    runs = np.zeros(assigned.shape)
    for day in range(assigned.shape[1]):
        if day:
            passed = since[:, day - 1]
            since[:, day] = np.where(passed < 0, -1, passed + 1)
            runs[:, day] = runs[:, day - 1]
        drawn = assigned[:, day]
        since[drawn, day] = 0
        runs[:, day] = np.where(drawn, runs[:, day] + 1, 0)
    return since, runs
