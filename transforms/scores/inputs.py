"""What a score is based on: whether that is enough, and the hash that identifies it."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import TypeVar

from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.epochs import epochs_sha256
from transforms.reference.clocks import MONTHS, Clock, Period
from transforms.reference.groups import groups_sha256
from transforms.reference.months import Month, window
from transforms.reference.score_settings import Scoring
from transforms.scores import hotspots
from transforms.scores.methods import Method
from transforms.scores.table import intervals


P = TypeVar("P", bound=Period)


def unscorable(supplied: Sequence[P], as_of: P, clock: Clock) -> str | None:
    """Why a force can have no score at that as-of, or None if it can.

    `supplied` are the periods that count as supplied, oldest first.
    """
    known = [period for period in supplied if period <= as_of]
    if not known:
        return f"no {clock.period} supplied up to {as_of}"
    if as_of.since(known[-1]) > clock.fresh_within:
        late = f"over {clock.fresh_within} {clock.unit} before {as_of}"
        return f"newest supplied {clock.period} is {known[-1]}, {late}"
    at_least, among = clock.at_least
    recent = len(set(known) & set(window(as_of, among)))
    if recent < at_least:
        return f"only {recent} of the {among} {clock.unit} to {as_of} were supplied"
    return None


def inputs_sha256(
    incidents: Sequence[object],
    as_of: Period,
    method: Method,
    scoring: Scoring,
    clock: Clock,
) -> str:
    """The identity of everything that a force's scores at an as-of are based on.

    `incidents` identifies the incidents, in plain values.
    """
    code = [
        _version(),
        method.NAME,
        method.VERSION,
        groups_sha256(),
        f"hot spots {hotspots.RULE}",
        f"intervals {intervals.RULE}",
    ]
    if clock.archive:
        code.append(epochs_sha256())
    identity = [str(as_of), code, scoring.sha256, *incidents]
    return sha256(json.dumps(identity).encode()).hexdigest()


def months_sha256(
    months: Mapping[Month, MonthCoverage],
    as_of: Month,
    method: Method,
    scoring: Scoring,
) -> str:
    """The identity of scores of the public feed, based on what they read of each month.

    So a release that changes nothing but outcomes leaves them as they are.
    """
    incidents = [
        (str(month), c.status, c.entry.score_input if c.entry else None)
        for month, c in months.items()
        if month <= as_of
    ]
    return inputs_sha256([incidents], as_of, method, scoring, MONTHS)


@cache
def _version() -> str:
    """Hexbeat's own version; cached, because looking it up reads a file."""
    return version("hexbeat")
