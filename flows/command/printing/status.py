"""What `hexbeat status` prints: the months of each force, one sign for each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.command.printing.terminal import (
    PlainTable,
    print_csv,
    print_json,
    print_line,
    print_table,
)
from transforms.homes.home import Home
from transforms.incidents.coverage import reason_of
from transforms.incidents.status import ForceStatus, statuses
from transforms.patrols.supplied import log_days
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import Register, started
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.days import LONDON
from transforms.reference.months import Month, window
from transforms.scores.inputs import unscorable
from transforms.scores.score_months import newest_supplied
from transforms.tasking.folder import newest_pack
from transforms.trials.standing import trial_standings


_SHOWN_MONTHS = 36
_SIGNS = {
    "supplied": "■",
    "partial_suspected": "◧",
    "set_aside": "□",
    "missing": "·",
    "not_supplied": "-",
    "rejected": "x",
}


def show_status(home: Home, form: str) -> int:
    """Print it as a matrix, as `json` or as `csv`; 3 where a force is unfinished."""
    known = statuses(home)
    as_of = newest_supplied(home.lake, home.registry)
    if form == "json":
        print_json(_as_json(known, as_of))
    elif form == "csv":
        _write_csv(known)
    elif as_of is None:
        print_line(f"The lake in {home.root} is empty: run hexbeat ingest first.")
    else:
        _print_matrix(home, known, as_of)
    return 3 if any(s.unfinished for s in known) else 0


def _as_json(known: Sequence[ForceStatus], as_of: Month | None) -> dict[str, Any]:
    return {
        s.force.id: {
            "newest": str(s.newest() or "") or None,
            "score_rests_on_months": s.rests_on_months(as_of) if as_of else 0,
            "unscored": _unscored(s, as_of) if as_of else None,
            "unfinished": s.unfinished,
            "months": {str(month): c.status for month, c in s.months.items()},
        }
        for s in known
    }


def _write_csv(known: Sequence[ForceStatus]) -> None:
    rows: list[Sequence[object]] = [
        ("force", "month", "status", "release", "rows_in", "reason")
    ]
    for s in known:
        for month, c in s.months.items():
            entry = (c.entry.release, c.entry.rows_in) if c.entry else (None, None)
            rows.append([s.force.id, month, c.status, *entry, reason_of(c)])
    print_csv(rows)


def _print_matrix(home: Home, known: Sequence[ForceStatus], as_of: Month) -> None:
    shown = window(max(m for s in known for m in s.months), _SHOWN_MONTHS)
    span = f"{shown[0]} to {shown[-1]}"
    table = PlainTable("force", "newest", span, "of 12", left=4)
    for s in known:
        signs = [_SIGNS[s.months[m].status] if m in s.months else " " for m in shown]
        newest = str(s.newest() or "none")
        rests_on = str(s.rests_on_months(as_of))
        table.row(s.force.id, newest, "".join(signs), rests_on)
    print_table(table)
    legend = "  ".join(f"{sign} {status}" for status, sign in _SIGNS.items())
    print_line(legend)
    print_line(f"of 12: supplied months of the 12 to {as_of} that scores are based on")
    for s in known:
        if why := _unscored(s, as_of):
            print_line(f"{s.force.id}: no score, {why}")
    print_programmes(home)


def print_programmes(home: Home) -> None:
    """The programmes that run, and up to when each was looked at."""
    for name in started(home):
        standing = Register(home).standing(name)
        if standing.ends is None:
            seen = f"tracked to {standing.newest_look or 'nothing yet'}"
            print_line(f"programme {name}: started {standing.starts}, {seen}")
            _print_patrols(home, open_programme(home, name))


def _print_patrols(home: Home, programme: Programme) -> None:
    """Its trials with the week that was issued last, and what its patrol logs lack."""
    today = datetime.now(LONDON).date()
    for trial in trial_standings(home, programme, today):
        print_line(f"trial {trial.trial}: {trial.state(today)}, {trial.in_words}")
    logs = log_days(home, programme, today)
    if logs and logs.newest:
        lack = f"{logs.missing:,} of {logs.of:,} days missing"
        print_line(f"patrol logs of {programme.id}: to {logs.newest}, {lack}")
    if newest := newest_pack(home, programme.id):
        print_line(f"tasking packs of {programme.id}: to {newest}")


def _unscored(status: ForceStatus, as_of: Month) -> str | None:
    why = unscorable(supplied_periods(status.months), as_of, MONTHS)
    return status.unscored(why, as_of)
