"""Makes problem profiles: each a folder that is written once and never changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.homes.runs.seal import json_text
from transforms.lake.storage import is_remote, make_folder
from transforms.plain_text import plain
from transforms.profiles.area import (
    Area,
    areas_by_id,
    highest_areas,
    place_area,
)
from transforms.profiles.document import markdown, write_pdf
from transforms.profiles.force_points import force_points
from transforms.profiles.profile import (
    Context,
    Profile,
    TooFewIncidentsError,
    profile_of,
)
from transforms.profiles.responses import Response
from transforms.profiles.schemas import PROFILE_POINTS
from transforms.profiles.searched import stops_of
from transforms.profiles.words import document
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import open_programme
from transforms.publications.formats.csv_files import write_csv
from transforms.reference import cells
from transforms.reference.place_labels import shown


FOLDER = "profiles"
_OWNER_ONLY = 0o700
_DECIMALS = 6


@dataclass(frozen=True)
class Made:
    """A profile that was made, or had been."""

    profile: Profile
    folder: Path
    created: bool


def make_profiles(
    home: Home, areas: Sequence[Area], context: Context | None = None
) -> Iterator[Made | TooFewIncidentsError]:
    """The profile of each area, in its order within a force, each force read once.

    An area with too little to speak of gives the error that says so.
    """
    lake = home.lake.pinned()
    for force, of_force in groupby(areas, key=lambda area: area.force):
        listed = list(of_force)
        as_of = listed[0].as_of
        points = force_points(home, lake, force, as_of)
        stops = stops_of(lake, force, as_of)
        for area in listed:
            try:
                found = profile_of(home, area, points, stops, context or Context())
            except TooFewIncidentsError as error:
                yield error
            else:
                yield _kept(home, found)


def asked_areas(
    home: Home,
    areas: Sequence[str],
    programme: str | None,
    force: str | None,
    group: str | None,
    top: int | None,
) -> list[Area]:
    """The areas of a command; `UsageError` for what cannot be profiled."""
    profiles_folder(home)
    of_top = {"--force": force, "--group": group, "--top": top}
    given = [name for name, value in of_top.items() if value is not None]
    if areas and given:
        raise UsageError(f"{given[0]} is of the highest hot spots: give it or ids")
    if programme and not areas:
        raise UsageError("--programme: name places of it, such as p01")
    if programme:
        found = open_programme(home, programme)
        return [place_area(home, found, place) for place in dict.fromkeys(areas)]
    if areas:
        return areas_by_id(home, areas)
    if force is None or group is None or top is None:
        raise UsageError(
            "name hot spots by their ids, as in hotspots.csv, or give --force, --group"
            " and --top"
        )
    return highest_areas(home, force, group, top)


def profiles_folder(home: Home) -> Path:
    """Where a home's problem profiles are; `UsageError` where it is no folder."""
    if is_remote(home.root):
        raise UsageError(f"{home.root}: problem profiles need a home in a folder")
    return home.root / FOLDER


def all_profiles(home: Home) -> list[Path]:
    """The folders of a home's problem profiles, by name."""
    return sorted(profiles_folder(home).glob("[!.]*/"))


def _kept(home: Home, profile: Profile) -> Made:
    parent = profiles_folder(home)
    make_folder(parent)
    parent.chmod(_OWNER_ONLY)  # points of a map, and what is planned there

    def write(built: Path) -> str:
        text = json_text(facts(profile))
        (built / f"profile-{profile.area.id}.json").write_text(text)
        digest = sha256(text.encode()).hexdigest()[:12]
        return f"{profile.area.id}-{profile.area.as_of}-{digest}"

    kept = keep(parent, write, partial(_write_rest, profile))
    return Made(profile, kept.folder, kept.created)


def _write_rest(profile: Profile, folder: Path) -> None:
    told, id_ = document(profile), profile.area.id
    write_pdf(told, profile.area.as_of.last_day, folder / f"profile-{id_}.pdf")
    (folder / f"profile-{id_}.md").write_text(markdown(told))
    write_csv(_points(profile), folder / f"profile_{id_}_points.csv")
    write_manifest(folder)


def _points(profile: Profile) -> pa.Table:
    total, so_far, rows = profile.points.incidents, 0, []
    for rank, point in enumerate(profile.points.points, start=1):
        so_far += point.incidents
        rows.append(
            {
                "rank": rank,
                "lat": point.latitude,
                "lon": point.longitude,
                "place_label": plain(shown(point.label)) if point.label else None,
                "incidents_36m": point.incidents,
                "share": round(point.incidents / total, _DECIMALS),
                "cumulative_share": round(so_far / total, _DECIMALS),
            }
        )
    return pa.Table.from_pylist(rows, schema=PROFILE_POINTS)


def facts(profile: Profile) -> Mapping[str, Any]:
    """All that a profile found, for other programs; its hash names the folder."""
    area, points = profile.area, profile.points
    return {
        "id": area.id,
        "name": profile.name,
        "force": area.force.id,
        "crime_group": area.group.slug,
        "as_of": str(area.as_of),
        "h3_cells": cells.as_text(area.ground),
        "area_m2": round(area.area_m2, 1),
        "expected": round(area.expected, _DECIMALS),
        "expected_lo": area.interval[0],
        "expected_hi": area.interval[1],
        "hotspot_class": area.hotspot_class,
        "lists": area.lists,
        "of_lists": area.of_lists,
        "months": [
            {"month": str(month), "incidents": number}
            for month, number in profile.series
        ],
        "mix_12m": [_rounded(asdict(row)) for row in profile.mix],
        "harm_12m": round(profile.harm.total, _DECIMALS),
        "harm_gravest_share_12m": round(profile.harm.gravest_share, _DECIMALS),
        "officers_found_share_12m": round(profile.officers_found, _DECIMALS),
        "outcomes_12m": asdict(profile.outcomes),
        "force_outcomes_12m": asdict(profile.force_outcomes),
        "points": len(points.points),
        "top_points": points.top,
        "top_share": round(points.top_share, _DECIMALS),
        "top_share_chance": _rounded(asdict(points.chance)),
        "responses": list(map(_response, profile.responses)),
        "delivered": area.delivered,
        "searches_12m": _searches(profile),
        "power": area.power,
        "around": [_rounded(asdict(row)) for row in profile.around],
        "context": {layer.name: layer.sha256 for layer in profile.context.layers},
        "sensitive_because": profile.context.sensitive,
        "route": profile.route.name,
    }


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, _DECIMALS) if isinstance(value, float) else value
        for name, value in row.items()
    }


def _searches(profile: Profile) -> dict[str, Any] | None:
    of = profile.searches
    if of is None:
        return None
    found = _rounded(asdict(of.found)) if of.found else None
    return {"months": of.months, "number": of.number, "found": found}


def _response(one: Response) -> dict[str, Any]:
    end = str(one.end) if one.end else None
    return {"date": str(one.date), "end": end, "what": one.what, "who": one.who}
