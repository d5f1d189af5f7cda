"""The gate: refuses a release that reveals a small count together with earlier ones.

Releases can be compared. Publishing a quarter twice, with a revision in between,
reveals how many incidents the revision changed; publishing it in two partitions reveals
parent minus children; rounding it to two bases narrows down the count.

So what is published is frozen: `frozen` replaces new rows by the earlier ones. That is
enough. Every (force, period, group) is then published in one table only; no incident is
in two of them; and each table is safe by itself (`suppression.py`). So all releases
together reveal no more than the newest.

The price: a revision, a late month or a corrected error never reaches a published
quarter, unless every release that contains it is withdrawn. Withdrawing does not recall
copies: whoever kept one can compare it with later releases. Withdraw a release because
it must not be seen, not to update it.

`refusals` trusts none of this. It reads the rows themselves, as an outsider would.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.lake.schemas import conform
from transforms.publications.public.periods import PUBLIC_GROUPS, span
from transforms.publications.public.search_gate import search_refusals
from transforms.publications.public.share_gate import accuracy_refusals
from transforms.publications.public.subtraction import intervals, nested, remainders
from transforms.publications.schemas import (
    PUBLIC_ACCURACY,
    PUBLIC_CELLS,
    PUBLIC_SEARCHES,
)


KEY = ("force", "crime_group", "period")
Key = tuple[str, ...]
Tables = dict[Key, pa.Table]
_HIDDEN_AT_LEAST = 3


@dataclass(frozen=True)
class Release:
    """What one publication has made public, or would make public."""

    run_id: str
    cells: pa.Table  # as PUBLIC_CELLS
    settings: DisclosureSettings = field(default_factory=DisclosureSettings)
    accuracy: pa.Table = field(default_factory=PUBLIC_ACCURACY.empty_table)
    searches: pa.Table = field(default_factory=PUBLIC_SEARCHES.empty_table)


def frozen(new: pa.Table, earlier: Sequence[Release]) -> pa.Table:
    """The new rows, replaced by earlier ones wherever a release still public has any.

    `earlier` is in the order of publication, and the first ones win. All that they
    contain is kept, including forces that the new rows lack.
    """
    tables: Tables = {}
    for table in [*(release.cells for release in earlier), new]:
        tables = by_key(table) | tables
    parts = [tables[key] for key in sorted(tables)]
    return pa.concat_tables([PUBLIC_CELLS.empty_table(), *parts])


def by_key(table: pa.Table) -> Tables:
    """The rows of each force, crime group and period, ordered by cell."""
    order = [(name, "ascending") for name in (*KEY, "h3_cell")]
    rows = conform(table, PUBLIC_CELLS).sort_by(order).combine_chunks()
    keys = list(zip(*(rows[name].to_pylist() for name in KEY), strict=True))
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    ends = [*starts[1:], len(keys)]
    return {
        keys[start]: rows.slice(start, end - start)
        for start, end in zip(starts, ends, strict=False)
    }


def refusals(new: Release, earlier: Sequence[Release]) -> list[str]:
    """Why the new release may not be published, one line each; empty if it may.

    `earlier` are all releases still public, in any order. Rows that one of them has
    unchanged passed this gate when they were published, under its settings.
    """
    tables = by_key(new.cells)
    out = [(release, by_key(release.cells)) for release in earlier]
    fresh = {
        key: table
        for key, table in tables.items()
        if not any(key in old and table.equals(old[key]) for _, old in out)
    }
    lines = [
        f"{', '.join(key)}: {line}"
        for key, table in fresh.items()
        for line in _alone(key, table, new.settings)
    ]
    lines += [f"{line}, both new" for line in _overlaps(fresh, fresh)]
    for release, old in out:
        reasons = [
            *_settings(new.settings, release.settings),
            *_partitions(fresh, old, new.settings, release.settings),
            *_overlaps(fresh, old),
        ]
        lines += [f"{line} (run {release.run_id} is public)" for line in reasons]
    before = [(release.run_id, release.accuracy, release.cells) for release in earlier]
    lines += accuracy_refusals(new.accuracy, new.cells, before)
    searches = [
        (release.run_id, release.searches, release.cells) for release in earlier
    ]
    lines += search_refusals(new.searches, new.cells, new.settings, searches)
    return lines


def _alone(key: Key, table: pa.Table, limits: DisclosureSettings) -> Iterator[str]:
    """What is wrong with one table by itself."""
    counts, secret = table["incidents_rounded"], table["suppressed"]
    if key[1] not in PUBLIC_GROUPS:
        yield "the group shares categories with one that is published"
    if span(key[2]) is None:
        yield "the period is not known"
    if pc.any(pc.not_equal(pc.is_null(counts), secret)).as_py():
        yield "a suppressed cell is published, or one that is not suppressed is not"
    short = pc.and_(pc.greater(counts, 0), pc.less(counts, limits.minimum_count))
    if pc.any(short).as_py():
        yield f"a count below {limits.minimum_count}"
    if any(count % limits.rounding for count in counts.drop_null().to_pylist()):
        yield f"a count that is not rounded to {limits.rounding}"
    if len(set(table["h3_cell"].to_pylist())) < len(table):
        yield "a cell twice"
    if 0 < pc.sum(secret).as_py() < min(_HIDDEN_AT_LEAST, len(table)):
        yield f"fewer than {_HIDDEN_AT_LEAST} cells to hide a count among"
    for cell in nested(table):
        yield f"{cell} and cells within it"


def _settings(now: DisclosureSettings, before: DisclosureSettings) -> Iterator[str]:
    """Limits of an earlier release that the new one does not keep to."""
    if now.rounding != before.rounding:
        yield f"rounded to {now.rounding}, not to {before.rounding}"
    if now.minimum_count < before.minimum_count:
        yield f"minimum count {now.minimum_count}, not {before.minimum_count}"


def _partitions(
    new: Tables, old: Tables, now: DisclosureSettings, before: DisclosureSettings
) -> Iterator[str]:
    """Tables published twice with different rows, and what the difference reveals."""
    minimum = max(before.minimum_count, now.minimum_count)
    for key in sorted(new.keys() & old.keys()):
        name = ", ".join(key)
        yield f"{name}: other rows"
        one = intervals(old[key], before.rounding)
        two = intervals(new[key], now.rounding)
        for cell, (low, high) in [*remainders(one, two), *remainders(two, one)]:
            if 0 < high < minimum:
                yield (
                    f"{name}: {cell} minus the published cells within it leaves"
                    f" {low} to {high}"
                )


def _overlaps(new: Iterable[Key], old: Iterable[Key]) -> Iterator[str]:
    """Tables of a force and group with different periods that share months.

    Crime groups share no category: `_alone` refuses others.
    """
    periods: dict[Key, set[str]] = {}
    for *name, period in old:
        periods.setdefault(tuple(name), set()).add(period)
    for *name, period in sorted(new):
        for other in sorted(periods.get(tuple(name), set()) - {period}):
            if _overlap(period, other):
                yield f"{', '.join(name)}: {period} shares months with {other}"


def _overlap(one: str, two: str) -> bool:
    first, second = span(one), span(two)
    if first is None or second is None:
        return False
    return first[0] <= second[1] and second[0] <= first[1]
