"""Map files that GDAL reads, each by the driver for its suffix.

By default GDAL chooses by content, and a file may lead it to other files, to the
network, or to a library to load. So a file must begin as its format does, all other
reading drivers are disabled meanwhile, and GDAL gets the file under a name of ours, in
a folder with only the parts that are listed here.
"""

import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock

import pyogrio
from pyogrio._ogr import _register_drivers

from transforms.errors import UsageError


@dataclass(frozen=True)
class GdalFormat:
    """A format: its driver, how a file begins, and the files that are parts of it."""

    driver: str
    begins: bytes
    parts: tuple[str, ...] = ()
    layers: bool = False  # whether a file can have several


_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
GDAL_FORMATS: Mapping[str, GdalFormat] = {
    ".gpkg": GdalFormat("GPKG", b"SQLite format 3\0", layers=True),
    ".shp": GdalFormat("ESRI Shapefile", b"\0\0\x27\x0a", _SHAPEFILE_PARTS),
    ".fgb": GdalFormat("FlatGeobuf", b"fgb\x03"),
    ".kml": GdalFormat("LIBKML", b"<", layers=True),
}
# A publication may be written with these at the same moment. Neither accepts a file
# that begins like another format.
_WRITERS = {"GPKG", "GeoJSON"}
_DRIVERS = RLock()
_PLAIN = re.compile(
    r"CREATE (?:TABLE|INDEX|UNIQUE INDEX|TRIGGER) "
    r'|CREATE VIRTUAL TABLE (?:"(?:[^"]|"")*"|\w+) USING rtree\s*\(',
    re.IGNORECASE,
)
_COMPUTED = """
    select t.name from pragma_table_list as t, pragma_table_xinfo(t.name) as c
    where t.type = 'table' and c.hidden in (2, 3) limit 1
"""
_BOM = b"\xef\xbb\xbf"


def parts_of(path: Path) -> dict[str, Path]:
    """A file and its parts, by suffix; `UsageError` if a part is a link."""
    wanted = GDAL_FORMATS[path.suffix.lower()].parts
    parts = {
        part.suffix.lower(): part
        for part in sorted(path.parent.iterdir() if wanted else ())
        if part.stem == path.stem and part.suffix.lower() in wanted
    }
    for part in parts.values():
        if part.is_symlink() or not part.is_file():
            raise UsageError(
                f"{path}: {part.name} next to it is a link or a folder; replace it with"
                " a copy of the file"
            )
    return {path.suffix.lower(): path} | parts


@contextmanager
def opened(path: Path) -> Iterator[str]:
    """The name under which GDAL may read that file, with its own driver only."""
    suffix = path.suffix.lower()
    known = GDAL_FORMATS[suffix]
    _refuse_content(path, known)
    with TemporaryDirectory(prefix="hexbeat-layer-") as folder:
        for ending, part in parts_of(path).items():
            (Path(folder) / f"layer{ending}").symlink_to(part.resolve())
        linked = Path(folder) / f"layer{suffix}"
        # GDAL's warnings quote the file, whose text must not reach a terminal
        with _only(known.driver), warnings.catch_warnings(action="ignore"):
            driver = pyogrio.read_info(linked, layer=0)["driver"]
            if driver != known.driver:
                raise UsageError(f"{path}: its format is {driver}, not {suffix}")
            yield str(linked)


@contextmanager
def _only(driver: str) -> Iterator[None]:
    """Disable all drivers but that one and those that write."""
    with _DRIVERS:
        others = set(pyogrio.list_drivers()) - _WRITERS - {driver}
        pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(sorted(others))})
        _register_drivers()
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"GDAL_SKIP": None})
            _register_drivers()


def _refuse_content(path: Path, known: GdalFormat) -> None:
    with path.open("rb") as file:
        begins = file.read(64).removeprefix(_BOM)
    if known.begins == b"<":
        begins = begins.lstrip()
    if not begins.startswith(known.begins):
        raise UsageError(
            f"{path}: it does not begin like a {path.suffix.lower()} file; save it"
            " again as a GeoPackage"
        )
    if known.driver == "GPKG":
        _refuse_unfinished(path)
        _refuse_programs(path)


def _refuse_unfinished(path: Path) -> None:
    """Refuse a file with changes that a program has not written into it yet."""
    for ending in ("-wal", "-journal"):
        changes = path.with_name(path.name + ending)
        if changes.exists() and changes.stat().st_size:
            raise UsageError(
                f"{path}: {changes.name} next to it has changes that are not in it yet;"
                " close the program that has it open"
            )


def _refuse_programs(path: Path) -> None:
    """Refuse what SQLite would compute: GDAL adds functions that open files."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as file:
            listed = file.execute("select name, sql from sqlite_master").fetchall()
            unsafe = next((name for name, sql in listed if not _is_plain(sql)), None)
            if unsafe is None:
                computed = file.execute(_COMPUTED).fetchone()
                unsafe = computed and computed[0]
    except sqlite3.Error as error:
        raise UsageError(f"{path}: it is damaged ({error})") from error
    if unsafe is not None:
        raise UsageError(
            f"{path}: {unsafe!r} in it is a view, a virtual table or a table with a"
            " computed column; save the layer you want as a separate file"
        )


def _is_plain(sql: str | None) -> bool:
    """Whether that is a plain definition of a table, an index or a trigger.

    Judged by the text alone, as SQLite spells it. The only virtual table allowed is a
    spatial index.
    """
    return sql is None or _PLAIN.match(sql) is not None
