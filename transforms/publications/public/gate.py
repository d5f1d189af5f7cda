"""The gate: no release goes out that gives something away beside those still out.

Releases are read together. The same quarter told twice, with a revision between, tells
how many incidents the revision moved; told by two partitions, it tells parent less
children; rounded to two bases, it is known more narrowly than by either.

So what is out is frozen: `frozen` puts the earlier rows in the place of the new ones.
That is enough. After it every (force, period, group) is told by one table alone; no
incident is in two of them; and what one table tells is safe by itself
(`transforms.disclosure.suppression`). All releases together then tell what the newest
does.

Its price: a revision, a month that arrives late or a mended fault never reaches a
quarter that is out, unless every release that holds it is withdrawn. Nor does that call
back what has been copied: who kept it can hold it against what comes after. Withdraw a
release because it must not be seen, not to renew it.

`refusals` trusts nothing of that. It reads the rows themselves, as a stranger would.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from transforms.disclosure.periods import PUBLIC_GROUPS, span
from transforms.disclosure.settings import DisclosureSettings
from transforms.disclosure.subtraction import nested, remainders, told
from transforms.schemas import PUBLIC_CELLS, conform


KEY = ("force", "crime_group", "period")
Key = tuple[str, ...]
Tables = dict[Key, pa.Table]
_HIDDEN_AT_LEAST = 3


@dataclass(frozen=True)
class Release:
    """What one publication tells, or would tell, everyone."""

    run_id: str
    cells: pa.Table  # as PUBLIC_CELLS
    settings: DisclosureSettings = field(default_factory=DisclosureSettings)


def frozen(new: pa.Table, earlier: Sequence[Release]) -> pa.Table:
    """The new rows, with the earlier ones wherever a release still out has any.

    `earlier` is in the order of publication, the first ones win. All that they hold is
    carried on, also of forces that the new rows lack.
    """
    found: Tables = {}
    for table in [*(release.cells for release in earlier), new]:
        found = by_key(table) | found
    parts = [found[key] for key in sorted(found)]
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
    """Why the new release may not go out, one line for each way; none if it may.

    `earlier` are all public releases still out, in any order. Rows that one of them
    holds word for word passed this gate when they went out, by its settings.
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
        said = [
            *_settings(new.settings, release.settings),
            *_partitions(fresh, old, new.settings, release.settings),
            *_overlaps(fresh, old),
        ]
        lines += [f"{line} (run {release.run_id} is out)" for line in said]
    return lines


def _alone(key: Key, table: pa.Table, limits: DisclosureSettings) -> Iterator[str]:
    """What is wrong with one table by itself."""
    counts, secret = table["incidents_rounded"], table["suppressed"]
    if key[1] not in PUBLIC_GROUPS:
        yield "the group shares categories with one that is told"
    if span(key[2]) is None:
        yield "the period is not known"
    if pc.any(pc.not_equal(pc.is_null(counts), secret)).as_py():
        yield "a suppressed cell is told, or one that is not suppressed is not"
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
        yield f"{cell} beside cells within it"


def _settings(now: DisclosureSettings, before: DisclosureSettings) -> Iterator[str]:
    """What an earlier release kept to, and the new one does not."""
    if now.rounding != before.rounding:
        yield f"rounded to {now.rounding}, not to {before.rounding}"
    if now.minimum_count < before.minimum_count:
        yield f"minimum count {now.minimum_count}, not {before.minimum_count}"


def _partitions(
    new: Tables, old: Tables, now: DisclosureSettings, before: DisclosureSettings
) -> Iterator[str]:
    """Tables told twice in different words, and what follows from the difference."""
    minimum = max(before.minimum_count, now.minimum_count)
    for key in sorted(new.keys() & old.keys()):
        name = ", ".join(key)
        yield f"{name}: other rows"
        one, two = told(old[key], before.rounding), told(new[key], now.rounding)
        for cell, (low, high) in [*remainders(one, two), *remainders(two, one)]:
            if 0 < high < minimum:
                yield (
                    f"{name}: {cell} less the cells within it that are told leaves"
                    f" {low} to {high}"
                )


def _overlaps(new: Iterable[Key], old: Iterable[Key]) -> Iterator[str]:
    """Tables of a force and group whose periods share months, and yet are not one.

    Crime groups share no category: `_alone` lets no others through.
    """
    held: dict[Key, set[str]] = {}
    for *name, period in old:
        held.setdefault(tuple(name), set()).add(period)
    for *name, period in sorted(new):
        for other in sorted(held.get(tuple(name), set()) - {period}):
            if _overlap(period, other):
                yield f"{', '.join(name)}: {period} shares months with {other}"


def _overlap(one: str, two: str) -> bool:
    first, second = span(one), span(two)
    if first is None or second is None:
        return False
    return first[0] <= second[1] and second[0] <= first[1]
