"""What exact places and times say in a problem profile: of a force's own feed alone."""

from collections.abc import Iterator, Sequence

import numpy as np

from transforms.profiles.concentration import Concentration
from transforms.profiles.day_records import Flagged, NearRepeats, Timed
from transforms.profiles.document import Block
from transforms.profiles.week_hours import WeekHours
from transforms.reference.categories import CATEGORIES
from transforms.scores.timing.week import WEEK_HOURS, WEEKDAYS


_BLOCK_HOURS = 4
_SPANS_SHOWN = 5
_NEAR = ("same place", "0 to under 100 m", "100 to under 200 m")
_SOON = ("0 to 3 days", "4 to 6 days", "7 to 13 days")


def address_similarity(points: Concentration) -> str:
    """How few addresses have half of the incidents, beside chance.

    There are more addresses than incidents, so that their highest fifth has them all.
    """
    fewest = points.half_by_chance
    return (
        f"Similarity: half of the incidents of three years are at {points.half:,} of"
        f" {len(points.points):,} addresses; were all alike, chance would have them at"
        f" {fewest.median:,.0f} (95 of 100 times {fewest.low:,.0f} or more)."
    )


def timed_lines(of: Timed) -> Iterator[str]:
    """Hours, repeats, who is affected: of the last 365 days."""
    yield from _hours(of.hours)
    repeats = of.repeats
    yield (
        f"Repeats: {repeats.days:,} times an address had an incident on a day, and"
        f" {repeats.repeats:,} of these ({_percent(repeats.share)}) were at one that"
        f" had had one before in the last 365 days; were all {repeats.addresses:,}"
        f" addresses alike, chance would bring {_percent(repeats.chance.median)}"
        f" (95 of 100 times {_percent(repeats.chance.high)} or less)."
    )
    yield _flagged("Domestic abuse", of.domestic)
    yield _flagged("A victim or suspect under 18", of.under_18)
    yield (
        "Who was affected more than once is not known: a record names nobody, and two"
        " at one address may be of two households."
    )


def timed_blocks(of: Timed) -> Iterator[Block]:
    """The week, and the force's near repeats."""
    if of.hours:
        yield Block(
            title="When in the week: incidents of 365 days",
            header=["", *_columns(), "All day"],
            rows=list(_week_rows(of.hours)),
        )
    if of.near_repeats:
        yield Block(
            title="Near repeats in the whole force",
            lines=[_near_repeats_of(of.near_repeats)],
            header=["How far apart", *_SOON],
            rows=list(_near_repeat_rows(of.near_repeats)),
        )


def _hours(of: WeekHours | None) -> Iterator[str]:
    if of is None:
        yield "No hours: the records have dates alone, and none are made from dates."
        return
    half, night = of.half_by_lot, of.night_by_lot
    yield (
        f"Hours: half of the {of.incidents:,} with a known hour are in {of.half} of"
        f" {WEEK_HOURS} hours of the week, most of it {_spans(of)}; of as many"
        f" incidents of the force by lot, in {half.median:.0f} (95 of 100 times"
        f" {half.low:.0f} or more)."
    )
    yield (
        f"{_percent(of.night)} are by night (19:00 to 07:00); of as many of the force"
        f" by lot {_percent(night.median)} ({_percent(night.low)} to"
        f" {_percent(night.high)}, 90 of 100 times)."
    )


def _spans(of: WeekHours) -> str:
    """The hours on end with most of that half, those with most first."""
    runs: list[list[int]] = []
    for hour in of.busiest:
        if runs and runs[-1][-1] == hour - 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    # a run over midnight from Sunday to Monday is one
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][-1] == WEEK_HOURS - 1:
        runs[0] = runs.pop() + runs[0]
    ordered = sorted(runs, key=lambda run: -round(float(of.week[run].sum()), 4))
    return ", ".join(map(_span, ordered[:_SPANS_SHOWN]))


def _span(run: Sequence[int]) -> str:
    day, first = divmod(run[0], 24)
    return f"{WEEKDAYS[day]} {first:02d}:00 to {(run[-1] + 1) % 24:02d}:00"


def _columns() -> list[str]:
    starts = range(0, 24, _BLOCK_HOURS)
    return [f"{start:02d}–{start + _BLOCK_HOURS:02d}" for start in starts]


def _week_rows(of: WeekHours) -> Iterator[list[str]]:
    blocks = of.week.reshape(7, -1, _BLOCK_HOURS).sum(axis=2)
    rows = [*zip(WEEKDAYS, blocks, strict=True), ("All days", blocks.sum(axis=0))]
    for name, row in rows:
        yield [name, *(f"{one:,.1f}" for one in [*row, np.sum(row)])]


def _flagged(what: str, of: Flagged | None) -> str:
    if of is None:
        return f"{what}: not known; the feed has no such flag."
    if of.few:
        return f"{what}: fewer than five of its incidents in 365 days."
    share = _percent(of.share) if of.share else "none"
    return f"{what}: {share} of its incidents in 365 days."


def _near_repeats_of(of: NearRepeats) -> str:
    return (
        f"{CATEGORIES.get(of.category, of.category)}, by the Knox test of 365 days:"
        " pairs of incidents so near and so soon, by those that chance would bring, and"
        " how often chance brings as many (p). Above 1 with a small p, a further one"
        " follows near the first more often than by chance."
    )


def _near_repeat_rows(of: NearRepeats) -> Iterator[list[str]]:
    at = {(row["distance"], row["days"]): row for row in of.rows.to_pylist()}
    for distance in _NEAR:
        yield [distance, *(_ratio(at.get((distance, days))) for days in _SOON)]


def _ratio(row: dict[str, float | None] | None) -> str:
    if row is None or row["knox_ratio"] is None:
        return "–"
    return f"{row['knox_ratio']:.2f} (p {row['p']:.3f})"


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
