"""What a table's log says the table holds, summed up in the newest entry itself.

Delta puts no checksum on its log: an entry that lost its last lines, or in which a bit
turned, is read as if nothing were wrong, and rows are gone or counted twice. So each
commit carries the hash of all that the table holds after it, to be held against what
is read.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple


STATE = "hexbeat_state"


class Live(NamedTuple):
    """One data file that counts, as the log tells it."""

    path: str  # within the table
    partition: Mapping[str, str]
    rows: int
    mark: str | None
    size_bytes: int


def state_of(files: Iterable[Live]) -> str:
    """The hash of a table's live data files, in whatever order they come."""
    told = sorted(
        f"{path}|{sorted(partition.items())}|{rows}|{mark}|{size}"
        for path, partition, rows, mark, size in files
    )
    return sha256("\n".join(told).encode()).hexdigest()


def told_state(entry: Path) -> str | None:
    """The hash in a log entry; None in one of an older hexbeat, or without data.

    Raises `ValueError` for an entry that is not as it was written.
    """
    actions = [json.loads(line) for line in entry.read_bytes().split(b"\n") if line]
    if not all(isinstance(action, dict) for action in actions):
        raise ValueError("it holds what is no action")
    infos = [action["commitInfo"] for action in actions if "commitInfo" in action]
    if len(infos) != 1 or not isinstance(infos[0], dict):
        raise ValueError("it tells nothing of its commit")
    told = infos[0].get(STATE)
    return None if told is None else str(told)
