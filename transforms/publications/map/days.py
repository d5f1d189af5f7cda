"""The map of a day: a page for each horizon, with links between them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.apart import Write, write_apart
from transforms.publications.edition.calls import CALLS
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.map.facts import (
    SUPPLIED,
    ForceFact,
    MapFacts,
    hotspot_facts,
    map_groups,
)
from transforms.publications.map.page import render
from transforms.publications.map.rows import mapped
from transforms.reference.days import HORIZONS_DAYS
from transforms.reference.groups import CrimeGroup


# The page has the column names of months; these are the columns of days for them.
_COLUMNS = {
    "n_1m": "n_7d",
    "n_12m": "n_365d",
    "n_prev_12m": "n_prev_28d",
    "expected_12m": "expected_365d",
    "harm_top_share_12m": "harm_top_share_365d",
}
_UNKNOWN = ("lsoa21cd",)  # a force's own feed has none


def write_days(edition: DayEdition, path: Path, whole: Sequence[str]) -> None:
    """Write the page of the shortest horizon to that path, and others next to it."""
    first, *others = HORIZONS_DAYS
    names = {first: path.name}
    names |= {days: f"{path.stem}-{days}-days{path.suffix}" for days in others}
    pages: dict[str, Write] = {
        name: partial(_write_page, edition, whole, days, names)
        for days, name in names.items()
    }
    write_apart(path.parent, pages, edition.left_out)


def _write_page(
    edition: DayEdition,
    whole: Sequence[str],
    days: int,
    names: dict[int, str],
    to: Path,
) -> None:
    layers, texts = edition.layers, _texts(edition)
    rows = mapped(_of_horizon(edition.cells, days), whole, texts)
    facts = MapFacts(
        run_id=edition.run_id,
        as_ofs=(str(edition.as_of),),
        months=(str(edition.as_of),),
        groups=map_groups(whole, _own(edition)),
        attribution=edition.attribution,
        method=edition.method.LABEL,
        excluded=edition.excluded_in_words,
        forces=(_force(edition),),
        hotspots=hotspot_facts(_at(edition.hotspots, days), rows),
        title=f"Hot spots of {_next(days)}",
        links=tuple(
            (name, f"Hot spots of {_next(other)}")
            for other, name in names.items()
            if other != days and name not in edition.left_out
        ),
        unit=edition.clock.unit,
        term=days,
        areas=texts,
        filters=layers.names,
        ground_note=layers.note(edition.as_of.date.year),
    )
    text = render(rows, (), facts, layers.ground(rows))
    to.write_text(text, encoding="utf-8")


def _texts(edition: DayEdition) -> tuple[str, ...]:
    """The columns that the page shows of a cell besides: its areas, and its calls."""
    calls = edition.tables.calls
    return (*edition.layers.names, *((CALLS,) if calls and calls.days else ()))


def _own(edition: DayEdition) -> list[CrimeGroup]:
    """The user's own groups, each with the days that it is counted on: they differ."""
    slugs = edition.cells["crime_group"].to_pylist()
    days = dict(zip(slugs, edition.cells["days_365d"].to_pylist(), strict=True))
    return [
        replace(group, note=f"{group.note}; {days[group.slug]} of 365 days supplied")
        for group in edition.own
        if group.slug in days
    ]


def _next(days: int) -> str:
    return "the next day" if days == 1 else f"the next {days} days"


def _of_horizon(cells: pa.Table, days: int) -> pa.Table:
    """The rows of one horizon, under the names that the page gives its columns."""
    rows = _at(cells, days)
    for name, column in _COLUMNS.items():
        rows = rows.append_column(name, rows[column])
    for name in _UNKNOWN:
        rows = rows.append_column(name, pa.nulls(len(rows), pa.string()))
    return rows


def _at(rows: pa.Table, days: int) -> pa.Table:
    return rows.filter(pc.equal(rows["horizon_days"], days))


def _force(edition: DayEdition) -> ForceFact:
    [facts] = edition.force_facts
    return ForceFact(
        force=facts["force"],
        name=facts["name"],
        universe_cells=facts["universe_cells"],
        months_12m=facts["days_365d"],
        months_1m=edition.of_shipped("days_7d"),
        months_prev_12m=edition.of_shipped("days_prev_28d"),
        newest_month=facts["newest_day"],
        looks=(SUPPLIED,),
        ranked=(facts["universe_cells"],),
    )
