"""What `hexbeat explain` prints: why a cell scores as it does, in words or as JSON."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Console
from rich.table import Table

from transforms.categories import CATEGORIES
from transforms.explain import Explained


_SHOWN_MONTHS = 12
_CLASSES_IN_WORDS = {
    "new": "it stands out in the newest month, for the first time in twelve",
    "consecutive": "it has stood out in an unbroken run of months, and not before",
    "oscillating": "it stands out now, and was significantly low in some month",
    "sporadic": "it stands out now, and has on and off",
    "historical": "it stood out in nine months of ten, and does not now",
    "intensifying": "it stands out in nine months of ten, and ever more",
    "diminishing": "it stands out in nine months of ten, and ever less",
    "persistent": "it stands out in nine months of ten, without a trend",
}


def show_explained(found: Sequence[Explained], as_json: bool) -> int:
    """Tell of the cell in each force that scores it; 0."""
    if as_json:
        sys.stdout.write(json.dumps([_as_json(e) for e in found], indent=1) + "\n")
        return 0
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 120)
    for explained in found:
        for line in _in_words(explained):
            console.print(line, markup=False, highlight=False)
        _print_parts(console, explained)
        _print_months(console, explained)
    return 0


def _as_json(e: Explained) -> dict[str, object]:
    return {
        "force": e.force.id,
        "crime_group": e.group.slug,
        "h3_cell": e.cell,
        "as_of": str(e.as_of),
        "row": {k: v for k, v in e.row.items() if k != "h3_cell"},
        "parts": [asdict(part) for part in e.parts],
        "raw": [asdict(lines) for lines in e.raw],
    }


def _in_words(e: Explained) -> list[str]:
    row = e.row
    ranked = (
        f"Rank {row['score_rank']:,} of {row['universe_cells']:,} cells:"
        f" {row['score']:.2f} expected next month"
        f" (95 % interval {row['score_lo']} to {row['score_hi']})."
    )
    if row["p_top1"] is not None:
        ranked += f" In the top 1 % with probability {row['p_top1']:.2f}."
    head = f"{e.cell}, {e.force.name}, {e.group.label.lower()}, counts to {e.as_of}"
    lines = [head, ranked]
    if row["n_12m"] is not None:
        lines.append(
            f"Recorded: {row['n_12m']:,} in the {row['months_12m']} supplied of the"
            f" last 12 months; at the level now expected, {row['expected_12m']:,.0f}."
        )
    if row["months_12m"] < 12:
        lines.append("Fewer than 12 months rest under this: it is the less certain.")
    if (share := row["harm_top_share_12m"]) is not None and share > 0.5:
        lines.append(f"One incident makes up {share:.0%} of its harm of 12 months.")
    if (kind := row["hotspot_class"]) not in (None, "none"):
        name, _, side = kind.rpartition("_")
        lines.append(f"{name.capitalize()} {side} spot: {_CLASSES_IN_WORDS[name]}.")
    if row["hotspot_id"]:
        lines.append(f"Part of hot spot {row['hotspot_id']}.")
    return [*lines, ""]


def _print_parts(console: Console, e: Explained) -> None:
    if not e.parts:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("a month", no_wrap=True)
    for title in ("recorded", "expected without it", "weight of that", "score"):
        table.add_column(title, justify="right", no_wrap=True)
    for part in e.parts:
        table.add_row(
            CATEGORIES[part.category],
            f"{part.recorded:.2f}",
            f"{part.prior:.2f}",
            f"{part.prior_weight:.0%}",
            f"{part.score:.2f}",
        )
    console.print(table)
    console.print(
        "recorded: recent months weigh more. expected without it: from other crime,"
        " map points and the neighbourhood.\n",
        markup=False,
        highlight=False,
    )


def _print_months(console: Console, e: Explained) -> None:
    """Where the newest months' incidents stand; --json has all and every line."""
    table = Table(box=None, pad_edge=False)
    for title in ("month", "incidents", "release", "file", "lines"):
        table.add_column(title, no_wrap=title != "lines")
    by_month = [(m, list(of)) for m, of in groupby(e.raw, key=lambda r: r.month)]
    for month, of in by_month[:_SHOWN_MONTHS]:
        lines = sorted(line for raw in of for line in raw.lines)
        shown = ", ".join(map(str, lines[:6])) + (", …" if len(lines) > 6 else "")
        table.add_row(
            month,
            str(len(lines)),
            of[0].release,
            (of[0].member or "").split("/")[-1],
            shown,
        )
    console.print(table)
    if len(by_month) > _SHOWN_MONTHS:
        older = len(by_month) - _SHOWN_MONTHS
        console.print(f"and {older} older months: --json has them, and every line")
