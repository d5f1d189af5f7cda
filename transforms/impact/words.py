"""What a look says, in sentences: for a superintendent, and for a court."""

from statistics import fmean

from transforms.impact.estimate import Estimate
from transforms.impact.look import Look
from transforms.impact.textbook_rows import RIRR, WDD, TextbookRow
from transforms.patrols import words as patrols
from transforms.programmes.chosen import POLYGON
from transforms.programmes.usual import (
    AT_LEAST_APART,
    AT_LEAST_FORCES,
    AT_LEAST_OF_ALL,
    AT_LEAST_OWN,
)
from transforms.reference.days import DAYS


_SUCH_LISTS = "such lists do with no programme starting"
_FINER = {
    "months": "Which street or hour: the feed has months and snapped points.",
    "days": "At which hour: each incident counts on the last day it can have happened.",
}
_LISTED = 5  # missing days


def headline(look: Look) -> str:
    """Whether the places did better than such lists do: one sentence."""
    found = look.estimate
    if found is None:
        return f"Not enough quiet past to tell: {_too_few(look)}."
    return verdict(found.ratio, found.low, found.high, found.as_low, len(look.past))


def verdict(ratio: float, low: float, high: float, as_low: int, past: int) -> str:
    """The same of its figures: past lists, and how many of them were as low."""
    figures = f"{ratio:.2f} ({low:.2f} to {high:.2f})"
    if low <= 1 <= high:
        return f"No change beyond what {_SUCH_LISTS}: {figures}."
    if high < 1:
        return (
            f"Lower than {_SUCH_LISTS}: {figures};"
            f" {as_low} of {past} placebo periods were as low."
        )
    return (
        f"Higher than {_SUCH_LISTS}: {figures};"
        f" {past - as_low} of {past} placebo periods were higher."
    )


def _too_few(look: Look) -> str:
    if look.programme.clock is DAYS:
        return (
            f"{len(look.past)} past lists, {look.independent} without a common day;"
            f" {AT_LEAST_OWN} are needed, {AT_LEAST_APART} without"
        )
    forces = len({one.force for one in look.past})
    return (
        f"{len(look.past)} past lists of"
        f" {forces} {'force' if forces == 1 else 'forces'}; {AT_LEAST_OWN} of its"
        f" own are needed, or {AT_LEAST_OF_ALL} of {AT_LEAST_FORCES} forces"
    )


def ratio_in_words(found: Estimate) -> str:
    """A ratio with its 95 % interval."""
    return f"{found.ratio:.2f} ({found.low:.2f} to {found.high:.2f})"


def change(after: float, before: float | None) -> float | None:
    """The change from before, as a share; None where that was nothing, or unknown."""
    return after / before - 1 if before else None


def percent(share: float) -> str:
    """A change for readers: −21 %."""
    rounded = round(100 * share)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded)} %"


def before_and_after(look: Look) -> str:
    """The plain comparison, only beside what past lists did by themselves."""
    own = change(look.places.observed, look.before)
    past = [
        share
        for one in look.past
        if (share := change(one.sums.observed, one.before)) is not None
    ]
    if own is None or not past:
        period = look.programme.clock.period
        return (
            f"Before and after cannot be compared: a {period} before was not supplied."
        )
    return (
        f"Before/after alone says {percent(own)}; lists chosen so, with nothing"
        f" starting, said {percent(fmean(past))} on average."
    )


def textbook(look: Look) -> str:
    """What the formulas that evaluators know say, and why not to believe them."""
    rows = {row.formula: row for row in look.textbook}
    ratio, difference = rows.get(RIRR), rows.get(WDD)
    if not (ratio and ratio.value and difference and difference.value is not None):
        return ""
    widened = ""
    if ratio.low_widened is not None:
        widened = f", with the spread of past lists {_spanned(ratio, True)}"
    low, high = (_minus(of) for of in (difference.low, difference.high))
    return (
        f"By the textbook: rate ratio {ratio.value:.2f} {_spanned(ratio)}{widened};"
        f" WDD {_minus(difference.value)} ({low} to {high}). These are too sure: they"
        " take incidents as independent, and the places as not chosen because high."
        " More in tracker_textbook.csv."
    )


def _spanned(ratio: TextbookRow, widened: bool = False) -> str:
    low, high = (
        (ratio.low_widened, ratio.high_widened) if widened else (ratio.low, ratio.high)
    )
    return f"({low:.2f} to {high:.2f})"


def _minus(incidents: float | None) -> str:
    return f"{incidents:,.0f}".replace("-", "−")


def prevented(look: Look) -> str:
    """How many incidents fewer than to be expected, with the interval."""
    found = look.estimate
    if found is None:
        return ""
    return (
        f"Without the programme about {found.without:,.0f} incidents were to be"
        f" expected at these places; there were {look.places.observed:,.0f}. The"
        f" difference, {_signed(found.prevented)}, may be anything from"
        f" {_signed(found.prevented_low)} to {_signed(found.prevented_high)}."
    )


