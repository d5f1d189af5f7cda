"""Which day of a force's own feed can be published, and why another cannot."""

from transforms.day_publications.stored import Stored, read_stored
from transforms.errors import UsageError, WithheldError
from transforms.homes.home import SETTINGS_FILE
from transforms.records.day_coverage import NOT_WHOLE, Days, day_holds
from transforms.records.doubt import TO_DO, open_doubts
from transforms.records.homes import ForceHome
from transforms.reference.days import DAYS, Day
from transforms.scores.inputs import unscorable


_DOUBTS_SHOWN = 3  # the newest


def stored_at(home: ForceHome, asked: Day | None) -> tuple[Stored, Day]:
    """A day that can be published, and what had been recorded by its end."""
    stored = read_stored(home)
    day = _as_of(stored, asked)
    _refuse_withheld(stored, day)
    _refuse_doubted(stored, day)
    return stored.known_by(day), day


def _as_of(stored: Stored, asked: Day | None) -> Day:
    newest = max(stored.supplied)
    if asked is not None and asked > newest:
        _refuse_withheld(stored, asked)
        raise UsageError(f"as-of {asked}: the newest day supplied is {newest}")
    day = asked or _newest_whole(stored)
    if why := unscorable(stored.supplied, day, DAYS):
        raise UsageError(f"{stored.home.force} cannot be scored at {day}: {why}")
    return day


def _newest_whole(stored: Stored) -> Day:
    """The newest supplied day, unless its calls were not sent whole."""
    lacking = stored.call_days.not_whole
    whole = [day for day in stored.supplied if day not in lacking]
    return max(whole or stored.supplied)


def not_whole_after(stored: Stored, day: Day) -> list[Day]:
    """The days after that, which were not sent whole."""
    lacking = {*stored.days.not_whole, *stored.call_days.not_whole}
    return sorted(newer for newer in lacking if newer > day)


def _refuse_withheld(stored: Stored, day: Day) -> None:
    """Nobody may see scores while days are lacking, unless someone has decided so."""
    _refuse_lacking(stored, day, stored.days, "")
    _refuse_lacking(stored, day, stored.call_days, " of its calls for service")


def _refuse_lacking(stored: Stored, day: Day, days: Days, of: str) -> None:
    if not (holds := day_holds(days.coverage, day)):
        return
    rules = [hold.rule for hold in holds]
    said = [_number(rules.count(rule), rule) for rule in NOT_WHOLE if rule in rules]
    raise WithheldError(
        f"{stored.home.force} at {day} is not published:{of} {' and '.join(said)}, the"
        f" newest {holds[-1].period}. Ask the force to resend them, or record in"
        f" {SETTINGS_FILE} under [[feed.days]] how to treat them"
    )


def _number(days: int, rule: str) -> str:
    return f"{days} days are {rule}" if days > 1 else f"1 day is {rule}"


def _refuse_doubted(stored: Stored, day: Day) -> None:
    """Nobody may see scores that lack many rows, unless someone has accepted it."""
    found = [doubt for doubt in open_doubts(stored.doubts) if doubt.holds(day)]
    if not found:
        return
    shown = "; ".join(doubt.in_words for doubt in found[-_DOUBTS_SHOWN:])
    number = f"{len(found)} drops are" if len(found) > 1 else "a drop is"
    raise WithheldError(
        f"{stored.home.force} at {day} is not published: {number} in doubt: {shown}."
        f" {TO_DO}"
    )
