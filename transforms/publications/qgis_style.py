"""The QGIS style of the cells: bands of one crime group, from dark to light."""

from xml.etree import ElementTree as ET

from transforms.groups import ALL_CRIME


STYLE_NAME = "hot spots of all crime"
# The bands overlap in no cell of one group, but the groups overlap each other: the
# style draws one. To see another, change the group in the expression.
VALUE = f'CASE WHEN "crime_group" = \'{ALL_CRIME}\' THEN "score_band" END'
_BANDS = {
    "top_1pct": ("Top 1 % of cells", "37,52,148"),
    "top_2pct": ("1 to 2 %", "44,127,184"),
    "top_5pct": ("2 to 5 %", "65,182,196"),
    "top_20pct": ("5 to 20 %", "161,218,180"),
    "rest": ("The rest with crime", "255,255,204"),
}
_OPACITY = "0.75"
_TIP = (
    '<b>[% coalesce("place_label", "h3_cell") %]</b><br>'
    '[% "crime_group" %], rank [% "score_rank" %] of [% "universe_cells" %]<br>'
    'expected next month [% round("score", 2) %]'
    ' ([% "score_lo" %] to [% "score_hi" %])<br>'
    '[% "n_12m" %] in [% "months_12m" %] supplied months of 12'
)


def qml() -> str:
    """The style as QGIS keeps it."""
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology|MapTips")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=VALUE, symbollevels="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (band, (label, colour)) in enumerate(_BANDS.items()):
        ET.SubElement(
            categories,
            "category",
            value=band,
            label=label,
            symbol=str(number),
            render="true",
        )
        _symbol(symbols, str(number), f"{colour},255")
    ET.SubElement(root, "mapTip").text = _TIP
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
