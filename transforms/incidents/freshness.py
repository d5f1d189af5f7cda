"""Whether a force's feed is fresh, or stale, partial, rejected or stopped."""

from collections.abc import Iterable
from typing import Literal, cast

from transforms.incidents.coverage import reason_of
from transforms.incidents.status import ForceStatus
from transforms.reference.months import Month


Stale = Literal["stale", "partial", "rejected", "stopped", "unfinished"]
# "not_supplied" is a fact that everybody knows: the force supplies nothing any more
Freshness = Stale | Literal["fresh", "not_supplied"]
STALE_AFTER_MONTHS = 4
STOPPED_AFTER_MONTHS = 12
_NO_FILE = ("missing", "not_supplied")


def freshness(
    status: ForceStatus,
    today: Month,
    stale_after_months: int,
    stopped_after_months: int,
) -> tuple[Freshness, str]:
    """How fresh a force's feed is, and why it is not "fresh"."""
    if status.unfinished:
        return "unfinished", status.unfinished
    if fact := status.silence(today):
        return "not_supplied", fact
    newest = status.newest()
    if newest is None:
        return "stopped", "no month was supplied"
    age_months = today.since(newest)
    why = f"its newest supplied month is {newest}, {age_months} months ago"
    if age_months > stopped_after_months:
        return "stopped", why
    if age_months > stale_after_months:
        return "stale", why
    return _of_newest_file(status)


def late(known: Iterable[ForceStatus], today: Month) -> dict[str, tuple[Stale, str]]:
    """The forces whose feed is not fresh, by the usual limits: how, and why."""
    limits = STALE_AFTER_MONTHS, STOPPED_AFTER_MONTHS
    found: dict[str, tuple[Stale, str]] = {}
    for status in known:
        how, why = freshness(status, today, *limits)
        if how not in ("fresh", "not_supplied"):
            found[status.force.id] = (cast("Stale", how), why)
    return found


def _of_newest_file(status: ForceStatus) -> tuple[Freshness, str]:
    """What the newest month with a file says: one without has not come yet."""
    with_file = [m for m, c in status.months.items() if c.status not in _NO_FILE]
    last = max(with_file)
    match status.months[last].status:
        case "partial_suspected":
            return "partial", f"{last} has far fewer rows than the months before it"
        case "rejected":
            return "rejected", reason_of(status.months[last]) or f"the file of {last}"
        case _:
            return "fresh", ""
