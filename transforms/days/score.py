"""Scores on days: what the next day and the next week are expected to bring."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version

import pyarrow as pa

from transforms.clocks import Clock
from transforms.days.day import HORIZONS_DAYS, Day, day_clock
from transforms.days.schema import DAY_SCORES
from transforms.days.view import day_views
from transforms.groups import groups_sha256
from transforms.hotspots import Named
from transforms.months import window
from transforms.panel import Panel
from transforms.schemas import conform
from transforms.score import score_view
from transforms.scores import Method
from transforms.scoring import Scoring


_AT_LEAST_OF_LAST_91 = 28
_AT_MOST_DAYS_BEHIND = 7


def unscorable(supplied: Sequence[Day], as_of: Day) -> str | None:
    """Why there can be no score on that day, or None if there can."""
    known = [day for day in supplied if day <= as_of]
    if not known:
        return f"no day supplied up to {as_of}"
    newest = max(known)
    if as_of.since(newest) > _AT_MOST_DAYS_BEHIND:
        return f"newest supplied day is {newest}, over 7 days before {as_of}"
    recent = len(set(known) & set(window(as_of, 91)))
    if recent < _AT_LEAST_OF_LAST_91:
        return f"only {recent} of the 91 days to {as_of} were supplied"
    return None


def inputs_sha256(
    record_files: Sequence[str],
    supplied: Sequence[Day],
    as_of: Day,
    method: Method,
    scoring: Scoring,
) -> str:
    """The identity of everything that the scores of a day rest on.

    `record_files` are the hashes of the files that hold the records.
    """
    code = [version("hexbeat"), method.NAME, method.VERSION, groups_sha256()]
    days = [str(day) for day in supplied if day <= as_of]
    identity = [str(as_of), code, scoring.sha256, sorted(record_files), days]
    return sha256(json.dumps(identity).encode()).hexdigest()


def score_day(
    panel: Panel,
    supplied: Sequence[Day],
    as_of: Day,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Mapping[str, Named],
    mark: str,
) -> pa.Table:
    """All groups' score rows of a force on one day, at both horizons.

    `earlier` are the hot spots of the as-of before, whose ids live on. Both horizons
    have the same hot spots: they rank alike.
    """
    tables = []
    for days in HORIZONS_DAYS:
        clock = day_clock(days)
        rows = _of_horizon(
            panel, supplied, as_of, clock, method, scoring, force, earlier
        )
        tables.append(rows)
    together = pa.concat_tables([t.unify_dictionaries() for t in tables])
    for name, value in {
        "force": force,
        "as_of": str(as_of),
        "inputs_sha256": mark,
    }.items():
        together = together.append_column(name, pa.repeat(value, len(together)))
    return conform(together, DAY_SCORES)


def _of_horizon(
    panel: Panel,
    supplied: Sequence[Day],
    as_of: Day,
    clock: Clock,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Mapping[str, Named],
) -> pa.Table:
    [seen] = day_views(panel, supplied, [as_of], clock)
    rows, _ = score_view(seen, method, scoring, force, earlier)
    return rows.append_column("horizon_days", pa.repeat(clock.term, len(rows)))
