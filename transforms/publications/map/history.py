"""What a map page has of earlier months, read one force and month at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

import sql
from transforms.lake.data_files import read_columns
from transforms.lake.storage import readable
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.force_part import COUNTED_MONTHS
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.map.facts import BEFORE, MISSING, MOVED, SUPPLIED
from transforms.publications.map.rows import COUNTED, PAST, Counted, Earlier, Past
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import group_categories
from transforms.reference.months import Month, window


AS_OF_MONTHS = 12


def as_ofs(as_of: Month) -> tuple[str, ...]:
    """The as-of months of a page, oldest first."""
    return tuple(str(month) for month in window(as_of, AS_OF_MONTHS))


def months(as_of: Month) -> tuple[str, ...]:
    """The months whose counts a page has, oldest first."""
    return tuple(str(month) for month in window(as_of, COUNTED_MONTHS))


def earlier(edition: MonthEdition, forces: Sequence[ForceEdition]) -> Iterator[Earlier]:
    """What a page of those forces has of earlier months: scores, then counts."""
    yield from pasts(forces, edition.as_of)
    for force in forces:
        if force.scores is not None:
            counts = edition.counts(force.force.id)
            yield _counted(force.force.id, edition.as_of, counts)


def _counted(force: str, as_of: Month, counts: pa.Table) -> Counted:
    span = window(as_of, COUNTED_MONTHS)
    rows = sql.run(
        "group_months",
        {"counted": counts, "groups": group_categories()},
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )
    return Counted(force, rows.cast(COUNTED).combine_chunks())


def looks(force: ForceEdition, as_of: Month) -> tuple[str, ...]:
    """What each month of a page is for that force."""
    supplied = set(supplied_periods(force.months))
    same = set(force.counted_span(as_of, COUNTED_MONTHS))
    first = min(force.months, default=as_of)

    def look(month: Month) -> str:
        if month < first:
            return BEFORE
        if month not in supplied:
            return MISSING
        return SUPPLIED if month in same else MOVED

    return tuple(look(month) for month in window(as_of, COUNTED_MONTHS))


def pasts(forces: Sequence[ForceEdition], as_of: Month) -> Iterator[Past]:
    """The earlier scores of those forces, with one file in memory at a time.

    Those of an earlier geocoding epoch are left out: their cells covered other places.
    """
    for force in forces:
        same = set(map(str, force.counted_span(as_of, AS_OF_MONTHS)))
        for file in force.history:
            month = file.partition["as_of"]
            if month != str(as_of) and month in same:
                yield Past(force.force.id, month, _read(file.path))


def ranked(edition: MonthEdition, force: ForceEdition) -> tuple[int, ...]:
    """How many cells the force's universe had at each as-of; 0 without a score."""
    if force.scores is None:
        return (0,) * AS_OF_MONTHS
    same = set(map(str, force.counted_span(edition.as_of, AS_OF_MONTHS)))
    cells = edition.earlier(force.force.id).universe_cells
    return tuple(
        cells.get(month, 0) if month in same else 0 for month in as_ofs(edition.as_of)
    )


def _read(path: str | Path) -> pa.Table:
    # words stay coded: there are few of them
    return read_columns(readable(path), PAST.names).select(PAST.names)
