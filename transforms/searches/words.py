"""What is said about searches in sentences: nothing of a cause or a person."""

from collections.abc import Mapping
from typing import Any

from transforms.searches.disparity import Disparity
from transforms.searches.ethnicity import GROUPS, NOT_STATED, OTHER_LABEL, REFERENCE
from transforms.searches.force_searches import ForceSearches
from transforms.searches.ground import NOT_LOCATED, RING, WHOLE
from transforms.searches.rates import FEWEST
from transforms.searches.table import ALL


INFRA_MARGINALITY = (
    "A difference of find rates does not show that groups were searched on other"
    " grounds, nor does equality show that they were not: a find rate is an average"
    " over all searches, and the decision is about the search that was only just made"
    " (infra-marginality)."
)
RESIDENTS = (
    "Residents are not who is on the street: in a town centre most people live"
    " elsewhere."
)
NO_CAUSE = (
    "Searches beside incidents describe where both were recorded. They do not say why"
    " either was there, or what searches changed."
)
FIELDS = (
    "The officer's view and the person's own statement are two fields and are not"
    " merged. Not stated is a row and is never left out."
)

Rows = Mapping[tuple[str, str, str], Mapping[str, Any]]  # area, breakdown, value


def rows_of(found: ForceSearches) -> Rows:
    """The rows of the longest period."""
    return {
        (row["area"], row["breakdown"], row["value"]): row
        for row in found.table.to_pylist()
        if row["period"] == found.longest.name
    }


def counted(found: ForceSearches) -> str:
    """Which months are counted: one sentence."""
    longest = found.longest
    first, last = longest.span[0], longest.span[-1]
    return (
        f"Searches of {first.in_words} to {last.in_words}:"
        f" {len(longest.supplied)} of {len(longest.span)} months supplied; a month not"
        " supplied is never zero."
    )


def missing(found: ForceSearches) -> str:
    """What is not stated or not known, before anything that is based on the rest."""
    rows = rows_of(found)
    whole = rows[WHOLE, ALL, ALL]
    n = whole["n"]
    parts = [f"place {_percent(rows[NOT_LOCATED, ALL, ALL]['n'], n)}"]
    for field in GROUPS:
        unstated = rows[WHOLE, field, NOT_STATED]["n"]
        parts.append(f"{field} ethnicity {_percent(unstated, n)}")
        if other := rows.get((WHOLE, field, OTHER_LABEL)):
            parts.append(f"with {OTHER_LABEL} {_percent(other['n'], n)}")
    unknown = n - whole["n_known_find"]
    parts.append(f"whether anything was found {_percent(unknown, n)}")
    return f"Not stated, of {n:,} searches: {', '.join(parts)}."


def found_in_words(found: ForceSearches) -> str:
    """The find rate at the hot spots or places and in the whole force."""
    rows = rows_of(found)
    areas = (found.ground.name, RING, WHOLE)
    return (
        "Searches that found what was searched for: "
        + "; ".join(f"{area} {share_in_words(rows[area, ALL, ALL])}" for area in areas)
        + "."
    )


def where(found: ForceSearches) -> str:
    """Where searches and incidents were: shares of those with a place."""
    rows = rows_of(found)
    parts = []
    for area in (found.ground.name, RING):
        row = rows[area, ALL, ALL]
        searches, incidents = row["share_of_searches"], row["share_of_incidents"]
        beside = "not known" if incidents is None else f"{100 * incidents:.1f} %"
        own = "none" if searches is None else f"{100 * searches:.1f} %"
        parts.append(f"{area}: {own} of searches, {beside} of incidents")
    return f"Of those with a place: {'; '.join(parts)}."


def share_in_words(row: Mapping[str, Any]) -> str:
    """A find rate with its interval; a dash without one."""
    if row["share_find"] is None:
        return "–"
    rate, low, high = (100 * row[name] for name in ("share_find", "lo", "hi"))
    return f"{rate:.1f} % ({low:.1f} to {high:.1f})"


def difference_in_words(row: Mapping[str, Any]) -> str:
    """The difference to White's find rate, in percentage points; a dash without one."""
    if row["difference"] is None:
        return "–"
    names = ("difference", "difference_lo", "difference_hi")
    value, low, high = (100 * row[name] for name in names)
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def ratios(found: Disparity) -> list[str]:
    """A line for each group that has a ratio or too few searches for one."""
    lines = []
    for row in found.table.to_pylist():
        if row["value"] == REFERENCE:
            continue
        name = f"{row['value']}, {row['field']}"
        if row["ratio"] is None:
            lines.append(f"{name}: no ratio, of fewer than {FEWEST} searches.")
            continue
        within = ""
        if row["within_lsoas"] is not None:
            of = (row[n] for n in ("within_lsoas", "within_lo", "within_hi"))
            within = "; within LSOAs {:.2f} ({:.2f} to {:.2f})".format(*of)
        bounds = f"{row['least']:.2f} to {row['most']:.2f}"
        lines.append(
            f"{name}: {bounds} by whose ethnicity is not stated; {row['ratio']:.2f}"
            f" ({row['lo']:.2f} to {row['hi']:.2f}) by those stated{within}."
        )
    return lines


def not_used(found: Disparity) -> str:
    """How many searches the rates rest on."""
    return (
        f"Rates rest on {found.used:,} searches in LSOAs of the file of residents;"
        f" {found.not_used:,} have no place, or lie in none of these."
    )


def _percent(number: int, of: int) -> str:
    return f"{100 * number / of:.1f} %" if of else "–"