def _signed(incidents: float) -> str:
    rounded = round(incidents)
    if rounded < 0:
        return f"{-rounded:,} more"
    return f"{rounded:,} fewer" if rounded else "none"


def around(look: Look) -> str:
    """Whether crime moved next door, or fell there as well."""
    found = look.buffer_estimate
    buffer_m = look.programme.identity["buffer_m"]
    if look.usual is None:
        return f"Nor can it be told of what lies within {buffer_m:g} m around them."
    if found is None:
        return f"Within {buffer_m:g} m of the places too little is expected to tell."
    total = (look.places.observed + look.buffers.observed) / (
        look.places.expected + look.buffers.expected
    )
    verdict = (
        "no change beyond chance, so no sign that crime moved next door"
        if found.low <= 1 <= found.high
        else "lower too"
        if found.high < 1
        else "higher: crime may have moved there"
    )
    return (
        f"Within {buffer_m:g} m around them: {ratio_in_words(found)}, {verdict}."
        f" Places and surroundings together had {total:.2f} times what was forecast."
    )


def power(look: Look) -> str:
    """The smallest fall that such a look can show."""
    if look.usual is None:
        return ""
    return (
        f"Over {span_in_words(look)}, {len(look.rows)} places chosen so can be"
        f" expected to show a fall of {100 * look.usual.smallest_fall:.0f} % or more."
        " Other evaluations found falls of 7 to 16 %, and at times a rise."
    )


def span_in_words(look: Look) -> str:
    """How many months or days count, and which."""
    periods, clock = look.periods, look.programme.clock
    if len(periods) == 1:
        return f"1 {clock.period} ({periods[0].in_words})"
    ends = f"{periods[0].in_words} to {periods[-1].in_words}"
    return f"{len(periods)} {clock.unit} ({ends})"


def promised(look: Look) -> list[str]:
    """What the list was, and what was forecast for it."""
    places = f"{len(look.rows)} places" if len(look.rows) > 1 else "1 place"
    months = len(look.periods) / look.programme.clock.periods_a_month
    a_month = look.places.expected / months
    return [
        (
            f"{places} for {look.programme.group.label}, frozen with data up to"
            f" {look.programme.as_of.in_words} and never edited since."
        ),
        f"Forecast then: {a_month:.0f} incidents a month at these places.",
        *(
            f"{row.place_id} left on {row.left} and counts up to then."
            for row in look.rows
            if row.left
        ),
    ]


def unsaid(look: Look) -> list[str]:
    """What cannot be concluded."""
    lines = [
        (
            "Why it changed: this is monitoring, not a trial. Only a draw by lot can"
            " show that patrols did it."
        ),
        (
            "How a single place did: most differences between places are chance."
            " Look at the words in the table, not at percentages."
        ),
        _FINER[look.programme.clock.unit],
    ]
    if look.programme.identity["unit"] == POLYGON:
        lines.append(
            "What lists drawn by you do: hexbeat does not know how these polygons were"
            " chosen. Past lists are the highest cells with as many incidents."
        )
    if look.programme.clock is DAYS and _is_thin(look):
        lines.append(
            "What such lists do with as much history: the feed was less than a year old"
            " when this one was frozen. Earlier lists knew less, and fall by more, so"
            " too much is taken off here."
        )
    if look.standing.looks > 1:
        lines.append(
            f"This is look {look.standing.looks} at this programme: of many looks some"
            " are low by chance."
        )
    if look.missing:
        lines.append(_missing(look))
    return lines


def _is_thin(look: Look) -> bool:
    """Whether the list was chosen from less than a year of days."""
    return any("thin" in of for of in look.programme.places["flags"].to_pylist())


def _missing(look: Look) -> str:
    period = look.programme.clock.period
    listed = ", ".join(map(str, look.missing))
    why = "not supplied, withheld, or on new map points"
    if look.programme.clock is DAYS:
        why = "not supplied"
        if len(look.missing) > _LISTED:
            listed = f"{len(look.missing)} days, the newest {look.missing[-1]}"
    return (
        f"Anything about {listed}: {why}."
        f" A {period} that is missing is not a quiet {period}."
    )


def delivered(look: Look) -> list[str]:
    """What patrols did, as far as a log says so."""
    if look.dosage is None:
        return [
            (
                f"hexbeat has read no visit log of these {look.programme.clock.unit},"
                " so nothing is known of"
                " the patrols made."
            )
        ]
    lines = [patrols.headline(look.dosage), *patrols.delivered(look.dosage)]
    first, last = look.periods[0].first_day, look.periods[-1].last_day
    if missing := (last - first).days + 1 - len(look.dosage.supplied):
        days = "1 day has no log" if missing == 1 else f"{missing:,} days have no log"
        lines.append(f"{days}: nothing is known of the patrols made then.")
    return lines
