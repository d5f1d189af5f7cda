"""Named moments between one lasting step and the next, at which a test can end it all.

Whatever dies there is mended by running the same command again: tests/faults ends a
process at each of them and looks. In an undisturbed run a point costs one comparison.
"""

import os
import signal
from collections.abc import Callable
from itertools import count

from transforms.errors import UsageError


CRASH_POINTS = (
    # a data file of the lake
    "data-written",  # not yet flushed
    "data-flushed",  # its folders not yet
    "data-settled",
    # a table's log
    "table-made",
    "commit-decided",  # everything is written, nothing counts
    "commit-made",  # it counts, and is not yet flushed
    "commit-flushed",
    "checkpoint-made",
    # a small file swapped in: pointers, catalogue, settings of a lake
    "swap-written",
    "swap-flushed",
    "swap-renamed",
    # a file that nobody changes: raw bytes and the names that lead to them
    "raw-written",
    "raw-flushed",
    "raw-renamed",
    # an ingest, between its commits
    "rows-landed",
    "quarantine-landed",
    "ledger-written",
    # scores and backtests, before their commit
    "scores-written",
    "backtest-written",
    # a publication
    "tier-written",
    "tier-sealed",
    "tier-placed",
    "publication-placed",  # nothing points at it yet
    "publication-pointed-at",  # the catalogue does not list it yet
    "publication-listed",
    # a programme, a look, a plan: a folder that is placed once, and its line
    "kept-unlisted",  # without the list of its files
    "kept-written",
    "kept-flushed",
    "kept-placed",  # no line of the register says so
    "line-written",  # the count of lines does not know it
    # what is taken back, or has had its time
    "withdrawal-recorded",
    "withdrawal-pointed-away",
    "retirement-recorded",
    "retirement-moved",
    "unneeded-removed",
    # a lake on its way to the next layout
    "layout-reached",
)

_at: Callable[[str], None] | None = None


def crash_point(name: str) -> None:
    """Report to any listener that the process has reached this point."""
    if _at is not None:
        _at(name)


def listen(to: Callable[[str], None] | None) -> None:
    """Call that at every point from now on; None for nobody."""
    global _at
    _at = to


def arm(where: str) -> None:
    """End this process at once, as kill -9 does, when it comes to `name` or `name:nth`.

    `UsageError` for a point that there is not.
    """
    name, _, nth = where.partition(":")
    if name not in CRASH_POINTS or not (nth or "1").isdecimal():
        raise UsageError(
            f"crash point {where!r}: write one of {', '.join(CRASH_POINTS)}"
        )
    last, times = int(nth or "1"), count(1)

    def end(at: str) -> None:
        if at == name and next(times) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    listen(end)
