"""What the public page says in words: nothing in it is counted from incidents.

How the ranking compares with counting is measured on the public archive, once for all
homes (docs/methods.md): what a home measures of its own data would say in which cells
two rankings differ, and so reveal counts.
"""

from dataclasses import dataclass

from transforms.homes.disclosure_settings import OPERATOR_FIELDS, DisclosureSettings
from transforms.publications.public.shares import AREA_SHARE, STEP_PERCENT
from transforms.reference.groups import ALL_CRIME, GROUPS


@dataclass(frozen=True)
class Measured:
    """Shares of the next month found in 1 % of the area, a mean over twelve forces."""

    found: float
    by_counting: float
    verdict: str


MEASURED_METHOD = "point_exposure"
MEASURED = {
    ALL_CRIME: Measured(0.3645, 0.3632, "no better than counting"),
    "anti-social-behaviour": Measured(0.3924, 0.3855, "hardly better than counting"),
}
_SEARCHED = f"{100 * AREA_SHARE:.0f} %"


def counts_in_words(limits: DisclosureSettings) -> list[str]:
    """What a published count is, and what is withheld."""
    withheld = (
        f"No count from 1 to {limits.minimum_count - 1} is published, and counts are"
        f" rounded to the nearest {limits.rounding}. An area with fewer than"
        f" {limits.minimum_count} incidents, or none, has no count. Where others would"
        " reveal it by subtraction, they have none either."
    )
    frozen = (
        "A published quarter is never changed: a later revision would show what was"
        " revised. A sum of rounded counts can be off by half of the rounding for each"
        " of them, which is the ± beside it."
    )
    not_said = (
        "How many incidents lie in the areas without a count is not published, only how"
        " many such areas there are: totals are revised after a quarter is published,"
        " and one of today beside counts of then would tell what came later."
    )
    return [withheld, frozen, not_said]


def accuracy_in_words(method: str) -> list[str]:
    """How the ranking behind the bands compares with a plain count of past months."""
    band = (
        "A band says how many incidents are expected in an area next month, compared"
        " with the other areas that have a count. It is based on where incidents were"
        " recorded before, and says nothing about the people who live there."
    )
    if method != MEASURED_METHOD:
        return [band, "How this method compares with counting was not measured."]
    return [band, *map(_compared, MEASURED), _not_compared()]


def _compared(group: str) -> str:
    said = MEASURED[group]
    return (
        f"{GROUPS[group].label}: {said.verdict}. In twelve forces, July to December"
        f" 2025, the {_SEARCHED} of the area ranked highest had {_percent(said.found)}"
        " of the next month’s incidents. Ranked by a plain count of past months, it had"
        f" {_percent(said.by_counting)}."
    )


def _not_compared() -> str:
    return (
        "How it compares with counting in this force alone is not published: two"
        " rankings beside each other reveal the counts of the cells in which they"
        " differ."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def share_in_words() -> str:
    """What the table of shares found says."""
    return (
        f"Of what was recorded in a quarter, how much was in the {_SEARCHED} of cells"
        " that were ranked highest the month before, to the nearest"
        f" {STEP_PERCENT} %:"
    )


def groups_in_words() -> list[str]:
    """What the groups contain, and why there is no other."""
    note = GROUPS[ALL_CRIME].note
    all_crime = (
        f"All crime is {note[0].lower()}{note[1:]}. Officers find most drugs and"
        " weapons where they look."
    )
    violence = (
        "Violence is part of all crime and is not shown by itself. Beside all crime, it"
        " would reveal by subtraction the count of everything else, which in many areas"
        " is too small to publish. So the check before every publication refuses it,"
        " and any other type of crime."
    )
    return [all_crime, violence]


def missing_in_words(missing: int) -> str:
    """The banner, while answers of the force are missing."""
    return (
        f"This publication is not complete: the force has not answered {missing} of"
        f" the {len(OPERATOR_FIELDS)} questions of its transparency record."
    )
