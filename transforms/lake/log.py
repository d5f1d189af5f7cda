"""A table's log: the hash that each entry carries, its newest entries, its flush.

Delta puts no checksum on its log: an entry that lost its last lines, or in which a bit
turned, is read as if nothing were wrong, and rows are gone or counted twice. So each
commit carries the hash of all that the table contains after it, to be compared with
what is read.
"""

import fnmatch
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path

from transforms.errors import LakeError
from transforms.lake.storage import flush_folder, is_remote


STATE = "hexbeat_state"
FileFacts = tuple[int, ...] | None
_SUMMARIES = ("*.checkpoint.parquet", "_last_checkpoint")
_NUMBERED = ("json", "checkpoint.parquet")


@dataclass(frozen=True)
class Live:
    """One data file that counts, as the log describes it."""

    path: str  # within the table
    partition: Mapping[str, str]
    rows: int
    mark: str | None
    size_bytes: int

    @cached_property
    def described(self) -> str:
        """All of that, as the hash takes it."""
        partition = sorted(self.partition.items())
        return f"{self.path}|{partition}|{self.rows}|{self.mark}|{self.size_bytes}"


def state_of(files: Iterable[Live]) -> str:
    """The hash of a table's live data files, in whatever order they come."""
    described = sorted(file.described for file in files)
    return sha256("\n".join(described).encode()).hexdigest()


def state_in(entry: Path) -> str | None:
    """The hash in a log entry; None in one of an older hexbeat, or without data.

    Raises `ValueError` for an entry that is not as it was written.
    """
    actions = [json.loads(line) for line in entry.read_bytes().split(b"\n") if line]
    if not all(isinstance(action, dict) for action in actions):
        raise ValueError("it contains something that is not an action")
    infos = [action["commitInfo"] for action in actions if "commitInfo" in action]
    if len(infos) != 1 or not isinstance(infos[0], dict):
        raise ValueError("it says nothing about its commit")
    state = infos[0].get(STATE)
    return None if state is None else str(state)


def damaged(name: str, path: Path) -> LakeError:
    """The error for a table whose log is not as it was written."""
    return LakeError(
        f"the {name} table's log cannot be read as it was written: hexbeat doctor"
        f" --repair, or bring {path}/_delta_log back from a backup"
    )


def ends_of_log(path: Path) -> tuple[FileFacts, FileFacts]:
    """What identifies a table's first and newest log entry; None if not known."""
    if is_remote(path):
        return None, None
    try:
        with os.scandir(path / "_delta_log") as log:
            entries = {e.name: e for e in log if e.name.endswith(".json")}
        ends = [entries[at(entries)].stat() for at in (min, max)]
        newest = int(max(entries).partition(".")[0])
    except (OSError, ValueError):  # no such table, or its entries are moved right now
        return None, None
    first, last = ((e.st_ino, e.st_mtime_ns, e.st_size) for e in ends)
    return first, (newest, *last)


def entries_since_checkpoint(path: Path) -> int:
    """How many entries of a table's log are newer than its last checkpoint."""
    log = path / "_delta_log"
    numbers = {kind: newest_version(log.glob(f"*.{kind}")) for kind in _NUMBERED}
    return numbers["json"] - numbers["checkpoint.parquet"]


def newest_version(log_files: Iterable[Path]) -> int:
    """The newest version among log files, -1 where there is none."""
    numbers = (file.name.partition(".")[0] for file in log_files)
    return max((int(number) for number in numbers if number.isdigit()), default=-1)


def newest_entries(version: int) -> set[str]:
    """The files of a log that describe a table at its newest version."""
    return {*(f"{version:020}.{kind}" for kind in _NUMBERED), _SUMMARIES[1]}


def names_only(path: Path, version: int) -> bool:
    """Whether a log says nothing of any version before."""
    log = path / "_delta_log"
    if {entry.name for entry in log.iterdir()} != newest_entries(version):
        return False
    text = (log / f"{version:020}.json").read_text(encoding="utf-8")
    return not any("remove" in json.loads(line) for line in text.splitlines())


def flush_log(path: Path, base: int) -> None:
    """Force the log to disk from that version on: Delta itself flushes nothing.

    The process that wrote that version may have died before flushing it, and others may
    have added versions since, so flush every entry: a log with a gap cannot be read.
    """
    if is_remote(path):
        return
    log = path / "_delta_log"
    with os.scandir(log) as found:
        names = sorted(entry.name for entry in found)
    first = f"{base:020}.json"
    entries = [name for name in names if name.endswith(".json") and name >= first]
    summaries = [fnmatch.filter(names, pattern)[-1:] for pattern in _SUMMARIES]
    for name in chain(entries, *summaries):
        flush_folder(log / name)
    flush_folder(log)
    flush_folder(path)
