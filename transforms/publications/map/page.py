"""The map: one page that opens from a file, with no server, network or WebGL."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from string import Template
from typing import Any

import pyarrow as pa

from transforms.publications.edition.place_labels import PlaceLabel
from transforms.publications.map.facts import ForceFact, MapFacts
from transforms.publications.map.payload import payload
from transforms.publications.map.rows import Earlier
from transforms.publications.map.web_files import policy, script, styles, web_text
from transforms.publications.map.week_hours import WeekHours
from transforms.reference.clocks import MONTHS
from transforms.reference.days import Day
from transforms.reference.months import Month


STYLES = ("vendor/leaflet-1.9.4.css", "map.css")
# In this order: each may use what those before it have added to `hexbeat`.
OURS = (
    "map-words.js",
    "map-data.js",
    "map-view.js",
    "map-ground.js",
    "map-labels.js",
    "map-rates.js",
    "map-compare.js",
    "map-drawing.js",
    "map-legend.js",
    "map-chart.js",
    "map-reasons.js",
    "map-place.js",
    "map-hours.js",
    "map-spot.js",
    "map-profile.js",
    "map-csv.js",
    "map-list.js",
    "map.js",
)
SCRIPTS = ("vendor/leaflet-1.9.4.js", "vendor/h3-js-4.5.0.umd.js", *OURS)


_YEAR = {"months": 12, "days": 365}
_MONTHS = {
    "period": "month",
    "periods": "Months",
    "year": "12",
    "listed": "36 months",
    "next": "next month",
    "past": (
        "Scores of earlier as-of months are rounded in this page, to about a tenth of"
        " their random variation. The tables published with it contain them in full."
    ),
}


def render(
    cells: pa.Table,
    earlier: Iterable[Earlier],
    facts: MapFacts,
    ground: dict[str, Any] | None = None,
    hours: WeekHours | None = None,
    labels: Sequence[PlaceLabel] = (),
) -> str:
    """The page as text: the newest scores, and what there is of earlier ones."""
    style = styles(*STYLES)
    scripts = [script(name) for name in SCRIPTS]
    tiles = (ground or {}).get("tiles")
    return _page(
        "map.html",
        facts,
        style,
        scripts,
        csp=policy(style, scripts, tiles),
        elsewhere=_elsewhere(facts),
        forces="\n".join(
            _force_row(force, _YEAR[facts.unit]) for force in facts.forces
        ),
        payload=payload(cells, earlier, facts, ground, hours, labels),
    )


def render_index(facts: MapFacts, pages: Mapping[str, str]) -> str:
    """A page of links, for when one page of all forces would be too large to open."""
    style = styles("map.css")
    return _page(
        "map-index.html",
        facts,
        style,
        [],
        csp=policy(style, []),
        forces="\n".join(
            _force_row(force, _YEAR[facts.unit], pages.get(force.force))
            for force in facts.forces
        ),
    )


def _page(
    body: str, facts: MapFacts, style: str, scripts: list[str], **parts: str
) -> str:
    """A page with the common head and its own body."""
    return Template(web_text("map-head.html") + web_text(body)).substitute(
        _words(facts),
        style=style,
        scripts="\n".join(f"<script>{one}</script>" for one in scripts),
        **parts,
    )


def _words(facts: MapFacts) -> dict[str, str]:
    words = {
        "run_id": facts.run_id,
        "as_of": _in_words(facts.as_of),
        "title": facts.title,
        "in_tab": f"{facts.title}, {_in_words(facts.as_of)}: hexbeat map",
        "attribution": facts.attribution,
        "method": facts.method,
        "excluded": facts.excluded,
        "ground": facts.ground_note,
        "leaflet_licence": web_text("vendor/LICENSE.leaflet"),
        "h3_notice": web_text("vendor/NOTICE.h3-js"),
        "h3_licence": web_text("vendor/LICENSE.h3-js"),
        **(_MONTHS if facts.unit == MONTHS.unit else _days(facts.term)),
    }
    return {name: html.escape(text) for name, text in words.items()}


def _days(term: int) -> dict[str, str]:
    return {
        "period": "day",
        "periods": "Days",
        "year": "365",
        "listed": "365 days",
        "next": "on the next day" if term == 1 else f"in the next {term} days",
        "past": (
            "Scores of earlier as-of days are rounded in this page, to about a tenth of"
            " their random variation."
        ),
    }


def _in_words(as_of: str) -> str:
    is_day = as_of.count("-") == 2
    return Day.parse(as_of).in_words if is_day else Month.parse(as_of).in_words


def _elsewhere(facts: MapFacts) -> str:
    return " ".join(
        f'<a href="{html.escape(address)}">{html.escape(words)}</a>'
        for address, words in facts.links
    )


def _force_row(force: ForceFact, year: int, page: str | None = None) -> str:
    values = (
        f"{force.universe_cells:,}",
        f"{force.months_12m} of {year}",
        force.newest_month or "none",
        force.note or "",
    )
    name = html.escape(force.name)
    if page is not None:
        name = f'<a href="{html.escape(page)}">{name}</a>'
    cells = "".join(f"<td>{html.escape(value)}</td>" for value in values)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'
