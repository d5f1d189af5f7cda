"""The map of a day: a page for each horizon, with links between them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.apart import Write, write_apart
from transforms.publications.edition.calls import CALLS
from transforms.publications.edition.day_edition import COUNTED_DAYS, DayEdition
from transforms.publications.map.facts import (
    BEFORE,
    MISSING,
    SUPPLIED,
    ForceFact,
    GroupFact,
    MapFacts,
    hotspot_facts,
    map_groups,
)
from transforms.publications.map.labels import day_labels
from transforms.publications.map.page import render
from transforms.publications.map.rows import (
    COUNTED,
    PAST,
    Counted,
    Earlier,
    Past,
    mapped,
)
from transforms.publications.map.week_hours import WeekHours
from transforms.reference.days import HORIZONS_DAYS, Day
from transforms.reference.groups import CrimeGroup
from transforms.reference.months import month_range
from transforms.scores.timing.week import weeks_of


SHOWN_DAYS = 8  # a page has the newest as-of and those of the week before
# The page has the column names of months; these are the columns of days for them.
_COLUMNS = {
    "n_12m": "n_365d",
    "n_prev_12m": "n_prev_28d",
    "expected_12m": "expected_365d",
    "harm_top_share_12m": "harm_top_share_365d",
}
_HARM = {"harm_12m": "harm_365d"}  # of hot spots
# A force's own feed has no LSOA, and the page counts its days itself.
_UNKNOWN = {"lsoa21cd": pa.string(), "n_1m": pa.int32()}


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
    rows = _rows(edition, whole, days, texts)
    spots = _named(_at(edition.hotspots, days), _HARM)
    facts = MapFacts(
        run_id=edition.run_id,
        as_ofs=_as_ofs(edition),
        months=_counted(edition),
        groups=_groups(edition, whole),
        attribution=edition.attribution,
        method=edition.method.LABEL,
        excluded=edition.excluded_in_words,
        forces=(_force(edition),),
        hotspots=hotspot_facts(spots, rows),
        names_before=_names_before(edition),
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
    before, ground = _earlier(edition, days), layers.ground(rows)
    labels = day_labels(rows, layers.landmarks)
    text = render(rows, before, facts, ground, _hours(edition), labels)
    to.write_text(text, encoding="utf-8")


def _as_ofs(edition: DayEdition) -> tuple[str, ...]:
    """The days whose scores a page has, or lacks: without a gap, oldest first."""
    earlier = [Day.parse(day) for day in edition.tables.scores_before]
    first = min([edition.as_of + (1 - SHOWN_DAYS), *earlier])
    return tuple(map(str, month_range(first, edition.as_of)))


def _counted(edition: DayEdition) -> tuple[str, ...]:
    """The days whose counts a page has, oldest first."""
    first = min(str(edition.as_of + (1 - COUNTED_DAYS)), _as_ofs(edition)[0])
    return tuple(map(str, month_range(Day.parse(first), edition.as_of)))


def _rows(
    edition: DayEdition, whole: Sequence[str], days: int, texts: Sequence[str]
) -> pa.Table:
    """The cells of a page: those that any is given, and hot spots of the earlier day.

    One of these may have left the top 5 %, and would not be there to be drawn.
    """
    cells = _of_horizon(edition.cells, days)
    before = edition.tables.hotspots_before
    if before is None:
        return mapped(cells, whole, texts)
    left = {
        (spot["crime_group"], cell)
        for spot in before.select(["crime_group", "h3_cells"]).to_pylist()
        for cell in spot["h3_cells"].split()
    }
    keys = (cells[n].to_pylist() for n in ("crime_group", "h3_cell"))
    also = pa.array([key in left for key in zip(*keys, strict=True)], pa.bool_())
    return mapped(cells, whole, texts, also)


def _earlier(edition: DayEdition, days: int) -> Iterator[Earlier]:
    """The scores of the earlier days, then the counts of every day."""
    of, force = edition.tables, edition.force.id
    for day, scores in of.scores_before.items():
        rows = _at(scores, days).select(PAST.names).cast(PAST).combine_chunks()
        yield Past(force, day, rows)
    yield Counted(force, of.day_counts.cast(COUNTED).combine_chunks())


def _hours(edition: DayEdition) -> WeekHours:
    of = edition.tables
    return WeekHours(
        spots=weeks_of(of.hotspot_hours, "hotspot_id"),
        groups=weeks_of(of.weekday_hours, "crime_group"),
        known=of.with_hours_365d,
        among=of.records_365d,
    )


def _names_before(edition: DayEdition) -> dict[str, str | None]:
    """The names of the hot spots of the day that is compared, by id."""
    before = edition.tables.hotspots_before
    if before is None:
        return {}
    columns = (before[name].to_pylist() for name in ("hotspot_id", "name"))
    return dict(zip(*columns, strict=True))


def _texts(edition: DayEdition) -> tuple[str, ...]:
    """The columns that the page shows of a cell besides: its areas, and its calls."""
    calls = edition.tables.calls
    return (*edition.layers.names, *((CALLS,) if calls and calls.days else ()))


def _groups(edition: DayEdition, whole: Sequence[str]) -> tuple[GroupFact, ...]:
    """All groups; the user's own with the days that count for them, which differ."""
    counted = _counted(edition)
    facts = {group.slug: group for group in map_groups(whole, _own(edition))}
    for slug, supplied in edition.tables.own_days.items():
        if slug in facts:
            looks = _looks(counted, supplied)
            facts[slug] = replace(facts[slug], looks=looks)
    return tuple(facts.values())


