"""The options of the `hexbeat` command, in the groups that its commands share.

Each field has the name of the flow parameter that it sets.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from transforms.errors import HexbeatError, UsageError
from transforms.reference.months import Month


def _month(_: object, text: str | None) -> None:
    """A month option's validator: the library names the option in the message."""
    try:
        Month.parse(text or "2000-01")
    except HexbeatError as error:
        raise ValueError(str(error)) from error


def month_option(name: str, text: str) -> Parameter:
    """An option that takes a month."""
    return Parameter(name=name, validator=_month, help=f"{text}, YYYY-MM")


def port_option(text: str) -> Parameter:
    """An option that takes a port of this machine, or 0 for any that is free."""
    return Parameter(validator=Number(gte=0, lte=65535), help=text)


def flag(name: str, text: str) -> Parameter:
    """An option without a value."""
    return Parameter(name=name, negative="", help=text)


Json = Annotated[bool, flag("--json", "Machine-readable result")]
HomeFolder = Annotated[
    str | None,
    Parameter(name="--home", help="Folder of the lake and publications, or s3://…"),
]
ContextLayers = Annotated[
    tuple[str, ...],
    Parameter(
        name="--context",
        negative="",
        show_default=False,
        help="Layer to describe beside the places: NAME=FILE; repeatable",
    ),
]
SensitiveLayer = Annotated[
    str | None,
    Parameter(
        name="--sensitive-layer",
        help="Why a layer of places that need protection is shown",
    ),
]
TaskRunner = Annotated[
    str | None,
    Parameter(
        name="--task-runner",
        help="Where the forces' tasks run: threads, or dask://host:port",
    ),
]
Release = Annotated[
    str | None, month_option("--release", "Release of a folder of extracted CSVs")
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which months of which forces, and where they come from."""

    forces: Annotated[
        list[str] | None,
        Parameter(
            name="--force",
            negative="",
            help="police.uk id of a force; repeatable",
        ),
    ] = None
    all_forces: Annotated[bool, flag("--all-forces", "Every force in the source")] = (
        False
    )
    start: Annotated[str | None, month_option("--from", "First month")] = None
    end: Annotated[str | None, month_option("--to", "Last month")] = None
    source: Annotated[
        str | None,
        Parameter(
            name="--source",
            help="Address or folder of release ZIP files, or folder of extracted CSVs",
        ),
    ] = None
    release: Release = None
    until_release: Annotated[
        str | None,
        month_option("--until-release", "Use the source as it was at that release"),
    ] = None
    whole_zips: Annotated[
        bool,
        flag(
            "--whole-zips",
            "Download whole ZIP files from a server without range requests",
        ),
    ] = False


@Parameter(name="*")
@dataclass(frozen=True)
class Scored:
    """Which as-of month, by which method."""

    as_of: Annotated[
        str | None,
        month_option("--as-of", "As-of month (default: newest supplied)"),
    ] = None
    method: Annotated[str | None, Parameter(name="--method", help="Scoring method")] = (
        None
    )


@Parameter(name="*")
@dataclass(frozen=True)
class Layers:
    """The user's own map layers."""

    boundary: Annotated[
        Path | None,
        Parameter(
            name="--boundary",
            help="Polygons whose outlines to draw; it changes no figure ([universe] in"
            " hexbeat.toml does)",
        ),
    ] = None
    basemap: Annotated[
        Path | None,
        Parameter(name="--basemap", help="OS Open Zoomstack extract (GeoPackage)"),
    ] = None
    landmarks: Annotated[
        str | None,
        Parameter(
            name="--landmarks",
            help="FILE or FILE:COLUMN, named places to show and find on the map",
        ),
    ] = None
    boundary_layers: Annotated[
        list[str] | None,
        Parameter(
            name="--boundary-layer",
            negative="",
            help="NAME=FILE or NAME=FILE:COLUMN, areas to join; repeatable",
        ),
    ] = None


def layered(layers: Layers | None) -> dict[str, Any]:
    """The layers as the flow takes them: areas by their name."""
    if layers is None:
        return {}
    by_name: dict[str, str] = {}
    for text in layers.boundary_layers or []:
        name, equals, file = text.partition("=")
        if not (name and equals and file) or name in by_name:
            why = "that name is taken" if name in by_name else "write NAME=FILE"
            raise UsageError(f"--boundary-layer {text!r}: {why}")
        by_name[name] = file
    return {**vars(layers), "boundary_layers": by_name}


def given(*groups: Asked | Scored | None, **others: Any) -> dict[str, Any]:
    """The options that were given; the flow parameters have the other defaults."""
    options = dict(others)
    for group in groups:
        options |= vars(group) if group else {}
    return {name: value for name, value in options.items() if value is not None}
