"""What a format is: one row with all that is known about a published file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa


# Takes the edition or public edition, and the path to write.
Writer = Callable[[Any, Path], None]

CSV = "text/csv"
DUCKDB = "application/octet-stream"
GEOJSON = "application/geo+json"
GEOPACKAGE = "application/geopackage+sqlite3"
GPX = "application/gpx+xml"
HTML = "text/html"
JSON = "application/json"
MARKDOWN = "text/markdown"
PARQUET = "application/vnd.apache.parquet"
PDF = "application/pdf"
PNG = "image/png"
SVG = "image/svg+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Contents:
    """What a file contains on one clock: a table with columns and keys, or none."""

    schema: pa.Schema | None = None
    keys: tuple[str, ...] = ()


FILE = Contents()


def table(schema: pa.Schema, *keys: str) -> Contents:
    """A table, with the columns that name a row."""
    return Contents(schema, keys)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file of a publication, and of which: those of months, of days, or both."""

    name: str  # with `*` where it writes a file for each force
    write: Writer
    media_type: str
    months: Contents | None = None  # None: publications of months lack it
    days: Contents | None = None
    pages: str = ""  # pattern of the files that it may write as well
    apart: Callable[[Any, str], Mapping[str, Writer]] | None = None  # of its documents
    needed: bool = False  # without it nothing is published
    beside: bool = False  # it says which of the others are there
    audience: Literal["internal", "public"] = "internal"

    def contents(self, unit: str) -> Contents | None:
        """The file's contents on a clock of that unit; None if there is no file."""
        return {"months": self.months, "days": self.days}[unit]

    def writes(self, file: str) -> bool:
        """Whether a file of that name is of this format."""
        return any(fnmatchcase(file, pattern) for pattern in (self.name, self.pages))

    @property
    def is_text(self) -> bool:
        """Whether its bytes are UTF-8."""
        return self.media_type.startswith("text/") or self.media_type.endswith(
            ("json", "+xml")
        )
