"""`top_hotspots.gpx`: the top hot spots as waypoints, for handhelds and phones."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.compute as pc

from transforms.groups import ALL_CRIME, GROUPS
from transforms.publications.edition import Edition
from transforms.publications.workbook import top_hotspots


GROUPS_SHOWN = (ALL_CRIME, "serious-violence-proxy")
_NAMESPACE = "http://www.topografix.com/GPX/1/1"


def write_waypoints(edition: Edition, path: Path) -> None:
    """Write GPX 1.1 with no time in it: a hot spot is no moment."""
    root = ET.Element("gpx", xmlns=_NAMESPACE, version="1.1", creator="hexbeat")
    metadata = ET.SubElement(root, "metadata")
    _text(metadata, "name", f"Hot spots, counts to the end of {edition.as_of}")
    _text(
        metadata,
        "desc",
        f"The first of each force in all crime and serious violence (proxy)."
        f" {edition.excluded_in_words}."
        f" Run {edition.run_id}. {edition.attribution}.",
    )
    names = {f.force.id: f.force.name for f in edition.scored}
    intervals = _intervals(edition)
    for spot in top_hotspots(edition, GROUPS_SHOWN).to_pylist():
        interval = intervals[spot["force"], spot["crime_group"], spot["top_cell"]]
        areas = [f" {a}: {spot[a]}." for a in edition.layers.names if spot[a]]
        _waypoint(root, spot, names[spot["force"]], interval, "".join(areas))
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _waypoint(
    root: ET.Element,
    spot: dict[str, Any],
    force: str,
    interval: tuple[int, int],
    areas: str,
) -> None:
    """A hot spot at the centre of its highest cell; its tags in the schema's order."""
    group = GROUPS[spot["crime_group"]]
    kind = "" if group.slug == ALL_CRIME else f" ({group.label})"
    place = spot["name"] or "no street named"
    # in plain decimals: GPX takes no exponent, and near Greenwich there would be one
    where = {name: f"{spot[name]:.6f}" for name in ("lat", "lon")}
    point = ET.SubElement(root, "wpt", where)
    _text(point, "name", f"{force} {spot['hotspot_rank']} {place}{kind}")
    low, high = interval
    _text(
        point,
        "desc",
        f"{group.label}: {spot['expected']:.1f} expected next month; in the highest of"
        f" its cells ({spot['cells']}) {low} to {high} in 95 of 100 such months."
        f" {_counted(spot)}{areas}",
    )
    _text(point, "type", group.label)


def _counted(spot: dict[str, Any]) -> str:
    if spot["n_12m"] is None:
        return "No month of the last 12 was supplied."
    return f"{spot['n_12m']} in {spot['months_12m']} supplied months of 12."


def _intervals(edition: Edition) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Of cells: intervals do not add up, so that a hot spot of several has none."""
    rows = edition.cells.filter(pc.is_valid(edition.cells["hotspot_id"]))
    asked = ("force", "crime_group", "h3_cell", "score_lo", "score_hi")
    columns = (rows[name].to_pylist() for name in asked)
    return {
        (force, group, cell): (low, high)
        for force, group, cell, low, high in zip(*columns, strict=True)
    }


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
