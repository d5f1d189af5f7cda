"""`protocol.md`: what is promised before the first day, for whoever judges a trial."""

from transforms.programmes.programme import Programme
from transforms.trials.choose import BUFFERS, HARM
from transforms.trials.design import PARALLEL, SIMPLE, Design
from transforms.trials.expected_power import Power


_TEXT = """# Trial {trial}

Registered before its first day. Nothing here is changed afterwards.

- Programme: `{programme}`
- From {first} to {last}, {number} places
- Commitment: `{commitment}`

## What is compared

{compared}

Every place counts as it was drawn, patrolled or not (intention to treat). A place that
leaves the programme still counts.

## Outcomes

Primary: {primary}. One outcome decides.
Secondary, judged together by Holm's method: {secondary}.
{washout}
Drugs and weapons are found by patrols, and are no outcome.

## The test

{test}

## Looks

{looks}

## What it can show

{power}

## In contact

{contact}

## Who may see what

Each week's list is issued at most ten days before its Monday. The seed stays with the
owner of the home, and is revealed after the last day. Whoever administers that computer
could read it before; what the commitment proves is that no day was swapped.
"""


def protocol_text(
    programme: Programme, design: Design, commitment: str, power: Power
) -> str:
    """The text of protocol.md."""
    content = design.content
    secondary = [
        outcome_words(name, programme, design) for name in content["secondary"]
    ]
    washout = content.get("washout_days", 0)
    return _TEXT.format(
        trial=design.trial_id,
        programme=programme.id,
        first=design.first_day,
        last=design.last_day,
        number=len(design.places),
        commitment=commitment,
        compared=_compared(design),
        primary=outcome_words(content["primary"], programme, design),
        secondary=", ".join(secondary) or "none",
        washout=(
            f"Washout: shown as well without the {washout} days after each patrol.\n"
            if washout
            else ""
        ),
        test=_test(design),
        looks=(
            "One analysis, after the last day."
            if content["looks"] == 1
            else f"{content['looks']}, the analysis included, evenly spaced, by bounds"
            " of O'Brien and Fleming. Any other look is printed as unplanned."
        ),
        power="\n".join(power.lines),
        contact=contact_words(design),
    )


def contact_words(design: Design) -> str:
    """Which places are in contact with another, and what was done about it."""
    meeting = ", ".join(design.content["contact"])
    if not meeting:
        return "No place is in contact with another."
    if design.kind == PARALLEL:
        return f"In contact: {meeting}. Those that touch are drawn together."
    return (
        f"In contact with another place, which was accepted: {meeting}. A patrol at one"
        " is seen at the other, so a difference is made smaller."
    )


def outcome_words(name: str, programme: Programme, design: Design) -> str:
    """An outcome, for readers."""
    if name == HARM:
        return "harm (incidents by their weight)"
    if name == BUFFERS:
        return f"incidents within {programme.identity['buffer_m']:g} m of the places"
    return design.group(name).label


def _compared(design: Design) -> str:
    if design.kind == PARALLEL:
        return (
            "Places are paired by rank; of each pair one, by lot, is patrolled for the"
            " whole trial. Incidents at the patrolled ones, by their frozen forecast,"
            " are compared with the same at the others, in whole months."
        )
    drawn = (
        "each day, by lot, some of each stratum of places"
        if design.kind == SIMPLE
        else f"each week, by lot, {design.content['days_per_week']} days for each place"
    )
    return (
        f"Patrolled are {drawn}. Incidents on days drawn for patrol are compared with"
        " those on other days at the same place and weekday."
    )


def _test(design: Design) -> str:
    if design.kind == PARALLEL:
        return (
            "The log of the ratio, against all ways in which the pairs could have been"
            " drawn (or 9,999 of them); two-sided."
        )
    return (
        "Mantel-Haenszel ratio over places and weekdays; its score against 1,999 draws"
        " by the same code from the same seed; two-sided."
    )
