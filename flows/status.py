"""`hexbeat status`: what is held of each force, how fresh, what its scores rest on."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from transforms.coverage import MonthCoverage, reason_of, supplied_months
from transforms.errors import ForceError
from transforms.forces import Force
from transforms.home import Home
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, month_range, window
from transforms.score import newest_supplied, unscorable


_SHOWN_MONTHS = 36
_SIGNS = {
    "supplied": "■",
    "partial_suspected": "◧",
    "set_aside": "□",
    "missing": "·",
    "not_supplied": "-",
    "rejected": "x",
}


@dataclass(frozen=True)
class ForceStatus:
    """One force, as far as the lake and the facts about it go."""

    force: Force
    months: dict[Month, MonthCoverage]
    unfinished: str | None  # why its months cannot be told

    def newest(self) -> Month | None:
        """The newest month supplied."""
        return max(supplied_months(self.months), default=None)

    def unscored(self, as_of: Month) -> str | None:
        """Why it can have no score at that month."""
        return self.unfinished or unscorable(self.months, as_of)

    def rests_on_months(self, as_of: Month) -> int:
        """How many of the twelve months to the as-of a score rests on."""
        return len(set(window(as_of, 12)) & set(supplied_months(self.months)))


def statuses(home: Home) -> list[ForceStatus]:
    """Every force in the lake, and those known to supply nothing."""
    lake, found = home.lake, []
    held = forces_held(lake, home.registry)
    for force in held:
        try:
            found.append(ForceStatus(force, force_coverage(lake, force), None))
        except ForceError as error:
            found.append(ForceStatus(force, {}, str(error)))
    last = max((m for s in found for m in s.months), default=None)
    silent = [f for f in home.registry.values() if f.not_supplied and f not in held]
    if last:
        found += [ForceStatus(f, _never_sent(f, last), None) for f in silent]
    return sorted(found, key=lambda s: s.force.id)


def _never_sent(force: Force, last: Month) -> dict[Month, MonthCoverage]:
    if force.not_supplied is None:
        return {}
    months = month_range(force.not_supplied.since, last)
    return {m: MonthCoverage(m, "not_supplied", None) for m in months}


def show_status(home: Home, form: str) -> int:
    """Print it as a matrix, as `json` or as `csv`; 3 where a force is unfinished."""
    found = statuses(home)
    as_of = newest_supplied(home.lake, home.registry)
    if form == "json":
        sys.stdout.write(json.dumps(_as_json(found, as_of), indent=1) + "\n")
    elif form == "csv":
        _write_csv(found)
    elif as_of is None:
        sys.stdout.write(
            f"The lake in {home.root} is empty: run hexbeat ingest first.\n"
        )
    else:
        _print_matrix(found, as_of)
    return 3 if any(s.unfinished for s in found) else 0


def _as_json(found: Sequence[ForceStatus], as_of: Month | None) -> dict[str, Any]:
    return {
        s.force.id: {
            "newest": str(s.newest() or "") or None,
            "score_rests_on_months": s.rests_on_months(as_of) if as_of else 0,
            "unscored": s.unscored(as_of) if as_of else None,
            "unfinished": s.unfinished,
            "months": {str(month): c.status for month, c in s.months.items()},
        }
        for s in found
    }


def _write_csv(found: Sequence[ForceStatus]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["force", "month", "status", "release", "rows_in", "reason"])
    for s in found:
        for month, c in s.months.items():
            entry = (c.entry.release, c.entry.rows_in) if c.entry else (None, None)
            out.writerow([s.force.id, month, c.status, *entry, reason_of(c)])


def _print_matrix(found: Sequence[ForceStatus], as_of: Month) -> None:
    console = Console(soft_wrap=True)
    shown = window(max(m for s in found for m in s.months), _SHOWN_MONTHS)
    table = Table(box=None, pad_edge=False)
    for title in ("force", "newest", f"{shown[0]} to {shown[-1]}", "of 12"):
        table.add_column(title, no_wrap=True)
    for s in found:
        signs = [_SIGNS[s.months[m].status] if m in s.months else " " for m in shown]
        newest = str(s.newest() or "none")
        rests_on = str(s.rests_on_months(as_of))
        table.add_row(s.force.id, newest, "".join(signs), rests_on)
    console.print(table)
    legend = "  ".join(f"{sign} {status}" for status, sign in _SIGNS.items())
    console.print(legend, style="dim")
    console.print(f"of 12: supplied months of the 12 to {as_of} that a score rests on")
    for s in found:
        if why := s.unscored(as_of):
            fact = s.force.not_supplied.text if s.force.not_supplied else why
            console.print(f"{s.force.id}: no score, {fact}")
