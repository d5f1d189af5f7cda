"""What maintenance finds to be unneeded, and how it is removed and counted."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from transforms.lake.crash_points import crash_point


LOG_ENTRIES = 20  # commits in a log, from which on it is summed up


@dataclass(frozen=True)
class Unneeded:
    """A file or a folder that nothing needs any more."""

    kind: str  # in words
    path: Path


@dataclass
class Removed:
    """How much of one kind was removed, or would be."""

    kind: str
    files: int = 0
    bytes: int = 0


def remove(found: Iterable[Unneeded], dry_run: bool) -> list[Removed]:
    """Remove it, or only count it; one account a kind, in order of their names.

    What another run has removed in between is passed over.
    """
    by_kind: dict[str, Removed] = {}
    for each in found:
        account = by_kind.setdefault(each.kind, Removed(each.kind))
        for file in files_of(each.path):
            try:
                size = file.lstat().st_size
                if not dry_run:
                    file.unlink()
                    crash_point("unneeded-removed")
            except FileNotFoundError:
                continue
            account.files += 1
            account.bytes += size
        if not dry_run and each.path.is_dir():
            shutil.rmtree(each.path, ignore_errors=True)  # only empty folders are left
    return [by_kind[kind] for kind in sorted(by_kind)]


def files_of(path: Path) -> list[Path]:
    """The file itself, or all files of the folder."""
    if not path.is_dir():
        return [path]
    return [file for file in sorted(path.rglob("*")) if not file.is_dir()]


def touched_at(path: Path) -> datetime | None:
    """When anything of a file or a folder was last written; None where it is gone."""
    times = []
    for each in (path, *files_of(path)):
        try:
            times.append(each.lstat().st_mtime)
        except FileNotFoundError:
            continue
    return datetime.fromtimestamp(max(times), UTC) if times else None


def replaced_at(table: Path) -> dict[str, datetime]:
    """When each replaced data file was replaced, as far as the log still says.

    Delta drops a commit from the log a month after it, at a checkpoint.
    """
    found: dict[str, datetime] = {}
    for entry in sorted((table / "_delta_log").glob("*.json")):
        for line in entry.read_text(encoding="utf-8").splitlines():
            if gone := json.loads(line).get("remove"):
                seconds = gone["deletionTimestamp"] / 1000
                found[gone["path"]] = datetime.fromtimestamp(seconds, UTC)
    return found
