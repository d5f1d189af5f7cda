"""`top_hotspots.gpx`: the top hot spots as waypoints, for handhelds and phones."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.edition import Edition
from transforms.publications.edition.selection import top_hotspots
from transforms.reference.days import HORIZONS_DAYS
from transforms.reference.groups import ALL_CRIME, GROUPS


GROUPS_SHOWN = (ALL_CRIME, "serious-violence-proxy")
_NAMESPACE = "http://www.topografix.com/GPX/1/1"


def write_waypoints(edition: Edition, path: Path) -> None:
    """Write GPX 1.1 without times, which a hot spot does not have."""
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
    names = {facts["force"]: facts["name"] for facts in edition.force_facts}
    intervals = _intervals(edition)
    for spot in _next(top_hotspots(edition, GROUPS_SHOWN)).to_pylist():
        interval = intervals[spot["force"], spot["crime_group"], spot["top_cell"]]
        areas = [f" {a}: {spot[a]}." for a in edition.layers.names if spot[a]]
        _waypoint(root, spot, names[spot["force"]], interval, "".join(areas))
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _next(rows: pa.Table) -> pa.Table:
    """Those of the next month, or of days those of the next day."""
    if "horizon_days" not in rows.column_names:
        return rows
    return rows.filter(pc.equal(rows["horizon_days"], HORIZONS_DAYS[0]))


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
    # plain decimals: GPX allows no exponent, and near Greenwich there would be one
    where = {name: f"{spot[name]:.6f}" for name in ("lat", "lon")}
    point = ET.SubElement(root, "wpt", where)
    _text(point, "name", f"{force} {spot['hotspot_rank']} {place}{kind}")
    low, high = interval
    _text(
        point,
        "desc",
        f"{group.label}: {_expected(spot)}; in the highest of its cells"
        f" ({spot['cells']}) {low} to {high} in 95 of 100 such"
        f" {'days' if 'n_365d' in spot else 'months'}. {_counted(spot)}{areas}",
    )
    _text(point, "type", group.label)


def _expected(spot: dict[str, Any]) -> str:
    if "n_365d" in spot:
        return f"{spot['expected']:.2f} expected on the next day"
    return f"{spot['expected']:.1f} expected next month"


def _counted(spot: dict[str, Any]) -> str:
    if "n_365d" in spot:
        counts = [f"{_known(spot[f'n_{days}d'])} in {days}" for days in (7, 28, 365)]
        return f"Counted: {', '.join(counts)} days."
    if spot["n_12m"] is None:
        return "No month of the last 12 was supplied."
    return f"{spot['n_12m']} in {spot['months_12m']} supplied months of 12."


def _known(count: int | None) -> str:
    return "not supplied" if count is None else str(count)


def _intervals(edition: Edition) -> dict[tuple[str, str, str], tuple[int, int]]:
    """The intervals of cells: they do not add up, so a hot spot of several has none."""
    rows = _next(edition.cells.filter(pc.is_valid(edition.cells["hotspot_id"])))
    names = ("force", "crime_group", "h3_cell", "score_lo", "score_hi")
    columns = (rows[name].to_pylist() for name in names)
    return {
        (force, group, cell): (low, high)
        for force, group, cell, low, high in zip(*columns, strict=True)
    }


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
