"""What `hexbeat feed check` reads and prints: counts and line numbers, never a row."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from flows.command.printing.terminal import print_json, print_line
from flows.summary import counted
from transforms.errors import UsageError
from transforms.feeds.force.account import (
    BrokenRule,
    DropAccount,
    account_of,
    nowhere,
    off_its_area,
)
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.sift import SiftedDrop, sift_drop
from transforms.feeds.force.sources.one_file import whole_file
from transforms.reference.calls import PREFIX, is_call


_QUARANTINED = 3
_COARSE_SHARE = 0.9
_ENOUGH_ROWS = 20


def checked_drop(file: Path, mapping: Path, received_at: datetime) -> DropAccount:
    """What the file contains, read by that mapping."""
    sifted, rules = sifted_file(file, mapping, received_at)
    return account_of(sifted, rules, received_at)


def sifted_file(
    file: Path, mapping: Path, received_at: datetime
) -> tuple[SiftedDrop, ForceMapping]:
    """The file's rows, and the mapping that they were read by."""
    rules = read_mapping(_text(mapping), mapping.name)
    return sift_drop(whole_file(file), rules, received_at, file.name), rules


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a readable text file") from error


def show_drop(account: DropAccount, as_json: bool, unlike: str | None = None) -> int:
    """Print it; the exit code: 3 if rows are quarantined, or places elsewhere."""
    elsewhere = nowhere(account.located, account.in_area) or off_its_area(account)
    looked_into = account.quarantined or elsewhere or unlike
    code = _QUARANTINED if looked_into else 0
    if as_json:
        compared = {} if unlike is None else {"unlike_earlier": unlike or None}
        print_json({**asdict(account), **compared, "exit_code": code})
        return code
    for title, text in _lines(account):
        print_line(f"{title:<11} {text}")
    if unlike is not None:
        print_line(f"{'earlier':<11} {unlike or 'like the drops in the home'}")
    return code


def _lines(drop: DropAccount) -> list[tuple[str, str]]:
    quarantined = sum(each.rows for each in drop.quarantined.values())
    lines = [
        ("force", drop.force),
        ("rows", f"{drop.rows_in:,}"),
        ("accepted", f"{drop.accepted:,}, of them {drop.deleted:,} deleted records"),
        ("quarantined", f"{quarantined:,}"),
    ]
    lines += [("", _broken(*item)) for item in drop.quarantined.items()]
    if drop.first_day:
        span = f"{drop.first_day} to {drop.last_day}"
        lines.append(("began", f"{span}, none on {drop.days_without:,} of those days"))
        lines.append(("located", _located(drop)))
    if drop.bounds:
        lines.append(("places", _extent(drop)))
    crimes = {c: n for c, n in drop.categories.items() if not is_call(c)}
    lines += [("category", f"{slug}: {n:,}") for slug, n in crimes.items()]
    calls = {c: n for c, n in drop.categories.items() if is_call(c)}
    lines += [("call", f"{c.removeprefix(PREFIX)}: {n:,}") for c, n in calls.items()]
    for title, hour in (("shown twice", drop.ambiguous), ("never shown", drop.skipped)):
        done = f", {hour.done}" if hour.rows else ""
        lines.append((title, f"{_rows(hour.rows)} in such an hour{done}"))
    if drop.repeated_references:
        repeats = (
            f"{_rows(drop.repeated_references)} with a reference that an earlier row"
            " has: the latest version of a reference counts"
        )
        lines.append(("note", repeats))
    if drop.past_retention:
        lines.append(("note", f"{_rows(drop.past_retention)} past retention_days"))
    if not drop.rows_in:
        lines.append(("note", "nothing new: no row, as the mapping allows"))
    lines += [("note", said) for said in _doubts(drop)]
    lines += [("note", repair) for repair in drop.repairs]
    return [*lines, ("stored", "nothing: this was a check")]


def _doubts(drop: DropAccount) -> list[str]:
    """What is accepted, but may be a mistake."""
    doubts = []
    if drop.open_ends:
        doubts.append(
            f"{_rows(drop.open_ends)} with an end after the file was received: it"
            " counts as unknown"
        )
    if nowhere(drop.located, drop.in_area):
        doubts.append("no place is in England or Wales: check crs and the columns")
    elif off_its_area(drop):
        doubts.append(
            f"only {drop.near_area:,} of {drop.located:,} places lie in or near the"
            f" area of {drop.force}: check force, crs and the columns"
        )
    if drop.at_one_point > max(_ENOUGH_ROWS, drop.located / 2):
        doubts.append(
            f"{_rows(drop.at_one_point)} have the same point: a default for no address?"
            " Leave the place of such rows empty"
        )
    if drop.midnight > max(_ENOUGH_ROWS, _COARSE_SHARE * drop.accepted):
        doubts.append(
            f"{_rows(drop.midnight)} began at 00:00: if the times are unknown, leave"
            " their column out of the mapping"
        )
    if drop.located and drop.coarse > _COARSE_SHARE * drop.located:
        doubts.append(
            f"{_rows(drop.coarse)} have a place to a hundred metres only: cells of a"
            " finer resolution are not right"
        )
    return doubts


def _broken(rule: str, broken: BrokenRule) -> str:
    more = ", …" if broken.rows > len(broken.first_lines) else ""
    lines = ", ".join(str(line) for line in broken.first_lines)
    return f"{rule}: {_rows(broken.rows)}, line {lines}{more}"


def _located(drop: DropAccount) -> str:
    live = drop.accepted - drop.deleted
    share = drop.located / live
    return f"{drop.located:,} of {live:,} ({share:.0%}), {drop.in_area:,} in the area"


def _extent(drop: DropAccount) -> str:
    """Where the places are, in tenths of a degree and beside the force's area."""
    south, north, west, east = drop.bounds or (0, 0, 0, 0)
    box = f"{south} to {north} degrees north, {west} to {east} east"
    if drop.near_area is None:
        return box
    return f"{box}; {drop.near_area:,} in or near the area of {drop.force}"


def _rows(number: int) -> str:
    return counted(number, "row", "rows")
