"""The gate for shares found: each once, with the counts of its quarter, rounded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from transforms.publications.public.shares import AREA_SHARE, STEP_PERCENT
from transforms.publications.schemas import PUBLIC_ACCURACY


Key = tuple[str, str, str]


def frozen_accuracy(
    new: pa.Table, cells_before: pa.Table, earlier: Sequence[pa.Table]
) -> pa.Table:
    """The earlier shares, and the new ones of quarters that are not published yet.

    `cells_before` are the counts of all earlier releases that are still public.
    """
    published = set(_keys(cells_before))
    is_new = [key not in published for key in _keys(new)]
    fresh = new.filter(pa.array(is_new, pa.bool_()))
    rows: dict[Key, pa.Table] = {}
    for table in [*earlier, fresh]:
        for at, key in enumerate(_keys(table)):
            rows.setdefault(key, table.slice(at, 1))
    parts = [rows[key] for key in sorted(rows)]
    return pa.concat_tables([PUBLIC_ACCURACY.empty_table(), *parts])


def accuracy_refusals(
    new: pa.Table,
    counts: pa.Table,
    out: Sequence[tuple[str, pa.Table, pa.Table]],
) -> Iterator[str]:
    """What is wrong with a release's shares; `out`: run, shares and counts of others.

    Like the gate, it reads the rows themselves and trusts no earlier step.
    """
    keys, counted = _keys(new), set(_keys(counts))
    known = [
        (
            run,
            set(_keys(before)),
            dict(zip(_keys(shares), shares.to_pylist(), strict=True)),
        )
        for run, shares, before in out
    ]
    for key, row in zip(keys, new.to_pylist(), strict=True):
        name = ", ".join(key)
        if key not in counted:
            yield f"{name}: a share found without counts"
        yield from (f"{name}: {line}" for line in _alone(row))
        for run, before, shares in known:
            if key in before and shares.get(key) != row:
                yield f"{name}: another share found (run {run} is public)"
    if len(set(keys)) < len(keys):
        yield "a share found twice"


def _alone(row: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one share by itself."""
    percent = row["found_percent"]
    if (percent is None) != row["suppressed"]:
        yield "a suppressed share is published, or one that is not suppressed is not"
    if percent is not None and (percent % STEP_PERCENT or not 0 <= percent <= 100):
        yield f"a share found that is not rounded to {STEP_PERCENT} %"
    if row["area_share"] != AREA_SHARE:
        yield f"a share found in other than {AREA_SHARE:.0%} of the cells"


def _keys(table: pa.Table) -> list[Key]:
    columns = (table[name].to_pylist() for name in ("force", "crime_group", "period"))
    return list(zip(*columns, strict=True))
