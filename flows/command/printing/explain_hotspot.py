"""What `hexbeat explain` prints of a hot spot: in words or as JSON."""

from dataclasses import asdict

from flows.command.printing.terminal import (
    PlainTable,
    print_json,
    print_line,
    print_table,
)
from transforms.reference.groups import GROUPS
from transforms.scores.explain_hotspot import ExplainedHotspot


def show_explained_hotspot(e: ExplainedHotspot, as_json: bool) -> int:
    """Print a hot spot: its numbers, cells, mix, months and ranks; 0."""
    if as_json:
        named = {"force": e.force.id, "group": e.group.slug, "as_of": str(e.as_of)}
        print_json(asdict(e) | named)
        return 0
    for line in _in_words(e):
        print_line(line)
    _print_months(e)
    return 0


def _in_words(e: ExplainedHotspot) -> list[str]:
    low, high = e.interval
    mix = ", ".join(f"{GROUPS[slug].label} {number:,}" for slug, number in e.mix)
    listed = ", ".join(cell for cell, _, _ in e.cells)
    recorded = "not supplied" if e.n_12m is None else f"{e.n_12m:,} incidents"
    numbers = (
        f"{e.expected:.1f} expected next month (95 % interval {low} to {high});"
        f" {recorded} in the {e.months_12m} supplied of the last 12 months."
    )
    return [
        f"{e.hotspot_id}, {e.force.name}, {e.group.label.lower()}, counts to {e.as_of}",
        numbers,
        f"Harm expected: {e.harm_score:,.0f}.",
        f"Recorded in its cells in those months: {mix or 'nothing'}.",
        f"Its cells, the highest first: {listed}.",
        "",
    ]


def _print_months(e: ExplainedHotspot) -> None:
    """Print each month: what was recorded in today's cells, and the hot spot then."""
    ranks = {row["as_of"]: row for row in e.ranks}
    table = PlainTable("month", "incidents", "rank", "expected", "cells", left=1)
    for month, number in e.months:
        then = ranks.get(month)
        table.row(
            month,
            "not supplied" if number is None else f"{number:,}",
            str(then["hotspot_rank"]) if then else "-",
            f"{then['expected']:.1f}" if then else "-",
            str(then["cells"]) if then else "-",
        )
    print_table(table)
    print_line(
        "incidents: in the cells of today. rank, expected, cells: of the hot spot with"
        " this id as of that month; - where there was none."
    )
