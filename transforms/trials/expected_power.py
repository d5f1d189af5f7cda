"""What a trial of a programme can show, in words, before anybody patrols.

A parallel trial is judged by the programme's own past: past lists of its rule, split in
halves by lot. A crossover is judged by a formula, with the rate that the forecast
expects, or one that is given.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.past_lists import QuietPast
from transforms.programmes.programme import Programme
from transforms.programmes.register import busy_months
from transforms.programmes.usual import Z_POWER
from transforms.trials.choose import whole_months
from transforms.trials.design import KINDS, PARALLEL, Design
from transforms.trials.halves import Drift, drift
from transforms.trials.power import (
    USUAL_FALL,
    crossover_days,
    crossover_power,
    crossover_smallest_fall,
    parallel_smallest_fall,
    shown_share,
    smallest_fall,
)


OWN_PAST, FORMULA = "own past", "formula"
USUAL_VARIANCE_FACTOR = 1.5  # of days at a place, where no feed with days says more
LONGEST_MONTHS = 11  # past lists of more need more scores than a lake keeps
HALF = 0.5
_MONTH_DAYS = 365.25 / 12
_LENGTHS = (3, 6, LONGEST_MONTHS)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large a trial is to be."""

    kind: str
    places: int
    months: int = 0  # of a parallel trial
    days: int = 0  # of a crossover
    share: float = 0.5  # of the place-days with patrol
    rate: float | None = None  # incidents a place and day; of the forecast if None
    variance_factor: float | None = None


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a trial can show."""

    source: str  # `OWN_PAST` or `FORMULA`
    shown: float  # share of such trials that show a fall of 16 %
    smallest_fall: float  # that 80 % of them show; 1 where none
    error: float  # of the log ratio
    variance_factor: float
    lists: int  # past lists that it is learned from
    lines: tuple[str, ...]

    @property
    def is_weak(self) -> bool:
        """Whether less than half of such trials show what others found."""
        return self.shown < HALF


def plan_of(design: Design) -> Plan:
    """How large a designed trial is."""
    if design.kind == PARALLEL:
        months = len(whole_months(design.first_day, design.last_day))
        places = len(design.places)
        return Plan(kind=PARALLEL, places=places, months=months)
    content, places = design.content, len(design.places)
    a_week = (
        places * content["days_per_week"]
        if "days_per_week" in content
        else 7 * sum(stratum.treated for stratum in design.strata)
    )
    return Plan(
        kind=design.kind,
        places=places,
        days=len(design.days),
        share=a_week / (7 * places),
    )


def plan_for(
    programme: Programme,
    kind: str,
    weeks: int,
    share: float,
    months: int,
    rate: float | None,
    variance_factor: float | None,
) -> Plan:
    """A trial of all places of a programme; `UsageError` for one that cannot be."""
    if kind not in KINDS:
        raise UsageError(f"--kind {kind!r}: one of {', '.join(KINDS)}")
    if not 0 < share < 1:
        raise UsageError(f"--share {share:g}: above 0 and below 1")
    if weeks < 1 or months < 1:
        raise UsageError("--weeks and --months are 1 or more")
    if (rate is not None and rate <= 0) or (variance_factor or 1) < 1:
        raise UsageError("--rate is above 0, --variance-factor 1 or more")
    return Plan(
        kind=kind,
        places=len(programme.places),
        months=months,
        days=7 * weeks,
        share=share,
        rate=rate,
        variance_factor=variance_factor,
    )


def power_of(home: Home, programme: Programme, plan: Plan) -> Power:
    """What a trial of that size can show."""
    if plan.kind == PARALLEL:
        return _parallel(home, programme, plan)
    return _crossover(programme, plan)


def drift_over(
    home: Home, programme: Programme, lengths: set[int]
) -> Mapping[int, Drift]:
    """How far halves of past lists drift apart over so many months, where known."""
    rule = programme.rule
    past = QuietPast(
        lake=home.lake.pinned(),
        forces=home.registry,
        lengths=sorted(lengths),
        exclusions=programme.exclusions,
        busy=busy_months(home, rule.group),
        until=programme.as_of,
    )
    places = list(past.places(rule))
    found = {
        months: drift(
            [one for one in places if one.length == months], rule.force, programme.id
        )
        for months in sorted(lengths)
    }
    return {months: one for months, one in found.items() if one}


def _parallel(home: Home, programme: Programme, plan: Plan) -> Power:
    months = min(plan.months, LONGEST_MONTHS)
    known = drift_over(home, programme, {months, *_LENGTHS})
    own = known.get(months)
    if own is None:
        return _parallel_formula(programme, plan)
    # a programme may have lost places since, and its lists had all
    error = own.error * math.sqrt(programme.rule.top / plan.places)
    power = Power(
        source=OWN_PAST,
        shown=shown_share(USUAL_FALL, error),
        smallest_fall=smallest_fall(error),
        error=error,
        variance_factor=own.variance_factor,
        lists=own.lists,
        lines=(),
    )
    longer = [
        length
        for length, one in known.items()
        if length > months and smallest_fall(one.error) <= USUAL_FALL
    ]
    needed = f"{longer[0]} months" if longer else ""
    places = _even(plan.places * (error / _usual_error()) ** 2)
    size = f"{plan.months} months at {plan.places} places in two halves"
    basis = (
        f"By {own.lists} past lists of {months} months, each split in halves by lot"
        f" 200 times: halves drift apart by {100 * error:.0f} % with nothing done."
    )
    return _with_lines(power, size, basis, needed, places)


def _usual_error() -> float:
    """The error of the log ratio with which a fall of 16 % is shown by 80 %."""
    return -math.log(1 - USUAL_FALL) / Z_POWER


def _parallel_formula(programme: Programme, plan: Plan) -> Power:
    level = float(pc.mean(programme.places["level_month"]).as_py())
    factor = plan.variance_factor or USUAL_VARIANCE_FACTOR
    events = level * plan.months * plan.places / 2
    fall = parallel_smallest_fall(events, factor)
    error = -math.log(max(1 - fall, 1e-9)) / Z_POWER
    power = Power(
        source=FORMULA,
        shown=shown_share(USUAL_FALL, error),
        smallest_fall=fall,
        error=error,
        variance_factor=factor,
        lists=0,
        lines=(),
    )
    places = _even(plan.places * (error / _usual_error()) ** 2)
    size = f"{plan.months} months at {plan.places} places in two halves"
    basis = (
        f"By a formula, if places did not drift, which they do: there is not enough"
        f" quiet past. It takes {events:.0f} incidents in each half, before and after,"
        f" that vary {factor:g} times as much as by chance."
    )
    return _with_lines(power, size, basis, "", places)


def _crossover(programme: Programme, plan: Plan) -> Power:
    level = float(pc.mean(programme.places["level_month"]).as_py()) / _MONTH_DAYS
    rate = plan.rate or level
    factor = plan.variance_factor or USUAL_VARIANCE_FACTOR
    place_days = plan.days * plan.places
    fall = crossover_smallest_fall(rate, place_days, plan.share, factor)
    power = Power(
        source=FORMULA,
        shown=crossover_power(USUAL_FALL, rate, place_days, plan.share, factor),
        smallest_fall=fall,
        error=-math.log(max(1 - fall, 1e-9)) / Z_POWER,
        variance_factor=factor,
        lists=0,
        lines=(),
    )
    days = crossover_days(USUAL_FALL, rate, plan.places, plan.share, factor)
    places = math.ceil(plan.places * days / plan.days)
    size = f"{plan.days} days at {plan.places} places"
    given = "as given" if plan.rate else "by the frozen forecast"
    basis = (
        f"By a formula, with {rate:.2f} incidents a place and day {given}, patrol on"
        f" {100 * plan.share:.0f} % of days, and counts that vary {factor:g} times as"
        " much as by chance."
    )
    return _with_lines(power, size, basis, f"{math.ceil(days):,} days", places)


def _even(places: float) -> int:
    return 2 * math.ceil(places / 2)


def _with_lines(power: Power, size: str, basis: str, needed: str, places: int) -> Power:
    """The same, said in words that a superintendent understands."""
    falls = "no fall at all"
    if power.smallest_fall < 1:
        falls = f"a fall of {100 * power.smallest_fall:.0f} % or more"
    lines = [
        f"{size[0].upper()}{size[1:]} can be expected to show {falls}.",
        (
            f"Others found falls of 7 to 16 %. If patrol prevents 16 % here,"
            f" {round(100 * power.shown)} of 100 such trials would show it."
        ),
        basis,
    ]
    if power.is_weak:
        instead = " or ".join(part for part in (needed, f"{places:,} places") if part)
        lines.insert(
            0,
            "This trial cannot show an effect of the size others found; it would need"
            f" {instead}.",
        )
    return Power(**(vars(power) | {"lines": tuple(lines)}))
