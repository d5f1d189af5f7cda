"""The gate for searches: each quarter once, with its counts of incidents, or never."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.searches import LISTED
from transforms.publications.schemas import PUBLIC_SEARCHES


Key = tuple[str, str]  # force and period
_HIDDEN_AT_LEAST = 3


def frozen_searches(
    new: pa.Table, cells_before: pa.Table, earlier: Sequence[pa.Table]
) -> pa.Table:
    """The earlier rows, and the new ones of quarters that are not published yet.

    `cells_before` are the counts of all earlier releases that are still public.
    """
    published = set(_keys(cells_before))
    tables = [*(_by_key(table) for table in earlier)]
    tables.append({k: t for k, t in _by_key(new).items() if k not in published})
    rows: dict[Key, pa.Table] = {}
    for table in tables:
        rows = table | rows
    parts = [rows[key] for key in sorted(rows)]
    return pa.concat_tables([PUBLIC_SEARCHES.empty_table(), *parts])


def search_refusals(
    new: pa.Table,
    counts: pa.Table,
    limits: DisclosureSettings,
    out: Sequence[tuple[str, pa.Table, pa.Table]],
) -> Iterator[str]:
    """What is wrong with a release's searches; `out`: run, searches, counts of others.

    Like the gate, it reads the rows themselves and trusts no earlier step.
    """
    counted = set(_keys(counts))
    known = [(run, _by_key(table), set(_keys(before))) for run, table, before in out]
    for key, table in _by_key(new).items():
        name = f"{', '.join(key)}, searches"
        if key not in counted:
            yield f"{name}: without counts of incidents"
        if not any(key in old and table.equals(old[key]) for _, old, _ in known):
            yield from (f"{name}: {line}" for line in _alone(table, limits))
        for run, old, before in known:
            if key in before and (key not in old or not table.equals(old[key])):
                yield f"{name}: other rows (run {run} is public)"


def _alone(table: pa.Table, limits: DisclosureSettings) -> Iterator[str]:
    """What is wrong with the rows of one force and quarter by themselves."""
    rows = table.to_pylist()
    listed = [(breakdown, value) for breakdown in LISTED for value in LISTED[breakdown]]
    if [(row["breakdown"], row["value"]) for row in rows] != listed:
        yield "other rows than those that every quarter has"
    for row in rows:
        count = row["searches_rounded"]
        if (count is None) != row["suppressed"]:
            yield "a suppressed count is published, or one that is not is not"
        if count is not None and count < limits.minimum_count:
            yield f"a count below {limits.minimum_count}"
        if count is not None and count % limits.rounding:
            yield f"a count that is not rounded to {limits.rounding}"
    for breakdown, values in LISTED.items():
        secret = sum(r["suppressed"] for r in rows if r["breakdown"] == breakdown)
        if 0 < secret < min(_HIDDEN_AT_LEAST, len(values)):
            yield f"fewer than {_HIDDEN_AT_LEAST} rows to hide a count among"


def _by_key(table: pa.Table) -> dict[Key, pa.Table]:
    """The rows of each force and period, in their order."""
    keys = _keys(table)
    at: dict[Key, list[int]] = {}
    for row, key in enumerate(keys):
        at.setdefault(key, []).append(row)
    return {key: table.take(rows).combine_chunks() for key, rows in at.items()}


def _keys(table: pa.Table) -> list[Key]:
    columns = (table[name].to_pylist() for name in ("force", "period"))
    return list(zip(*columns, strict=True))
