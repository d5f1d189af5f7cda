"""The map: one page that opens from a file, with no server, network or WebGL."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from string import Template
from typing import Any

import pyarrow as pa

from transforms.months import Month
from transforms.publications.map_facts import ForceFact, MapFacts
from transforms.publications.map_payload import payload
from transforms.publications.map_rows import Past


WEB = resources.files("transforms.publications").joinpath("web")
STYLES = ("vendor/leaflet-1.9.4.css", "map.css")
# In this order: each may use what those before it have put into `hexbeat`.
OURS = (
    "map-words.js",
    "map-data.js",
    "map-view.js",
    "map-ground.js",
    "map-drawing.js",
    "map-chart.js",
    "map-reasons.js",
    "map-profile.js",
    "map-list.js",
    "map.js",
)
SCRIPTS = ("vendor/leaflet-1.9.4.js", "vendor/h3-js-4.5.0.umd.js", *OURS)


def render(
    cells: pa.Table,
    pasts: Iterable[Past],
    facts: MapFacts,
    ground: dict[str, Any] | None = None,
) -> str:
    """The page as text: the newest scores, and those of the as-of months before."""
    style = "".join(_css(name) for name in STYLES)
    scripts = [_script(name) for name in SCRIPTS]
    return _page(
        "map.html",
        facts,
        style,
        scripts,
        elsewhere=_elsewhere(facts),
        forces="\n".join(_force_row(force) for force in facts.forces),
        payload=payload(cells, pasts, facts, ground),
    )


def render_index(facts: MapFacts, pages: Mapping[str, str]) -> str:
    """A page of links, for where all forces in one page would be too heavy to open."""
    style = _css("map.css")
    return _page(
        "map-index.html",
        facts,
        style,
        [],
        forces="\n".join(
            _force_row(force, pages.get(force.force)) for force in facts.forces
        ),
    )


def _page(
    body: str, facts: MapFacts, style: str, scripts: list[str], **parts: str
) -> str:
    """A page of the head that all have, and its own body."""
    return Template(_text("map-head.html") + _text(body)).substitute(
        _words(facts),
        csp=_policy(style, scripts),
        style=style,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        **parts,
    )


def _words(facts: MapFacts) -> dict[str, str]:
    words = {
        "run_id": facts.run_id,
        "as_of": Month.parse(facts.as_of).in_words,
        "title": facts.title,
        "attribution": facts.attribution,
        "method": facts.method,
        "excluded": facts.excluded,
        "ground": facts.ground_note,
        "leaflet_licence": _text("vendor/LICENSE.leaflet"),
        "h3_notice": _text("vendor/NOTICE.h3-js"),
        "h3_licence": _text("vendor/LICENSE.h3-js"),
    }
    return {name: html.escape(text) for name, text in words.items()}


def _elsewhere(facts: MapFacts) -> str:
    if facts.index is None:
        return ""
    return f'<a href="{html.escape(facts.index)}">All forces</a>'


def _force_row(force: ForceFact, page: str | None = None) -> str:
    values = (
        f"{force.universe_cells:,}",
        f"{force.months_12m} of 12",
        force.newest_month or "none",
        force.note or "",
    )
    name = html.escape(force.name)
    if page is not None:
        name = f'<a href="{html.escape(page)}">{name}</a>'
    cells = "".join(f"<td>{html.escape(value)}</td>" for value in values)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _policy(style: str, scripts: list[str]) -> str:
    """Nothing may load, and only these very scripts and this style may act."""
    allowed = " ".join(_digest(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _css(name: str) -> str:
    # Leaflet's layer and marker pictures are not used; an address would be a fetch.
    return re.sub(r"url\([^)]*\)", "none", _text(name))


def _script(name: str) -> str:
    text = re.sub(r"^//# sourceMappingURL=.*$", "", _text(name), flags=re.M)
    return text.replace("</script", r"<\/script").replace("<!--", r"<\!--")


def _text(name: str) -> str:
    # As text, so that line ends are \n, which is how a browser hashes what it reads.
    return WEB.joinpath(name).read_text(encoding="utf-8")
