"""The QGIS styles: bands of one crime group, from dark to light, and hot spots."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from transforms.publications.titles import title
from transforms.reference.bands import BANDS
from transforms.reference.groups import ALL_CRIME, GROUPS, CrimeGroup


STYLE_NAME = "hot spots of all crime"
HOTSPOT_STYLE_NAME = "hot spots by crime group"
# The bands overlap in no cell of one group, but groups overlap each other, and so do
# the two horizons of days: the style draws one. To see another, change the expression.
_ONE = f"\"crime_group\" = '{ALL_CRIME}'"
VALUE = {
    "months": f'CASE WHEN {_ONE} THEN "score_band" END',
    "days": f'CASE WHEN {_ONE} AND "horizon_days" = 1 THEN "score_band" END',
}
_OPACITY = "0.75"
# QGIS shows a tip as a web page, and inserts values without escaping them.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def _text(column: str) -> str:
    """The expression of a text column, escaped for a web page."""
    expression = f'"{column}"'
    for character, entity in _ENTITIES.items():
        expression = f"replace({expression}, '{character}', '{entity}')"
    return expression


_TITLE = f'<b>[% coalesce({_text("place_label")}, "h3_cell") %]</b><br>'
_NEXT = {
    "months": "next month",
    "days": "in [% if(\"horizon_days\" = 1, '1 day', \"horizon_days\" || ' days') %]",
}
_YEAR = {
    "months": '[% "n_12m" %] in [% "months_12m" %] supplied months of 12',
    "days": '[% "n_365d" %] in [% "days_365d" %] supplied days of 365',
}
_HOTSPOT_COLOUR = "227,26,28,255"
_GROUP = {
    "months": '"crime_group"',
    "days": 'CASE WHEN "horizon_days" = 1 THEN "crime_group" END',
}


def _tip(unit: str) -> str:
    return (
        f"{_TITLE}[% {_text('crime_group')} %], "
        'rank [% "score_rank" %] of [% "universe_cells" %]<br>'
        f'expected {_NEXT[unit]} [% round("score", 2) %]'
        f' ([% "score_lo" %] to [% "score_hi" %])<br>{_YEAR[unit]}'
    )


def _hotspot_tip(unit: str) -> str:
    """A tip of our own: QGIS's default would show the name without escaping."""
    return (
        f'<b>[% coalesce({_text("name")}, "top_cell") %]</b><br>'
        f"[% {_text('crime_group')} %], "
        'no. [% "hotspot_rank" %]<br>'
        f'expected {_NEXT[unit]} [% round("expected", 1) %]'
    )


def hotspots_qml(
    unit: str, columns: Sequence[str] = (), own: Sequence[CrimeGroup] = ()
) -> str:
    """The style of the hot spots: a tick for each group, of which all crime has its.

    Of days it is of one day ahead. `own` are groups of the user's.
    """
    groups = [(g.slug, g.label, _HOTSPOT_COLOUR) for g in (*GROUPS.values(), *own)]
    tip = _hotspot_tip(unit)
    return _categorized(_GROUP[unit], groups, tip, columns, [ALL_CRIME])


def qml(unit: str, columns: Sequence[str] = ()) -> str:
    """The style of the cells, whose layer has those columns."""
    bands = [(band.slug, band.label, _rgba(band.colour)) for band in BANDS]
    return _categorized(VALUE[unit], bands, _tip(unit), columns)


def _categorized(
    of: str,
    shown: Sequence[tuple[str, str, str]],
    tip: str,
    columns: Sequence[str],
    ticked: Sequence[str] | None = None,
) -> str:
    """A style of the features whose expression has one of those values.

    Each has its value, label and colour. Those `ticked` are drawn, by default all.
    """
    categories = "Symbology|MapTips|Fields"
    root = ET.Element("qgis", version="3.22", styleCategories=categories)
    _add_aliases(root, columns)
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=of, symbollevels="0"
    )
    listed = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (value, label, colour) in enumerate(shown):
        ET.SubElement(
            listed,
            "category",
            value=value,
            label=label,
            symbol=str(number),
            render=str(ticked is None or value in ticked).lower(),
        )
        _symbol(symbols, str(number), colour)
    return _with_tip(root, tip)


def _add_aliases(root: ET.Element, columns: Sequence[str]) -> None:
    """Plain headings: QGIS with a GDAL before 3.7 does not read those of the file."""
    aliases = ET.SubElement(root, "aliases")
    for number, name in enumerate(columns, 1):  # the first is the layer's own number
        attributes = {"index": str(number), "field": name, "name": title(name)}
        ET.SubElement(aliases, "alias", attributes)


def _rgba(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},255"


def _with_tip(root: ET.Element, tip: str) -> str:
    ET.SubElement(root, "mapTip").text = tip
    return "<!DOCTYPE qgis>\n" + ET.tostring(root, encoding="unicode")


def _symbol(symbols: ET.Element, name: str, colour: str) -> None:
    symbol = ET.SubElement(symbols, "symbol", name=name, type="fill", alpha=_OPACITY)
    fill = ET.SubElement(
        symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"}
    )
    options = ET.SubElement(fill, "Option", type="Map")
    for key, value in {
        "color": colour,
        "outline_style": "no",
        "style": "solid",
    }.items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)
        ET.SubElement(fill, "prop", k=key, v=value)  # for QGIS before 3.20
