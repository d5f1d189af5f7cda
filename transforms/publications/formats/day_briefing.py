"""The briefing of a day: one landscape page for a shift that begins at six."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.calls import CALLS, WINDOW_DAYS
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.day_hotspots import HOURS
from transforms.publications.formats.briefing_page import footer, named, write_page
from transforms.publications.layers.area_columns import APART
from transforms.publications.layers.open_ground import ATTRIBUTION
from transforms.reference.days import HORIZONS_DAYS, Day
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.national_grid import grid_reference
from transforms.scores.timing.week import BUSY_HOURS


_GROUPS = ("serious-violence-proxy", "burglary", "vehicle-crime")
_TOP = 12
_LISTED, _FEW = 5, 3
_RECENT_DAYS = 28
_HEADER = (
    "no.", "around", "grid reference", "expected", "last 7 d", "by day", "by night",
    "busiest", "was no.",
)  # fmt: skip
_Spots = Sequence[dict[str, Any]]


def write_day(edition: DayEdition, page: Path) -> None:
    """Write the page of the next day."""
    cells = _next(edition.cells, ALL_CRIME)
    spots = _next(edition.hotspots, ALL_CRIME).to_pylist()
    write_page(edition, cells, spots[:_TOP], _words(edition, spots), page)


def _next(rows: pa.Table, slug: str) -> pa.Table:
    is_next = pc.equal(rows["horizon_days"], HORIZONS_DAYS[0])
    return rows.filter(pc.and_(is_next, pc.equal(rows["crime_group"], slug)))


def _words(edition: DayEdition, spots: _Spots) -> dict[str, Any]:
    day = (edition.as_of + 1).in_words
    top = spots[:_TOP]
    names = ", ".join(f"{s['hotspot_rank']} {named(s)}" for s in top)
    return {
        "title": f"Hot spots of {day}: {edition.force.name}",
        "subtitle": (
            f"Counts to the end of {edition.as_of.in_words}. Expected: how many"
            f" incidents {day} is likely to bring."
        ),
        "map_alt": f"Map of the highest cells of all crime, with hot spots {names}",
        "map_note": (
            "Cells of about 0.015 km² by what is expected of all crime: the darkest,"
            " outlined, are the top 1 % of the area, then 2, 5 and 20 %. Numbers as in"
            " the list; a number that had to move has a line to its place, and a square"
            f" is enlarged beside the map. {ATTRIBUTION}"
        ),
        "top_title": "Highest hot spots, all crime",
        "landscape": True,
        "top_header": _HEADER,
        "top": [
            [
                str(s["hotspot_rank"]),
                named(s),
                grid_reference(s["easting"], s["northing"]),
                f"{s['expected']:.2f}",
                _count(s["n_7d"]),
                *(_rounded(s[name]) for name in HOURS),
                _busiest(s),
                _was(s),
            ]
            for s in top
        ],
        "thirds": [
            [
                _changed(edition),
                *(_by_area(name, spots) for name in edition.layers.names[:1]),
                *([_calls(edition, spots)] if edition.tables.calls else []),
                _based_on(edition),
            ],
            [
                _hours("By day, 07:00 to 19:00", "incidents_day_365d", spots),
                _hours("By night, 19:00 to 07:00", "incidents_night_365d", spots),
            ],
            [_of_group(edition, slug) for slug in _GROUPS],
        ],
        "footer": footer(edition),
    }


def _section(title: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"title": title, "lines": list(lines)}


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _rounded(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def _busiest(spot: dict[str, Any]) -> str:
    """The weekday and the four hours with most; of few incidents none."""
    if (start := spot["busiest_from"]) is None:
        return "–"
    return f"{spot['busiest_weekday'][:3]}; {start:02}–{(start + BUSY_HOURS) % 24:02}"


def _was(spot: dict[str, Any]) -> str:
    """Its number on the day that is compared, which may have none."""
    if spot["change"] is None:
        return "–"
    return "new" if spot["previous_rank"] is None else str(spot["previous_rank"])


def _hours(title: str, column: str, spots: _Spots) -> dict[str, Any]:
    """The hot spots of all crime by their incidents in those hours, most first.

    Incidents of 365 days, of those whose hours are known.
    """
    known = [s for s in spots if s[column]]
    if not known:
        timed = any(s[column] is not None for s in spots)
        unknown = "No hour of these incidents is known."
        return _section(title, ["None in these hours." if timed else unknown])
    known.sort(key=lambda s: (-s[column], s["hotspot_rank"]))
    return _section(
        title,
        [
            f"{named(s)} (no. {s['hotspot_rank']}): {s[column]:.0f} of"
            f" {sum(s[name] for name in HOURS):.0f} with a known hour"
            for s in known[:_LISTED]
        ],
    )


def _by_area(name: str, spots: _Spots) -> dict[str, Any]:
    """The first hot spots of all crime in each of the areas, such as beats."""
    by_area: dict[str, list[dict[str, Any]]] = {}
    for spot in spots:
        if areas := spot[name]:
            by_area.setdefault(areas.partition(APART)[0], []).append(spot)
    lines = [
        f"{area}: "
        + ", ".join(f"{named(s)} (no. {s['hotspot_rank']})" for s in of[:_FEW])
        for area, of in list(by_area.items())[:_LISTED]
    ]
    return _section(f"By {name.replace('_', ' ')}", lines or ["No hot spot."])


def _of_group(edition: DayEdition, slug: str) -> dict[str, Any]:
    lines = [
        f"{named(s)}: {s['expected']:.2f} expected, {_count(s['n_365d'])} in 365 days"
        for s in _next(edition.hotspots, slug).to_pylist()[:_FEW]
    ]
    return _section(GROUPS[slug].label, lines or ["No hot spot."])


def _changed(edition: DayEdition) -> dict[str, Any]:
    """Hot spots of all crime that are new or gone."""
    rows = [
        row
        for row in edition.hotspot_changes.to_pylist()
        if row["crime_group"] == ALL_CRIME
    ]
    if not rows:
        return _section("What changed", ["No earlier day to compare with."])
    new, gone = ([r for r in rows if r["change"] == c] for c in ("new", "gone"))
    since = Day.parse(rows[0]["previous_as_of"]).in_words
    lines = [
        f"{len(new)} of {len(rows) - len(gone)} hot spots are new, {len(gone)} gone.",
        *(f"New: {named(r)}, no. {r['hotspot_rank']}" for r in new[:_FEW]),
        *(f"Gone: {named(r)}, was no. {r['previous_rank']}" for r in gone[:_FEW]),
    ]
    return _section(f"What changed since {since}", lines)


def _calls(edition: DayEdition, spots: _Spots) -> dict[str, Any]:
    """The hot spots of all crime by their calls for service, most first."""
    title = f"Calls for service, {WINDOW_DAYS} days"
    called = [spot for spot in spots if spot[CALLS]]
    called.sort(key=lambda spot: (-spot[CALLS], spot["hotspot_rank"]))
    lines = [
        f"{named(s)} (no. {s['hotspot_rank']}): {s[CALLS]:,}" for s in called[:_FEW]
    ]
    return _section(title, lines or ["None in these hot spots, or none supplied."])


def _based_on(edition: DayEdition) -> dict[str, Any]:
    lines = [
        *edition.coverage_in_words.values(),
        _not_supplied(edition),
        _with_hours(edition),
        "Records of the last days may still be missing.",
        "A place that was very high is likely to fall by itself.",
    ]
    return _section("What it is based on", lines)


def _not_supplied(edition: DayEdition) -> str:
    """Which of the last days are not counted, by date."""
    first = str(edition.as_of + (1 - _RECENT_DAYS))
    days = [
        Day.parse(row["day"]).in_words
        for row in edition.tables.coverage.to_pylist()
        if row["day"] >= first and row["status"] != "supplied"
    ]
    if not days:
        return f"All of the last {_RECENT_DAYS} days were supplied."
    return f"Of the last {_RECENT_DAYS} days not counted: {', '.join(days)}."


def _with_hours(edition: DayEdition) -> str:
    """What the columns of hours rest on."""
    of = edition.tables
    return (
        "By day, by night and busiest: incidents of 365 days with a known hour"
        f" ({of.with_hours_365d:,} of {of.records_365d:,} records); busiest is a"
        " weekday, and four hours on end."
    )
