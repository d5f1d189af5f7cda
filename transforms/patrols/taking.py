"""Takes a file of visits or of pings, whichever its mapping says it is."""

from datetime import datetime
from pathlib import Path

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.patrols.mapping import VisitMapping, read_visit_mapping
from transforms.patrols.ping_mapping import PingMapping, is_of_pings, read_ping_mapping
from transforms.patrols.take import Taken, take_visits
from transforms.patrols.take_pings import TakenPings, take_pings
from transforms.records.homes import open_force_home
from transforms.reference.toml_files import text_of


def mapping_at(home: Home, path: Path) -> VisitMapping | PingMapping:
    """The mapping of a file; `UsageError` for one of pings in a home of public data."""
    text = text_of(path)
    if not is_of_pings(text):
        return read_visit_mapping(text, path.name)
    mapping = read_ping_mapping(text, path.name)
    if home.feed is None:
        raise UsageError(
            f"{home.root}: pings say where officers are, and are read only in a home"
            " of a force's own feed: hexbeat feed create"
        )
    return mapping


def take_file(
    home: Home,
    path: Path,
    mapping: Path,
    who: str,
    now: datetime,
    gps_buffer_m: float = 0.0,
) -> Taken | TakenPings:
    """Store what a mapping names of a file, and no more; the buffer is of pings."""
    read = mapping_at(home, mapping)
    if isinstance(read, VisitMapping):
        return take_visits(home, path, read, now)
    own = open_force_home(home.root)
    return take_pings(own, path, read, who, now, gps_buffer_m)
