"""A plan for calendars and handhelds: iCalendar (RFC 5545) and GPX 1.1."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

from transforms.plans.plan import Plan
from transforms.plans.tables import clock, names_of
from transforms.plans.timetable import Visit
from transforms.programmes.calendar_file import calendar, escaped


_NAMESPACE = "http://www.topografix.com/GPX/1/1"


def plan_calendar(plan: Plan) -> bytes:
    """An event for each visit, in UTC: no calendar has to know of summer time."""
    names = names_of(plan)
    return calendar(
        "plan", [line for v in plan.visits for line in _event(plan, v, names)]
    )


def _event(plan: Plan, visit: Visit, names: dict[str, str]) -> Iterator[str]:
    place, shift = visit.wanted.place, visit.shift
    mark = f"{plan.id} {shift.key} {visit.unit} {visit.seq}"
    spot = plan.asked.spots[place]
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(mark.encode()).hexdigest()[:32]}@hexbeat"
    yield f"DTSTAMP:{plan.asked.first:%Y%m%d}T000000Z"
    yield f"DTSTART:{_utc(visit.starts)}"
    yield f"DTEND:{_utc(visit.ends)}"
    yield f"SUMMARY:{escaped(f'{place} {names[place]}'.strip())}"
    yield f"CATEGORIES:{escaped(f'{shift.id} unit {visit.unit}')}"
    yield f"DESCRIPTION:{escaped(plan.facts[place].line)}"
    yield f"GEO:{spot.lat:.6f};{spot.lon:.6f}"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def write_gpx(plan: Plan, path: Path) -> None:
    """Places as waypoints, and the way of each unit as a route."""
    names = names_of(plan)
    root = ET.Element("gpx", xmlns=_NAMESPACE, version="1.1", creator="hexbeat")
    metadata = ET.SubElement(root, "metadata")
    _text(metadata, "name", f"Patrol plan {plan.id}")
    visited = {visit.wanted.place for visit in plan.visits}
    for place in plan.asked.spots:
        if place in visited:
            point = _point(root, "wpt", plan, place)
            _text(point, "name", f"{place} {names[place]}".strip())
            _text(point, "desc", plan.facts[place].line)
    for shift, unit, visits in plan.units:
        if not visits:
            continue
        route = ET.SubElement(root, "rte")
        _text(route, "name", f"{shift.id} {shift.day} unit {unit}")
        for visit in visits:
            place = visit.wanted.place
            point = _point(route, "rtept", plan, place)
            began = f"{clock(visit.starts):%H:%M}"
            _text(point, "name", f"{visit.seq} {began} {place} {names[place]}".strip())
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _point(parent: ET.Element, tag: str, plan: Plan, place: str) -> ET.Element:
    """A point of a file; plain decimals, since GPX allows no exponent."""
    spot = plan.asked.spots[place]
    return ET.SubElement(parent, tag, lat=f"{spot.lat:.6f}", lon=f"{spot.lon:.6f}")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
