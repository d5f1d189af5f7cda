"""What an analysis says, in sentences: for a superintendent, and for a court."""

import math
from collections.abc import Sequence

from transforms.reference.calls import is_call
from transforms.reference.days import Day
from transforms.trials.analysis import Analysis, Finding
from transforms.trials.design import PARALLEL, Design
from transforms.trials.expected_power import Power
from transforms.trials.protocol import contact_words


def headline(found: Analysis) -> str:
    """Whether patrol made a difference, by the one outcome that decides."""
    one = found.primary
    if one.ratio is None:
        return "Nothing to compare: no incident on days of one kind."
    figures, p = ratio_in_words(one), f"p = {one.p:.3f}"
    where = (
        "at the patrolled places as at the others, by their forecasts"
        if found.trial.design.kind == PARALLEL
        else "on days with patrol as on days without"
    )
    if not found.look.is_last:
        return _interim(found, f"{figures}, {p}")
    if not found.is_shown:
        return f"No difference shown: {figures} times as many incidents {where}; {p}."
    change = "Fewer" if one.ratio < 1 else "More"
    return f"{change} incidents: {figures} times as many {where}; {p}."


def _interim(found: Analysis, figures: str) -> str:
    look = found.look
    words = f"Look {look.number} of {look.of}: {figures}."
    if look.bound is None:
        return f"{words} This look was not planned, so it decides nothing."
    z = "unknown" if found.z is None else f"{found.z:.2f}"
    beyond = "beyond" if found.is_shown else "within"
    return (
        f"{words} Its z, {z}, is {beyond} the bound of ±{look.bound:.2f}:"
        f" {'it may end here' if found.is_shown else 'go on'}."
    )


def ratio_in_words(one: Finding) -> str:
    """A ratio with its 95 % interval."""
    if one.ratio is None or one.low is None or one.high is None:
        return "–"
    high = "no limit" if math.isinf(one.high) else f"{one.high:.2f}"
    return f"{one.ratio:.2f} ({one.low:.2f} to {high})"


def promised(found: Analysis, power: Power, designs: int) -> list[str]:
    """What was decided before the first day."""
    design = found.trial.design
    lines = [
        (
            f"{len(design.places)} places, {Day.of(design.first_day).in_words} to"
            f" {Day.of(design.last_day).in_words}, patrolled by lot ({design.kind})."
        ),
        f"Sealed before by a commitment that begins {found.trial.commitment[:16]}.",
        *(f"Said before: {line[0].lower()}{line[1:]}" for line in power.lines[:2]),
        contact_words(design),
    ]
    if designs > 1:
        lines.append(f"{designs} trials were designed for this programme; this is one.")
    return lines


def delivered(found: Analysis) -> list[str]:
    """Whether patrols were made as drawn."""
    made = found.compliance
    if made is None:
        return [
            "No patrol log tells whether patrols were made as drawn.",
            "Everything is by intention to treat: as it was drawn.",
        ]
    lines = [
        (
            f"{100 * made.compliance:.0f} % of {made.drawn:,} place-days drawn for"
            " patrol had a visit of ten minutes or more;"
            f" {100 * made.contamination:.0f} % of {made.not_drawn:,} others had three"
            " minutes of patrol or more."
        )
    ]
    if found.complier_ratio is not None:
        lines.append(
            "On days patrolled because they were drawn the ratio is"
            f" {found.complier_ratio:.2f}, if the draw acts by patrol alone."
        )
    return lines


def changed(found: Analysis) -> list[str]:
    """What changed beyond chance, and how it was tested."""
    one = found.primary
    if found.trial.design.kind == PARALLEL:
        test = (
            f"p is the share of {found.draws:,} ways to draw one of each of"
            f" {found.pairs} pairs that give as large a difference."
        )
    else:
        test = f"p compares with {found.draws:,} other draws from the same seed."
        if found.left_out_strata:
            test += (
                f" {found.left_out_strata} of the places' weekdays had days of one kind"
                " only, and say nothing."
            )
    lines = [
        *_incidents(found),
        test,
        (
            "The interval allows for counts that vary"
            f" {found.variance_factor:.1f} times as much as by chance."
        ),
    ]
    if one.is_exact:
        lines.append("Few incidents: the interval is exact, given their number.")
    if found.difference is not None:
        low, high = found.difference.interval
        lines.append(
            "Before and after, in both halves and around them: a difference of"
            f" {found.difference.incidents:+,.0f} incidents ({low:+,.0f} to"
            f" {high:+,.0f}).".replace("-", "−")
        )
    lines += [_secondary(one) for one in found.findings if one.adjusted_p is not None]
    return lines


def _incidents(found: Analysis) -> list[str]:
    """How many there were with patrol, and how many there would have been without."""
    one = found.primary
    if not (one.ratio and one.low and one.high) or math.isinf(one.high):
        return []
    without, low, high = (one.treated / r for r in (one.ratio, one.high, one.low))
    if found.trial.design.kind == PARALLEL:
        where, going_by = "At the patrolled places", "the others"
    else:
        days = f"{one.treated_exposure:,.0f} place-days"
        where, going_by = f"On {days} drawn for patrol", "the other days"
    return [
        (
            f"{where} there were {one.treated:,.0f} incidents; without patrol, going by"
            f" {going_by}, about {without:,.0f} ({low:,.0f} to {high:,.0f})."
        )
    ]


def _secondary(one: Finding) -> str:
    shown = one.adjusted_p is not None and one.adjusted_p <= 0.05
    verdict = "a difference" if shown else "no difference shown"
    figures = "" if one.ratio is None else f" {ratio_in_words(one)},"
    name = one.outcome[0].upper() + one.outcome[1:]
    return f"{name}:{figures} {verdict}, adjusted p = {one.adjusted_p:.3f}."


def not_concluded(found: Analysis, power: Power) -> list[str]:
    """What cannot be concluded: on every page."""
    design = found.trial.design
    lines = []
    if not found.is_shown and found.look.is_last:
        fall = power.smallest_fall
        lines.append(
            "That patrol does nothing: "
            + (
                f"a fall of less than {100 * fall:.0f} % could hardly be shown here."
                if fall < 1
                else "hardly any fall could be shown here."
            )
        )
    if found.primary.is_exact:
        lines.append("Much: there were fewer than five incidents on one side.")
    if design.is_crossover:
        lines.append(
            "The whole effect: a patrol is felt for days after, so days without are"
            " quieter as well, and the difference is understated."
        )
    lines += [
        "Anything about less than 100 m: points of the public feed are snapped."
        if design.kind == PARALLEL
        else "Anything about hours: a record counts on its last possible day.",
        (
            "Anything by drugs, weapons and searches: patrols find them, so they are"
            " no outcome."
        ),
        *_of_calls(design),
        "That it would be so at other places, in other forces, or for longer.",
    ]
    if not found.look.is_last:
        lines.append("Anything final: this is not the last look.")
    if found.missing:
        lines.append(f"Anything about {_listed(found.missing)}: not supplied.")
    return lines


def _of_calls(design: Design) -> list[str]:
    """Where calls decide: whoever patrols a place raises some, and answers others."""
    if not any(map(is_call, design.group(design.content["primary"]).categories)):
        return []
    return [
        (
            "That fewer or more calls are less or more crime: a patrol makes calls of"
            " what it sees, and settles on the spot what would have been one."
        )
    ]


def _listed(missing: Sequence[str]) -> str:
    if len(missing) <= 5:
        return ", ".join(missing)
    return f"{len(missing)} days, {missing[0]} to {missing[-1]}"
