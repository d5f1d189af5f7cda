"""`briefing-<force>.pdf`: one tagged page a force, for a screen or a wall.

Of months here, of days in `day_briefing.py`.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.report import equal_area, headline, summary
from transforms.incidents.coverage import MonthCoverage
from transforms.publications.apart import write_apart
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.briefing_page import footer, named, write_page
from transforms.publications.formats.day_briefing import write_day
from transforms.publications.formats.format import Writer
from transforms.publications.layers.open_ground import ATTRIBUTION
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.months import Month, window


PROXY = "serious-violence-proxy"
TOP_SPOTS = 12
_LISTED = 5
_NOT_COUNTED = {
    "without_place_12m": "without a place",
    "outside_area_12m": "outside England and Wales",
    "excluded_12m": "at excluded places",
    "far_from_force_12m": "far from the force",
    "outside_universe_12m": "outside the areas that are ranked",
}
_ACCURACY_GROUPS = (ALL_CRIME, PROXY, "burglary", "vehicle-crime")


def write_briefings(edition: Edition, path: Path) -> None:
    """A page for each scored force, in place of the `*` of the path."""
    pages = {
        page: partial(write, edition)
        for page, write in briefings(edition, path.name).items()
    }
    write_apart(path.parent, pages, edition.left_out)


def briefings(edition: Edition, name: str) -> dict[str, Writer]:
    """What writes each page, by its name."""
    writes: dict[str, Writer]
    match edition:
        case MonthEdition():
            writes = {f.force.id: partial(_write, f) for f in edition.scored}
        case DayEdition():
            writes = {edition.force.id: write_day}
        case _:
            raise TypeError(type(edition).__name__)
    return {name.replace("*", force): write for force, write in writes.items()}


def _write(force: ForceEdition, edition: MonthEdition, page: Path) -> None:
    cells = _of(edition.cells, force, ALL_CRIME)
    spots = _of(edition.hotspots, force, ALL_CRIME).to_pylist()[:TOP_SPOTS]
    write_page(edition, cells, spots, _words(edition, force, spots), page)


def _of(rows: pa.Table, force: ForceEdition, slug: str) -> pa.Table:
    mine = pc.and_(
        pc.equal(rows["force"], force.force.id), pc.equal(rows["crime_group"], slug)
    )
    return rows.filter(mine)


def _words(
    edition: MonthEdition, force: ForceEdition, spots: list[dict[str, Any]]
) -> dict[str, Any]:
    names = ", ".join(f"{s['hotspot_rank']} {named(s)}" for s in spots)
    return {
        "title": f"Hot spots: {force.force.name}",
        "subtitle": (
            f"Counts to the end of {edition.as_of.in_words}. Expected: how many"
            " incidents the next month is likely to bring."
        ),
        "map_alt": f"Map of the highest cells of all crime, with hot spots {names}",
        "map_note": (
            "Cells of about 0.1 km² by what is expected of all crime: the darkest,"
            " outlined, are the top 1 % of the area, then 2, 5 and 20 %. Numbers as in"
            " the list; a number that had to move has a line to its place, and a square"
            f" is enlarged beside the map. {ATTRIBUTION}"
        ),
        "top_title": "Highest hot spots, all crime",
        "top_header": ["no.", "around", "expected", "likely range", "last 12 m"],
        "top": [
            [
                str(s["hotspot_rank"]),
                named(s),
                f"{s['expected']:.0f}",
                f"{s['expected_lo']:,} to {s['expected_hi']:,}",
                f"{s['n_12m']:,}" if s["n_12m"] is not None else "–",
            ]
            for s in spots
        ],
        "left": [],
        "right": [
            {"title": "What it is based on", "lines": _based_on(edition, force)},
            {"title": "Serious violence (proxy)", "lines": _proxy(edition, force)},
            {"title": "What changed", "lines": _changed(edition, force)},
            {"title": "How well it has done", "lines": _accuracy(edition, force)},
        ],
        "footer": footer(edition),
    }


def _proxy(edition: MonthEdition, force: ForceEdition) -> list[str]:
    spots = _of(edition.hotspots, force, PROXY).to_pylist()[:_LISTED]
    return [
        f"{named(s)}: {s['expected_lo']} to {s['expected_hi']} likely next month,"
        f" {_count(s['n_12m'])} in 12 months"
        for s in spots
    ] or ["No incident recorded."]


def _count(number: int | None) -> str:
    return "not supplied" if number is None else f"{number:,}"


def _changed(edition: MonthEdition, force: ForceEdition) -> list[str]:
    """Hot spots of all crime that are new or gone, by their ids."""
    now = _of(edition.hotspots, force, ALL_CRIME).to_pylist()
    if len(force.history) < 2:
        return ["No earlier month to compare with."]
    before = edition.earlier(force.force.id).before
    new = [s for s in now if s["hotspot_id"] not in before]
    gone = len(before - {s["hotspot_id"] for s in now})
    since = Month.parse(force.history[-2].partition["as_of"]).in_words
    lines = [f"Since {since}: {len(new)} hot spots of {len(now)} are new, {gone} gone."]
    return lines + [
        f"New: {named(s)}, {s['expected']:.0f} expected" for s in new[: _LISTED - 2]
    ]


def _based_on(edition: MonthEdition, force: ForceEdition) -> list[str]:
    recent = window(edition.as_of, 12)
    odd = [
        f"{month} {_status(force.months.get(month))}"
        for month in recent
        if _status(force.months.get(month)) != "supplied"
    ]
    supplied = f"{force.supplied(edition.as_of, 12)} of the last 12 months supplied"
    return [
        f"{supplied}; not counted: {', '.join(odd)}." if odd else f"{supplied}.",
        _counted(edition, force),
        "A month and a map point near the place: no hour, no address.",
        "A place that was very high is likely to fall by itself.",
    ]


def _counted(edition: MonthEdition, force: ForceEdition) -> str:
    """How much of all crime is counted in a cell, and why the rest is not."""
    [row] = _of(edition.reconciliation, force, ALL_CRIME).to_pylist()
    rest = [f"{row[name]:,} {why}" for name, why in _NOT_COUNTED.items() if row[name]]
    told = f"{row['counted_12m']:,} of {row['incidents_12m']:,} crimes are counted"
    return f"{told}; not: {', '.join(rest)}." if rest else f"{told}."


def _status(covered: MonthCoverage | None) -> str:
    return covered.status.replace("_", " ") if covered else "not stored"


def _accuracy(edition: MonthEdition, force: ForceEdition) -> list[str]:
    rows = edition.accuracy_rows
    mine = rows.filter(
        pc.and_(
            pc.equal(rows["force"], force.force.id), pc.equal(rows["horizon_months"], 1)
        )
    )
    found = summary(mine)
    alike = equal_area(found)
    compared = alike if len(alike) else headline(found)
    by_key = {(r["crime_group"], r["method"]): r for r in compared.to_pylist()}
    rows = [by_key.get((slug, edition.method.NAME)) for slug in _ACCURACY_GROUPS]
    lines = [
        f"{GROUPS[r['crime_group']].label}: the top {_on_a_page(r['area'])} had"
        f" {r['hit_rate']:.0%} of the next month's, {_beside_counting(r)}"
        f" ({r['force_months']} months tested)."
        for r in rows
        if r and r["gain"] is not None
    ]
    return lines or ["Not backtested on these data."]


def _on_a_page(area: str) -> str:
    return area.replace("km2", "km²").replace("%", "% of the area")


def _beside_counting(row: dict[str, Any]) -> str:
    """How a hit rate compares with that of the best simple count, in words."""
    low, high = row["gain_lo"], row["gain_hi"]
    if low is not None and low > 0:
        return "better than simple counting"
    if high is not None and high < 0:
        return "worse than simple counting"
    return "level with simple counting"
