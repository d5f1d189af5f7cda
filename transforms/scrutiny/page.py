"""A page for a scrutiny panel: what is missing first, then what searches led to."""

from collections.abc import Mapping
from typing import Any

from transforms.programmes.sheet import Part, Sheet
from transforms.reference.groups import GROUPS
from transforms.scrutiny.beside import Beside
from transforms.searches import words
from transforms.searches.ethnicity import GROUPS as ETHNICITY
from transforms.searches.ground import WHOLE
from transforms.searches.table import ALL, OBJECT


_HEADER = ["Searches", "", "Number", "Action", "Found (95 %)", "Less White's"]
_OBJECTS = 6  # of the whole force, on the page; the CSV has all
_SHEET_FOOTER = (
    "Found: searches that found what was searched for, of those where that is known."
    " Less White's: difference of that rate, in percentage points. Ring: the cells"
    " around the places. searches.csv has all areas, the newest three months too."
)


def sheet_of(beside: Beside) -> Sheet:
    """The page. It names no place: the list of places is not for everyone."""
    found = beside.searches
    label = GROUPS[found.crime_group].label
    return Sheet(
        title=f"{beside.chosen_by.rpartition('-')[0]}: stop and search",
        subtitle=f"{found.force.name}. {words.counted(found)}",
        headline=words.missing(found),
        sections=[
            Part("What is beside what", _beside(beside)),
            Part("What searches led to", [words.found_in_words(found), words.FIELDS]),
            Part("By residents", _residents(beside)),
            Part("What cannot be concluded", _unsaid(beside)),
        ],
        table_title="Searches, what they led to, and of whom",
        header=_HEADER,
        rows=_rows(beside),
        footer=f"{_SHEET_FOOTER} {beside.chosen_by}, {label}.",
    )


def _beside(beside: Beside) -> list[str]:
    lines = [words.where(beside.searches)]
    if beside.dosage is not None:
        lines.append(delivered(beside))
    return [*lines, words.NO_CAUSE]


def told(beside: Beside) -> list[str]:
    """All that is said in sentences: what is missing comes first."""
    found = beside.searches
    return [
        words.counted(found),
        words.missing(found),
        words.found_in_words(found),
        *_beside(beside),
        *_residents(beside),
        words.INFRA_MARGINALITY,
    ]


def delivered(beside: Beside) -> str:
    """How much patrol the places had in those months, as far as a log says."""
    dosage = beside.dosage
    if dosage is None:
        return "No patrol log has a day of these months."
    hours = sum(dosage.days["officer_minutes"].to_pylist()) / 60
    days = len(dosage.supplied) + len(dosage.missing)
    return (
        f"Patrols at the places: {hours:,.0f} officer-hours, by logs of"
        f" {len(dosage.supplied):,} of {days:,} days. What patrols did elsewhere is not"
        " in a log."
    )


def _residents(beside: Beside) -> list[str]:
    if beside.disparity is None:
        without = "No rates by residents: they need a file of residents (--residents)."
        return [without, words.RESIDENTS]
    rates = beside.disparity
    return [words.RESIDENTS, words.not_used(rates), *words.ratios(rates)]


def _unsaid(beside: Beside) -> list[str]:
    lines = [words.INFRA_MARGINALITY]
    lines.append(
        "Which stops were right: that takes the grounds recorded for each, which this"
        " data does not have."
    )
    lines.append("Anything of a single search, officer or person.")
    return lines


def _rows(beside: Beside) -> list[list[str]]:
    rows = words.rows_of(beside.searches)
    areas = [key for key in rows if key[1] == ALL]
    objects = [key for key in rows if key[:2] == (WHOLE, OBJECT)][:_OBJECTS]
    groups = [key for key in rows if key[0] == WHOLE and key[1] in ETHNICITY]
    return [
        *(_row("Area", area, rows[area, ALL, ALL]) for area, _, _ in areas),
        *(_row("Object", key[2] or "–", rows[key]) for key in objects),
        *(_row(key[1].capitalize(), key[2], rows[key]) for key in groups),
    ]


def _row(kind: str, name: str, row: Mapping[str, Any]) -> list[str]:
    acted = row["share_action"]
    return [
        kind,
        name,
        f"{row['n']:,}",
        "–" if acted is None else f"{100 * acted:.0f} %",
        words.share_in_words(row),
        words.difference_in_words(row),
    ]
