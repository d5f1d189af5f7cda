"""Parts of transparency.md that must contain only what everyone may know."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from transforms.feeds.police_uk import street
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.periods import PUBLIC_GROUPS
from transforms.publications.public.shares import AREA_SHARE, STEP_PERCENT
from transforms.publications.public.transparency import TransparencyFacts
from transforms.publications.schemas import PUBLIC_ACCURACY
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion, shipped_exclusions
from transforms.reference.groups import GROUPS


Kind = tuple[str, int, str]  # of place, rules, why
_OWN = "the force's own reason, which is kept with the rule"


def facts_of(public: PublicEdition) -> TransparencyFacts:
    """What a run says about itself to everyone."""
    edition, tables = public.edition, public.tables
    months = []
    for force in edition.scored:
        known = [m for m in supplied_periods(force.months) if m <= edition.as_of]
        months.append((force.force.name, str(known[0]), str(known[-1]), len(known)))
    shares = pa.table({name: tables.accuracy[name] for name in PUBLIC_ACCURACY.names})
    return TransparencyFacts(
        run_id=edition.run_id,
        as_of=str(edition.as_of),
        version=version("hexbeat"),
        method=f"{edition.method.LABEL} (version {edition.method.VERSION})",
        method_in_words=edition.method.in_words(MONTHS),
        attribution=edition.attribution,
        feeds=[f"{street.NAME}: {street.ATTRIBUTION}"],
        months=months,
        exclusions=exclusions_by_kind(edition.scoring.exclusions),
        periods=sorted(set(tables.cells["period"].to_pylist())),
        accuracy=accuracy_in_words(shares.to_pylist()),
        settings=tables.settings,
    )


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
