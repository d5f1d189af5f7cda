"""Limits that an operator sets on tasks by their tags, asked of the server together.

For each task with tags Prefect asks the server for a slot of each tag's limit, whether
there is one or not. The server writes to answer, and where another writes to its SQLite
file it refuses at once and is asked again two seconds later. So tasks ask for the slots
of those limits alone that the server has.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from prefect import get_client, task_engine
from prefect.concurrency._sync import concurrency as _ask_for_slots


KNOWN_FOR_SECONDS = 15.0  # so soon a new limit holds for a run that goes on
_MOST = 200  # limits that the server lists at once

_alone = threading.Lock()
_known: tuple[float, frozenset[str] | None] = (-KNOWN_FOR_SECONDS, None)


def ask_for_limits_that_exist() -> None:
    """Let tasks ask for no slot of a tag without a limit."""
    setattr(task_engine, "_concurrency", _limited)  # noqa: B010 - Prefect's own name


@contextmanager
def _limited(names: list[str], **how: Any) -> Iterator[None]:
    known = _limits()
    asked = names if known is None else [name for name in names if name in known]
    with _ask_for_slots(asked, **how):
        yield


def _limits() -> frozenset[str] | None:
    """The names of all limits; None where they cannot be told."""
    global _known
    with _alone:
        if time.monotonic() - _known[0] >= KNOWN_FOR_SECONDS:
            _known = time.monotonic(), _listed()
        return _known[1]


def _listed() -> frozenset[str] | None:
    try:
        with get_client(sync_client=True) as client:
            limits = client.read_global_concurrency_limits(_MOST)
    except httpx.HTTPError:
        return None
    return None if len(limits) == _MOST else frozenset(each.name for each in limits)
