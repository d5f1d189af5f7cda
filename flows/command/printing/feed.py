"""What the commands of a force's feed print: counts and days, never a row."""

from dataclasses import asdict
from typing import Any

from flows.command.printing.terminal import print_error, print_json, print_line
from flows.summary import counted
from transforms.backtests.days.report import BandCoverage
from transforms.day_publications.backtest import Backtested
from transforms.day_publications.edition import known_then_in_words
from transforms.homes.chained_log import Audited
from transforms.records.day_coverage import Days
from transforms.records.doubt import TO_DO
from transforms.records.removal import Removed
from transforms.records.retention import Due
from transforms.records.status import FeedStatus
from transforms.reference.days import Day
from transforms.scores.methods import DEFAULT_DAY_METHOD


_LOOK = 3
_SHOWN_DAYS = 5


def show_feed_status(state: FeedStatus, as_json: bool) -> int:
    """Print the state of a feed; 3 if a person has to look into it."""
    code = _LOOK if state.needs_attention else 0
    if as_json:
        print_json(_as_json(state, code))
        return code
    for title, text in _lines(state):
        print_line(f"{title:<11} {text}")
    return code


def _as_json(state: FeedStatus, code: int) -> dict[str, Any]:
    received = state.received_at
    of_days = ("days", "call_days")
    return {
        **{name: value for name, value in vars(state).items() if name not in of_days},
        "received_at": received.isoformat() if received else None,
        **_days_as_json(state.days),
        "days_of_calls": state.call_days and _days_as_json(state.call_days),
        "exit_code": code,
    }


def _days_as_json(days: Days) -> dict[str, Any]:
    return {
        "first_day": _text(days.first),
        "newest_day": _text(days.newest),
        "days_supplied": len(days.supplied),
        "days_without": days.without,
        "missing_days": [str(day) for day in days.of("missing")],
        "partial_days": [str(day) for day in days.of("partial")],
        "set_aside_days": [str(day) for day in days.of("set_aside")],
    }


def _text(day: Day | None) -> str | None:
    return str(day) if day else None


def _lines(state: FeedStatus) -> list[tuple[str, str]]:
    drops = f"{state.drops:,} ingested, {state.rejected:,} rejected"
    if state.received_at:
        drops += f"; the newest arrived {state.received_at:%Y-%m-%d %H:%M} UTC"
    lines = [
        ("force", state.force),
        ("drops", drops),
        *(("refused", why) for why in state.refused.values()),
        ("records", f"{state.records:,}, and {state.deleted:,} deleted by the force"),
        *([("calls", f"{state.calls:,} of the records")] if state.calls else []),
        ("erased", f"{state.tombstones:,} references are refused"),
        ("quarantined", f"{sum(state.quarantined.values()):,}"),
    ]
    lines += [("", f"{rule}: {n:,}") for rule, n in state.quarantined.items()]
    lines += [("in doubt", doubt) for doubt in state.doubts]
    if state.doubts:
        lines.append(("withheld", f"publications, until that is settled. {TO_DO}"))
    lines += _days(state.days)
    if state.call_days and state.call_days.first:
        lines += [("calls", f"{of}: {text}") for of, text in _days(state.call_days)]
    if state.stopped:
        lines.append(
            ("stopped", "its newest record is too old: the days since are unknown")
        )
    if state.calls_stopped:
        lines.append(("stopped", "its newest call for service is too old"))
    if state.mapping_changed:
        lines.append(
            ("note", "the mapping has changed since the newest drop was ingested")
        )
    if state.unfinished:
        lines.append(("note", "a removal was interrupted: the next pull finishes it"))
    if state.withheld:
        lines.append(("withheld", state.withheld))
    if state.audit_fault:
        lines.append(("audit", f"audit.jsonl: {state.audit_fault}"))
    return lines


def _days(days: Days) -> list[tuple[str, str]]:
    if days.first is None:
        return [("days", "none: nothing is stored")]
    span = f"{days.first} to {days.newest}, {len(days.supplied):,} supplied"
    lines = [("days", f"{span}, none began on {days.without:,}")]
    if missing := days.of("missing"):
        text = f"{len(missing):,} days, not counted as zero: {_shown(missing)}"
        lines.append(("missing", text))
    if partial := days.of("partial"):
        text = (
            f"{len(partial):,} days, not counted, with far fewer records than their"
            f" past expects: {_shown(partial)}"
        )
        lines.append(("partial", text))
    if days.not_whole:
        hold = (
            "publications that need these days, until their records come or"
            " hexbeat.toml says how they count"
        )
        lines.append(("withheld", hold))
    if set_aside := days.of("set_aside"):
        lines.append(("set aside", f"{len(set_aside):,} days, by hexbeat.toml"))
    return lines