def _own(edition: DayEdition) -> list[CrimeGroup]:
    """The user's own groups, each with the days that it is counted on: they differ."""
    slugs = edition.cells["crime_group"].to_pylist()
    days = dict(zip(slugs, edition.cells["days_365d"].to_pylist(), strict=True))
    return [
        replace(group, note=f"{group.note}; {days[group.slug]} of 365 days supplied")
        for group in edition.own
        if group.slug in days
    ]


def _looks(days: Sequence[str], supplied: Collection[str]) -> tuple[str, ...]:
    """What each of those days is."""
    first = min(supplied, default="")

    def look(day: str) -> str:
        if day in supplied:
            return SUPPLIED
        return BEFORE if day < first else MISSING

    return tuple(look(day) for day in days)


def _next(days: int) -> str:
    return "the next day" if days == 1 else f"the next {days} days"


def _of_horizon(cells: pa.Table, days: int) -> pa.Table:
    """The rows of one horizon, under the names that the page gives its columns."""
    rows = _named(_at(cells, days), _COLUMNS)
    for name, kind in _UNKNOWN.items():
        rows = rows.append_column(name, pa.nulls(len(rows), kind))
    return rows


def _named(rows: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    for name, column in columns.items():
        rows = rows.append_column(name, rows[column])
    return rows


def _at(rows: pa.Table, days: int) -> pa.Table:
    return rows.filter(pc.equal(rows["horizon_days"], days))


def _force(edition: DayEdition) -> ForceFact:
    [facts] = edition.force_facts
    status = edition.tables.coverage.select(["day", "status"]).to_pylist()
    supplied = {row["day"] for row in status if row["status"] == SUPPLIED}
    return ForceFact(
        force=facts["force"],
        name=facts["name"],
        universe_cells=facts["universe_cells"],
        months_12m=facts["days_365d"],
        months_prev_12m=edition.of_shipped("days_prev_28d"),
        newest_month=facts["newest_day"],
        looks=_looks(_counted(edition), supplied),
        ranked=tuple(_ranked(edition, day) for day in _as_ofs(edition)),
    )


def _ranked(edition: DayEdition, day: str) -> int:
    """How many cells were ranked on a day; 0 without a score."""
    if day == str(edition.as_of):
        return int(edition.of_shipped("universe_cells"))
    scores = edition.tables.scores_before.get(day)
    return 0 if scores is None else int(scores["universe_cells"][0].as_py())
