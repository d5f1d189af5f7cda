"""A layer of the user's that describes surroundings: schools, stops, licensed premises.

Each shape counts as one point, so that a school's ground is one school.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import shapely

from transforms.errors import UsageError
from transforms.map_files.layer_files import MapFile, misplaced, only_layer
from transforms.map_files.polygons import misplaced_in_words
from transforms.plain_text import plain
from transforms.reference.arrays import Floats
from transforms.reference.national_grid import to_grid_by_proj


# Where people seek shelter, care or prayer: a sheet that names one can harm them.
_SENSITIVE = re.compile(
    r"refuge|hostel|shelter|clinic|abortion|rehab|asylum|worship|church|mosque|temple"
    r"|synagogue|gurdwara|hospice",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^=<>|\n]{1,40}")
_DEGREES = "OGC:CRS84"


@dataclass(frozen=True, eq=False)
class ContextLayer:
    """A layer's shapes as points."""

    name: str
    sha256: str
    longitude: Floats
    latitude: Floats
    easting: Floats  # metres of the National Grid
    northing: Floats


def named_file(option: str, given: str) -> tuple[str, Path]:
    """The name and the file of NAME=FILE; `UsageError` for anything else."""
    name, is_given, file = given.partition("=")
    if not is_given or not _NAME.fullmatch(name.strip()) or not file:
        raise UsageError(f"{option} {plain(given)}: write NAME=FILE")
    return plain(name.strip()), Path(file)


def refuse_sensitive(option: str, name: str, path: Path, reason: str | None) -> None:
    """`UsageError` for what is named like a sensitive kind, without a reason."""
    if reason is None and _SENSITIVE.search(f"{name} {path.name}"):
        raise UsageError(
            f"{option} {name}: such places need protection themselves; give"
            " --sensitive-layer a reason, which is printed, if they have to be there"
        )


def read_context(given: str, sensitive: str | None) -> ContextLayer:
    """The layer of NAME=FILE; `UsageError` for one that cannot be read or shown.

    `sensitive` is the reason for which a layer of a sensitive kind may be shown.
    """
    name, path = named_file("--context", given)
    refuse_sensitive("--context", name, path, sensitive)
    layer = MapFile(path)
    frame = layer.read(only_layer(layer))
    if odd := misplaced_in_words(int(misplaced(frame).sum()), frame.crs):
        raise UsageError(f"{path}: {odd[0]}")
    if frame.empty:
        raise UsageError(f"{path}: it contains no shapes")
    shapes = frame.to_crs(_DEGREES).geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    longitude, latitude = shapely.get_x(points), shapely.get_y(points)
    return ContextLayer(
        name, layer.sha256, longitude, latitude, *to_grid_by_proj(longitude, latitude)
    )
