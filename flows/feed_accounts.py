"""What the commands of a force's feed print: counts and days, never a row."""

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from transforms.days.run import Backtested
from transforms.records.audit import Audited
from transforms.records.days import Days
from transforms.records.removal import Removed
from transforms.records.status import FeedStatus
from transforms.scores import DEFAULT_METHOD


_HELD = 3
_DAYS_TOLD = 5


def show_feed_status(told: FeedStatus, as_json: bool) -> int:
    """Print how a feed stands; 3 where somebody has to look into it."""
    code = _HELD if told.held else 0
    if as_json:
        sys.stdout.write(json.dumps(_as_json(told, code), indent=1) + "\n")
        return code
    for title, text in _lines(told):
        sys.stdout.write(f"{title:<11} {text}\n")
    return code


def _as_json(told: FeedStatus, code: int) -> dict[str, Any]:
    days = told.days
    received = told.received_at
    return {
        **{name: value for name, value in asdict(told).items() if name != "days"},
        "received_at": received.isoformat() if received else None,
        "first_day": _text(days.first),
        "newest_day": _text(days.newest),
        "days_supplied": len(days.supplied),
        "days_without": days.without,
        "missing_days": [str(day) for day in days.missing],
        "set_aside_days": [str(day) for day in days.set_aside],
        "exit_code": code,
    }


def _text(day: date | None) -> str | None:
    return str(day) if day else None


def _lines(told: FeedStatus) -> list[tuple[str, str]]:
    taken = f"{told.drops:,} taken, {told.rejected:,} rejected"
    if told.received_at:
        taken += f"; the newest came {told.received_at:%Y-%m-%d %H:%M} UTC"
    lines = [
        ("force", told.force),
        ("drops", taken),
        ("records", f"{told.records:,}, and {told.deleted:,} deleted by the force"),
        ("erased", f"{told.tombstones:,} references are refused"),
        ("quarantined", f"{sum(told.quarantined.values()):,}"),
    ]
    lines += [("", f"{rule}: {n:,}") for rule, n in told.quarantined.items()]
    lines += _days(told.days)
    if told.stopped:
        lines.append(
            ("stopped", "its newest record is too old: days since are unknown")
        )
    if told.mapping_changed:
        lines.append(
            ("note", "the mapping has changed since the newest drop was taken")
        )
    if told.unfinished:
        lines.append(("note", "an erasure was cut off: the next pull finishes it"))
    return lines


def _days(days: Days) -> list[tuple[str, str]]:
    if days.first is None:
        return [("days", "none: nothing is held")]
    span = f"{days.first} to {days.newest}, {len(days.supplied):,} supplied"
    lines = [("days", f"{span}, none began on {days.without:,}")]
    if days.missing:
        shown = ", ".join(map(str, days.missing[:_DAYS_TOLD]))
        more = ", …" if len(days.missing) > _DAYS_TOLD else ""
        missing = f"{len(days.missing):,} days, not counted as zero: {shown}{more}"
        lines.append(("missing", missing))
        hold = (
            "no publication that rests on them, until hexbeat.toml says how they count"
        )
        lines.append(("held", hold))
    if days.set_aside:
        lines.append(("set aside", f"{len(days.set_aside):,} days, by hexbeat.toml"))
    return lines


def show_backtest(found: Backtested, as_json: bool) -> int:
    """Print how the scores would have done, by crime group."""
    if as_json:
        told = found.as_account() | {"exit_code": 0}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return 0
    ahead = "day's" if found.horizon_days == 1 else f"{found.horizon_days} days'"
    sys.stdout.write(
        f"backtest {found.origins} as-of days, {found.first} to {found.last}: share of"
        f" the next {ahead} incidents found in 1 % of the area, and the gain over the"
        " best rolling count in points, with its 95 % interval\n"
    )
    mine = [line for line in found.lines if line.method == DEFAULT_METHOD]
    for line in mine:
        gain = _points(line.gain, line.gain_lo, line.gain_hi)
        sys.stdout.write(f"{line.crime_group:<32} {line.hit_rate:6.1%} {gain}\n")
    gain = _points(found.gain, found.gain_lo, found.gain_hi)
    sys.stdout.write(f"{'mean of the categories':<32} {'':6} {gain}\n")
    return 0


def _points(mean: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{100 * mean:+6.1f}"
    return f"{100 * mean:+6.1f}  {100 * low:+.1f} to {100 * high:+.1f}"


def show_removed(done: Removed, as_json: bool) -> int:
    """Print what an erasure took out."""
    if as_json:
        sys.stdout.write(json.dumps(asdict(done) | {"exit_code": 0}, indent=1) + "\n")
    else:
        sys.stdout.write(
            f"erased   {done.records:,} records, {done.raw_rows:,} rows of"
            f" {done.raw_drops:,} raw drops, and every version that had them\n"
        )
    return 0


def show_audited(found: Audited, as_json: bool) -> int:
    """Print whether the log is as it was written; 1 where it is not."""
    code = 1 if found.fault else 0
    if as_json:
        sys.stdout.write(json.dumps(asdict(found) | {"exit_code": code}) + "\n")
    elif found.fault:
        sys.stderr.write(f"hexbeat: audit.jsonl: {found.fault}\n")
    else:
        sys.stdout.write(f"audit    {found.lines:,} lines, as they were written\n")
    return code
