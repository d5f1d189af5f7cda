"""What `hexbeat feed check` reads and prints: counts and line numbers, never a row."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from transforms.errors import FileRejectedError, UsageError
from transforms.feeds.force.account import DropAccount, HeldBack, account_of
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.sift import sift_drop
from transforms.feeds.force.still_growing import Look, is_settled


_MAX_BYTES = 2 << 30
_QUARANTINED = 3


def checked_drop(file: Path, mapping: Path, received_at: datetime) -> DropAccount:
    """What the file would bring by that mapping."""
    said = read_mapping(_text(mapping), mapping.name)
    data = _whole(file)
    return account_of(sift_drop(data, said, received_at, file.name), said, received_at)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a readable text file") from error


def _whole(path: Path) -> bytes:
    """The file's bytes, unless it was written to while they were read."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    before = _look(path)
    if before.size_bytes > _MAX_BYTES:
        raise FileRejectedError(f"{path.name}: over {_MAX_BYTES >> 30} GB")
    data = path.read_bytes()
    if not is_settled(before, _look(path)):
        raise FileRejectedError(f"{path.name}: still being written; check it again")
    return data


def _look(path: Path) -> Look:
    told = path.stat()
    return Look(told.st_size, told.st_mtime_ns)


def show_drop(account: DropAccount, as_json: bool) -> int:
    """Print it; the exit code: 3 where something is held back."""
    code = _QUARANTINED if account.quarantined else 0
    if as_json:
        told = {**asdict(account), "exit_code": code}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return code
    for title, text in _lines(account):
        sys.stdout.write(f"{title:<11} {text}\n")
    return code


def _lines(told: DropAccount) -> list[tuple[str, str]]:
    held = sum(each.rows for each in told.quarantined.values())
    lines = [
        ("force", told.force),
        ("rows", f"{told.rows_in:,}"),
        ("accepted", f"{told.accepted:,}, of them {told.deleted:,} deleted records"),
        ("quarantined", f"{held:,}"),
    ]
    lines += [("", _held(*item)) for item in told.quarantined.items()]
    if told.first_day:
        span = f"{told.first_day} to {told.last_day}"
        lines.append(("began", f"{span}, none on {told.days_without:,} of those days"))
        lines.append(("located", _located(told)))
    lines += [("category", f"{slug}: {n:,}") for slug, n in told.categories.items()]
    for title, hour in (("shown twice", told.ambiguous), ("never shown", told.skipped)):
        done = f", {hour.done}" if hour.rows else ""
        lines.append((title, f"{_rows(hour.rows)} in such an hour{done}"))
    if told.repeated_references:
        lines.append(("note", f"{_rows(told.repeated_references)} repeat a reference"))
    if told.past_retention:
        lines.append(("note", f"{_rows(told.past_retention)} past retention_days"))
    lines += [("note", repair) for repair in told.repairs]
    return [*lines, ("stored", "nothing: this was a check")]


def _held(rule: str, held: HeldBack) -> str:
    more = ", …" if held.rows > len(held.first_lines) else ""
    lines = ", ".join(str(line) for line in held.first_lines)
    return f"{rule}: {_rows(held.rows)}, line {lines}{more}"


def _located(told: DropAccount) -> str:
    live = told.accepted - told.deleted
    share = told.located / live
    return f"{told.located:,} of {live:,} ({share:.0%}), {told.in_area:,} in the area"


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"
