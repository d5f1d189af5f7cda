"""`index.html` of the public tier: a page that opens from a file or a web server.

Its engine is that of the map page; its numbers are those of the public tables beside
it, and its words are those of the transparency record.
"""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from transforms.publications.layers import Layers
from transforms.publications.map.pack import Columns, packed
from transforms.publications.map.web_files import policy, script, styles, web_text
from transforms.publications.public import page_sections as sections
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.page_data import maps, newest, totals, trends
from transforms.publications.public.page_html import bullets, paragraphs
from transforms.publications.public.page_words import counts_in_words, groups_in_words
from transforms.publications.public.periods import PUBLIC_GROUPS, span
from transforms.publications.public.transparency import TransparencyFacts
from transforms.publications.public.transparency_facts import facts_of
from transforms.reference.groups import GROUPS


STYLES = ("vendor/leaflet-1.9.4.css", "map.css", "public.css")
# In this order: each may use what those before it have added to `hexbeat`.
OURS = (
    "map-words.js",
    "map-data.js",
    "map-ground.js",
    "map-legend.js",
    "public-areas.js",
    "public-chart.js",
    "public-map.js",
    "public.js",
)
SCRIPTS = ("vendor/leaflet-1.9.4.js", "vendor/h3-js-4.5.0.umd.js", *OURS)


def write_page(public: PublicEdition, path: Path, files: Sequence[str]) -> None:
    """Write the page; `files` are those beside it that it links to."""
    path.write_text(render(public, path.parent, files), encoding="utf-8")


def render(public: PublicEdition, folder: Path, files: Sequence[str]) -> str:
    """The page as text."""
    style, scripts = styles(*STYLES), [script(name) for name in SCRIPTS]
    facts, limits = facts_of(public), public.tables.settings
    names = {force.force.id: force.force.name for force in public.edition.scored}
    rows = totals(public.tables.cells, limits.rounding)
    return Template(web_text("map-head.html") + web_text("public.html")).substitute(
        _words(facts, list(names.values()), public.edition.as_of.year),
        csp=policy(style, scripts),
        style=style,
        scripts="\n".join(f"<script>{one}</script>" for one in scripts),
        banner=sections.banner(public.answers),
        counts=paragraphs(counts_in_words(limits)),
        totals=sections.totals_section(newest(rows), names),
        coverage=sections.coverage_section(facts, rows, names),
        exclusions=bullets(f"{kind}: {why}" for kind, _, why in facts.exclusions),
        groups=paragraphs(groups_in_words()),
        accuracy=sections.accuracy_section(public, names),
        record=sections.record_section(public.answers),
        files=sections.files_section(folder, files),
        columns=sections.columns_section(files),
        payload=_payload(public, names, rows),
    )


def _words(facts: TransparencyFacts, names: Sequence[str], year: int) -> dict[str, str]:
    whose = f": {names[0]}" if len(names) == 1 else ""
    title, newest = f"Recorded crime by area{whose}", _newest_month(facts)
    words = {
        "title": title,
        "in_tab": f"{title}, to the end of {newest}",
        "newest": newest,
        "ground": Layers().note(year),
        "attribution": facts.attribution,
        "method": facts.method_in_words,
        "run_id": facts.run_id,
        "version": facts.version,
        "leaflet_licence": web_text("vendor/LICENSE.leaflet"),
        "h3_notice": web_text("vendor/NOTICE.h3-js"),
        "h3_licence": web_text("vendor/LICENSE.h3-js"),
    }
    return {name: html.escape(text) for name, text in words.items()}


def _newest_month(facts: TransparencyFacts) -> str:
    known = [span(period) for period in facts.periods]
    lasts = [both[1] for both in known if both]
    return max(lasts).in_words if lasts else "no quarter yet"


def _payload(
    public: PublicEdition, names: Mapping[str, str], rows: Sequence[dict[str, Any]]
) -> str:
    tables = public.tables
    head = {
        "forces": [{"force": force, "name": name} for force, name in names.items()],
        "groups": [{"slug": g, "label": GROUPS[g].label} for g in PUBLIC_GROUPS],
        "rounding": tables.settings.rounding,
        "maps": maps(tables.cells, tables.bands),
        "trends": trends(tables.cells, tables.settings.rounding),
        "totals": rows,
        # never the home's own layers or tiles, which may not be for everyone
        "ground": Layers().ground(tables.bands),
    }
    return packed(head, Columns())
