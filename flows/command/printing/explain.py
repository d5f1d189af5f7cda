"""What `hexbeat explain` prints: why a cell scores as it does, in words or as JSON."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from flows.command.printing.terminal import (
    PlainTable,
    print_json,
    print_line,
    print_table,
)
from transforms.reference.categories import LABELS
from transforms.reference.days import DAYS
from transforms.scores.days.explain import ExplainedDay
from transforms.scores.explain import Explained
from transforms.scores.labels.emerging import class_in_words


_PARTS_IN_WORDS = (
    "score = (share x otherwise + (1 - share) x recorded) x factor",
    "recorded: the cell's own incidents a month; recent months weigh more.",
    "otherwise: what other crime, map points and the neighbourhood let one expect.",
    "share: how much that counts. The more is recorded here, the less it does.",
    "factor: the district, the season, and the force's own total.",
)
_SHOWN_MONTHS = 12
_WIDE = 120


def show_explained(results: Sequence[Explained], as_json: bool) -> int:
    """Print the cell in each force that scores it; 0."""
    if as_json:
        print_json([_as_json(e) for e in results])
        return 0
    for explained in results:
        for line in _in_words(explained):
            print_line(line)
        _print_parts(explained)
        _print_months(explained)
    return 0


def show_explained_day(e: ExplainedDay, as_json: bool) -> int:
    """Print what a cell of a force's own feed scores on a day; 0."""
    if as_json:
        facts = {"force": e.force.id, "crime_group": e.group.slug, "h3_cell": e.cell}
        print_json(facts | {"as_of": str(e.as_of), "rows": e.rows})
        return 0
    for line in _day_in_words(e):
        print_line(line)
    return 0


def _day_in_words(e: ExplainedDay) -> list[str]:
    row = e.rows[0]
    lines = [f"{e.cell}, {e.force.name}, {e.group.label.lower()}, counts to {e.as_of}"]
    for at in e.rows:
        days = at["horizon_days"]
        lines.append(
            f"Expected in {f'{days} days' if days > 1 else '1 day'}: {at['score']:.2f}"
            f" (95 % interval {at['score_lo']} to {at['score_hi']})."
        )
    ranked = f"Rank {row['score_rank']:,} of {row['universe_cells']:,} cells."
    if row["p_top1"] is not None:
        ranked += f" In the top 1 % with probability {row['p_top1']:.2f}."
    lines.append(ranked)
    lines += [
        f"Recorded: {row[f'n_{window}']:,} in the {row[f'days_{window}']}"
        f" supplied of the last {days} days."
        for window, days in DAYS.windows.items()
        if row[f"n_{window}"] is not None
    ]
    if row["hotspot_id"]:
        lines.append(f"Part of hot spot {row['hotspot_id']}.")
    return lines


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
        lines.append("This is based on fewer than 12 months, so it is less certain.")
    if (share := row["harm_top_share_12m"]) is not None and share > 0.5:
        lines.append(f"One incident makes up {share:.0%} of its harm of 12 months.")
    if (kind := row["hotspot_class"]) not in (None, "none"):
        lines.append(class_in_words(kind))
    if row["hotspot_id"]:
        lines.append(f"Part of hot spot {row['hotspot_id']}.")
    return [*lines, ""]


def _print_parts(e: Explained) -> None:
    if not e.parts:
        return
    table = PlainTable("a month", "recorded", "otherwise", "share", "factor", "score")
    for part in e.parts:
        numbers = (
            part.recorded,
            part.prior,
            part.prior_weight,
            part.factor,
            part.score,
        )
        table.row(LABELS[part.category], *(f"{number:.5f}" for number in numbers))
    total = sum(part.score for part in e.parts)
    table.row("together", "", "", "", "", f"{total:.2f}")
    print_table(table)
    for line in _PARTS_IN_WORDS:
        print_line(line)
    print_line("")


def _print_months(e: Explained) -> None:
    """Print where the incidents of the newest months come from; --json has all."""
    table = PlainTable("month", "incidents", "release", "file", "lines", left=5)
    table.columns[-1].no_wrap = False
    by_month = [(m, list(of)) for m, of in groupby(e.raw, key=lambda r: r.month)]
    for month, of in by_month[:_SHOWN_MONTHS]:
        lines = sorted(line for raw in of for line in raw.lines)
        shown = ", ".join(map(str, lines[:6])) + (", …" if len(lines) > 6 else "")
        table.row(
            month,
            str(len(lines)),
            of[0].release,
            (of[0].member or "").split("/")[-1],
            shown,
        )
    print_table(table, None if sys.stdout.isatty() else _WIDE, fits=True)
    if len(by_month) > _SHOWN_MONTHS:
        older = len(by_month) - _SHOWN_MONTHS
        print_line(f"and {older} older months: --json has them, and every line")
