"""Parts of transparency.md that must contain only what everyone may know."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.publications.public.periods import PUBLIC_GROUPS
from transforms.publications.public.shares import AREA_SHARE, STEP_PERCENT
from transforms.reference.exclusions import Exclusion, shipped_exclusions
from transforms.reference.groups import GROUPS


Kind = tuple[str, int, str]  # of place, rules, why
_OWN = "the force's own reason, which is kept with the rule"


def exclusions_by_kind(rules: Iterable[Exclusion]) -> list[Kind]:
    """Exclusions by kind and number: a force's own names could identify a place.

    Those shipped with hexbeat are kinds of venue, and the same everywhere.
    """
    rules = list(rules)
    shipped = shipped_exclusions()
    kinds = [
        (rule.id.replace("-", " "), 1, rule.why) for rule in rules if rule in shipped
    ]
    own = Counter(
        "places of the force's choice, by their label"
        if rule.label
        else "cells of the force's choice"
        for rule in rules
        if rule not in shipped
    )
    return kinds + [(kind, number, _OWN) for kind, number in sorted(own.items())]


def accuracy_in_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """The shares of public_accuracy: a line for each force and quarter."""
    if not rows:
        return "No published quarter yet has forecasts for all its months."
    by_key = {(r["force"], r["period"], r["crime_group"]): r for r in rows}
    about = (
        f"For each month, the {AREA_SHARE:.0%} of cells with the highest scores of the"
        " month before were selected. Their share of what was recorded in the quarter,"
        f" to the nearest {STEP_PERCENT} %:"
    )
    lines = [
        about,
        "",
        f"| force | quarter | {' | '.join(GROUPS[g].label for g in PUBLIC_GROUPS)} |",
        f"|---|---|{'---|' * len(PUBLIC_GROUPS)}",
    ]
    for force, period in dict.fromkeys((f, p) for f, p, _ in sorted(by_key)):
        shares = [_share(by_key.get((force, period, g))) for g in PUBLIC_GROUPS]
        lines.append(f"| {force} | {period} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _share(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "not forecast"
    percent = row["found_percent"]
    return "not published" if percent is None else f"{percent} %"