def _shown(days: list[Day]) -> str:
    """The first of them by name."""
    more = ", …" if len(days) > _SHOWN_DAYS else ""
    return ", ".join(map(str, days[:_SHOWN_DAYS])) + more


def show_backtest(result: Backtested, as_json: bool) -> int:
    """Print how the scores would have done, by crime group."""
    if as_json:
        print_json(result.as_account() | {"exit_code": 0})
        return 0
    ahead = "day's" if result.horizon_days == 1 else f"{result.horizon_days} days'"
    print_line(
        f"backtest {result.origins} as-of days, {result.first} to {result.last}: share"
        f" of the next {ahead} incidents found in 1 % of the universe, and in 10 km2"
        " where that is under 5 % (compare years by it), and the gain in points, with"
        " its 95 % interval, over the best rival in hindsight (counts of 7, 28, 91, 365"
        " and all days, ewma, kernel_density)"
    )
    mine = [line for line in result.lines if line.method == DEFAULT_DAY_METHOD]
    for line in mine:
        gain = _points(line.gain, line.gain_lo, line.gain_hi)
        print_line(f"{line.crime_group:<32} {line.area:>6} {line.hit_rate:6.1%} {gain}")
    if result.gain is not None:
        gain = _points(result.gain, result.gain_lo, result.gain_hi)
        print_line(f"{'mean of the categories':<32} {'1 %':>6} {'':6} {gain}")
    if contained := _contained(result.intervals):
        print_line(f"the 95 % interval contains the count of {contained}")
    print_line(known_then_in_words(result.recorded_share))
    if number := result.in_doubt:
        drops = counted(number, "drop is", "drops are")
        print_line(
            f"{drops} in doubt, and counted here all the same: see hexbeat feed status"
        )
    return 0


def _contained(intervals: list[BandCoverage]) -> str:
    """By how much was expected, where any cell expected that much."""
    return ", ".join(
        f"{band.inside:.1%} of the {band.cells:,} cells that expect {band.expected}"
        for band in intervals
        if band.inside is not None
    )


def _points(mean: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{100 * mean:+6.1f}"
    return f"{100 * mean:+6.1f}  {100 * low:+.1f} to {100 * high:+.1f}"


def show_removed(done: Removed, as_json: bool, title: str = "erased") -> int:
    """Print what an erasure, or a confirmed retention, removed; 3 if nothing was."""
    code = 0 if done.any or title != "erased" else _LOOK
    if as_json:
        print_json(asdict(done) | {"exit_code": code})
        return code
    print_line(
        f"{title:<8} {done.records:,} records, {done.raw_rows:,} rows of"
        f" {done.raw_drops:,} raw drops, and every version that had them"
    )
    if done.publications:
        print_line(
            f"retired  {done.publications:,} publications made from them; hexbeat feed"
            " score publishes the newest day again"
        )
    if done.sheets:
        print_line(
            f"retired  {done.sheets:,} profiles, plans, packs, reports, looks and"
            " analyses made from them; the same commands make them again"
        )
    if code:
        print_error(
            "nothing was erased: no stored record has that reference, or began on those"
            " days. Was it mistyped? It is refused from now on all the same"
        )
    return code


def show_due(due: Due | None, as_json: bool) -> int:
    """Print what is past its retention; 3 if a person has to confirm it."""
    code = _LOOK if due and due.doubt else 0
    if as_json:
        counts = {
            "records": due.records if due else 0,
            "raw_drops": due.drops if due else 0,
            "before": due.cutoff.isoformat() if due else None,
            "withheld": due.doubt if due else None,
        }
        print_json(counts | {"exit_code": code})
    elif due is None:
        print_line("retain   nothing is past its retention")
    elif due.doubt:
        print_error(due.doubt)
    else:
        print_line(f"retain   {due.in_words}: the next pull removes them")
    return code


def show_audited(audited: Audited, as_json: bool) -> int:
    """Print whether the log is unchanged; 1 if it is not."""
    code = 1 if audited.fault else 0
    if as_json:
        print_json(asdict(audited) | {"exit_code": code})
    elif audited.fault:
        print_error(f"audit.jsonl: {audited.fault}")
    else:
        print_line(f"audit    {audited.lines:,} lines, unchanged")
    return code
