"""The briefing of a day: one page for a shift that begins at six in the morning."""

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


_GROUPS = ("serious-violence-proxy", "burglary", "vehicle-crime")
_TOP = 12
_LISTED, _FEW = 5, 3
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
        "top_header": ["no.", "around", "expected", "last 7 d", "was no."],
        "top": [
            [
                str(s["hotspot_rank"]),
                named(s),
                f"{s['expected']:.2f}",
                _count(s["n_7d"]),
                _was(s),
            ]
            for s in top
        ],
        "left": [
            _changed(edition),
            *(_by_area(name, spots) for name in edition.layers.names[:1]),
            *([_calls(edition, spots)] if edition.tables.calls else []),
            _based_on(edition),
        ],
        "right": [
            _hours("By day, 07:00 to 19:00", "incidents_day_365d", spots),
            _hours("By night, 19:00 to 07:00", "incidents_night_365d", spots),
            *(_of_group(edition, slug) for slug in _GROUPS),
        ],
        "footer": footer(edition),
    }


def _section(title: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"title": title, "lines": list(lines)}


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


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
        return _section(title, ["No hour of these incidents is known."])
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
        "Records of the last days may still be missing.",
        "A place that was very high is likely to fall by itself.",
    ]
    return _section("What it is based on", lines)
